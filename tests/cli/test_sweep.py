"""`personae evaluate sweep`."""

import json

import pytest

from personae.cli.app import run

TALK = "1 your persona: I have two dogs.\n2 Hi, how are you?\tTired.\n3 Any pets?\tTwo dogs.\n"


@pytest.fixture
def sweep(tmp_path, capsys, monkeypatch, word_nli):
    monkeypatch.setattr("personae.cli.opening.nli_for", lambda entry: word_nli)
    file = tmp_path / "talks.txt"
    file.write_text(TALK * 2)

    def call(*words):
        with pytest.raises(SystemExit) as caught:
            run(["evaluate", "sweep", "sbs", "--data", str(file), "--out", str(tmp_path / "out"),
                 "--model", "scripted", *words])  # fmt: skip
        said = capsys.readouterr()
        return int(caught.value.code or 0), said.out, said.err

    return call


def test_each_value_is_a_run_and_the_first_is_the_baseline(sweep, tmp_path):
    code, out, err = sweep("--values", "score=1.0,0.75", "--metrics", "length,c-score", "--json")
    assert code == 0, err
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == ["score-0.75", "score-1.0"]
    options = json.loads((tmp_path / "out" / "score-0.75" / "run.json").read_text())
    assert "0.75" in json.dumps(options)
    assert set(json.loads(out)["metrics"]) == {"length", "c-score"}


@pytest.mark.parametrize("values", ["score", "score=", "scores=1.0", "score=7"])
def test_wrong_values_are_refused_in_one_sentence(sweep, values):
    code, _, err = sweep("--values", values)
    assert code == 2
    assert "Traceback" not in err
