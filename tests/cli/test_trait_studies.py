"""`personae study`: PersonaLLM's effect sizes and interacting agents."""

from __future__ import annotations

import json

import pytest

from personae.cli import app


@pytest.fixture
def study(capsys):
    """Runs `personae study`."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            app.run(["study", *arguments])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


def test_the_published_effect_sizes_are_printed(study):
    code, out, _ = study("personallm", "--published")
    assert code == 0
    for d in ("7.81", "5.93", "1.56", "1.83", "2.90", "5.47", "4.22", "4.39", "5.17", "6.30"):
        assert d in out


def test_types_are_asked_once_and_their_agents_compared(study, tmp_path):
    command = (
        "personallm", "--types", "8", "--items", "2", "--agents", "5", "--model", "scripted",
        "--out", str(tmp_path / "answers.jsonl"), "--json",
    )  # fmt: skip
    code, out, err = study(*command)
    assert code == 0, err
    (told,) = json.loads(out).values()
    assert told["agents"] == 40
    assert set(told["traits"]) == {"E", "A", "C", "N", "O"}
    assert len((tmp_path / "answers.jsonl").read_text().splitlines()) == 1 + 8 * 10
    assert json.loads(study(*command)[1]) == json.loads(out)


def test_interacting_agents_are_tested_write_and_are_tested_again(study):
    code, out, err = study(
        "interaction", "--condition", "control,ab", "--n", "2", "--items", "2", "--model",
        "scripted", "--story-tokens", "32", "--json",
    )  # fmt: skip
    assert code == 0, err
    told = json.loads(out)
    assert [one["profile"] for one in told["ab"]["participants"]] == ["creative", "analytic"] * 2
    assert told["control"]["alignment"] is None
    assert told["ab"]["alignment"]["pairs"] == 2
    assert len(told["control"]["drift"]) == 10


def test_the_tables_of_interaction_name_every_condition(study):
    code, out, err = study(
        "interaction", "--n", "2", "--items", "2", "--model", "scripted", "--story-tokens", "32"
    )
    assert code == 0, err
    for condition in ("control", "ab", "ba", "aa"):
        assert f"{condition}: 4 participants" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("personallm", "--words", "odd"), "no set of words named 'odd'"),
        (("personallm", "--types", "9"), "8, 16 and 32"),
        (("personallm", "--way", "odd"), "no way to ask named 'odd'"),
        (("interaction", "--condition", "abba"), "no condition named 'abba'"),
    ],
)
def test_wrong_requests_are_answered_in_a_sentence(study, arguments, sentence):
    code, _, err = study(*arguments)
    assert code == 2
    assert sentence in err
    assert "Traceback" not in err


def test_the_words_of_stories_are_correlated_and_a_form_is_written(study, tmp_path):
    folder, form = tmp_path / "stories", tmp_path / "form.csv"
    code, out, err = study(
        "stories", "--stories", str(folder), "--write", "1", "--types", "8", "--model", "scripted",
        "--story-tokens", "32", "--form", str(form), "--json",
    )  # fmt: skip
    assert code == 0, err
    told = json.loads(out)
    assert told["stories"] == 8
    assert {one["trait"] for one in told["links"]} == {"E", "A", "C", "N", "O"}
    assert len(form.read_text().splitlines()) >= 9
    code, out, err = study("stories", "--stories", str(folder), "--rated", str(form))
    assert code == 0, err
    assert "Traits guessed" in out


def test_the_published_drift_is_printed(study):
    code, out, _ = study("interaction", "--published")
    assert code == 0
    for mean in ("14.83", "16.98", "31.68", "40.51"):
        assert mean in out
