"""`personae questionnaire`: list, ask, score, reliability."""

from __future__ import annotations

import json

import pytest

from personae.cli import app


@pytest.fixture
def questionnaire(capsys):
    """Runs `personae questionnaire`."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            app.run(["questionnaire", *arguments])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


def test_the_list_says_what_ships_and_under_which_license(questionnaire):
    found = {one["name"]: one for one in json.loads(questionnaire("list", "--json")[1])}
    assert found["ipip-50"]["items"] == 50
    assert found["ipip-neo-120"]["languages"] == ["en", "de", "fr", "it"]
    assert "public domain" in found["ipip-50"]["license"]
    assert "ipip-neo-120" in questionnaire("list")[1]


def test_a_character_is_asked_and_its_answers_are_kept(questionnaire, tmp_path):
    file = tmp_path / "ana.jsonl"
    ask = ("ask", "ana", "ipip-50", "--model", "scripted", "--out", str(file), "--json")
    code, out, err = questionnaire(*ask)
    assert code == 0, err
    told = json.loads(out)
    scores = told["people"]["Ana"]
    assert all(1 <= one["mean"] <= 5 and one["answered"] == 10 for one in scores.values())
    assert len(told["answers"]) == 50
    assert len(file.read_text().splitlines()) == 51
    assert json.loads(questionnaire(*ask)[1]) == told
    code, out, _ = questionnaire("score", str(file), "--json")
    (again,) = json.loads(out)["people"].values()
    assert again == scores


def test_answers_to_another_asking_are_not_mixed_in(questionnaire, tmp_path):
    file = tmp_path / "ana.jsonl"
    ask = ("ask", "ana", "ipip-50", "--model", "scripted", "--out", str(file))
    questionnaire(*ask)
    code, _, err = questionnaire(*ask, "--paraphrase", "1")
    assert code == 2
    assert "wording" in err


def test_a_table_of_people_is_scored_with_its_reliability(questionnaire, tmp_path):
    from personae.formats.questionnaire import load_questionnaire

    sheet = load_questionnaire("ipip-neo-120")
    signs = {key: sign for scale in sheet.domains for key, sign in scale.keys.items()}
    ids = [item.id for item in sheet.items]
    lines = ["person," + ",".join(ids)]
    for name, level in (("Ana", 1), ("Bo", 3), ("Cy", 4)):
        row = [str(level if signs[key] > 0 else 6 - level) for key in ids]
        lines.append(",".join([name, *row]))
    file = tmp_path / "people.csv"
    file.write_text("\n".join(lines) + "\n")
    command = ("score", str(file), "--questionnaire", "ipip-neo-120", "--norm", "women-21-40")
    code, out, err = questionnaire(*command, "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["people"]["Cy"]["E"]["mean"] == 4
    assert told["people"]["Ana"]["E"]["z"] < told["people"]["Cy"]["E"]["z"]
    assert told["reliability"]["E"]["alpha"] == pytest.approx(1)
    assert "Cronbach" in questionnaire(*command)[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ask", "ana", "nonsense"), "no questionnaire named 'nonsense'"),
        (("ask", "ana", "--way", "telepathy"), "no way to ask named 'telepathy'"),
        (("ask", "ana", "--model", "scripted", "--paraphrase", "77"), "no paraphrase 77"),
        (("ask", "ana", "--model", "scripted", "--language", "xx"), "no language 'xx'"),
        (("ask", "ana", "--model", "scripted", "--norm", "men"), "no norms of 'men'"),
        (("score", "people.csv"), "--questionnaire"),
        (("reliability", "--out", "x", "--cards", "ana"), "at least two"),
    ],
)
def test_wrong_requests_are_answered_in_a_sentence(questionnaire, arguments, sentence):
    code, _, err = questionnaire(*arguments)
    assert code == 2
    assert sentence in err
    assert "Traceback" not in err


def test_reliability_compares_askings_over_characters_and_resumes(questionnaire, tmp_path):
    command = (
        "reliability", "--out", str(tmp_path), "--cards", "ana,henk,noor", "--model", "scripted",
        "--items", "2", "--json",
    )  # fmt: skip
    code, out, err = questionnaire(*command)
    assert code == 0, err
    told = json.loads(out)
    assert told["consistency"]["first"]["E"]["items"] == 2
    assert set(told["stability"]) == {
        "options turned round", "other words", "one sitting, other order", "retest",
    }  # fmt: skip
    assert told["consistency"]["first"]["E"]["people"] == 3
    assert json.loads(questionnaire(*command)[1]) == told


def test_statements_are_asked_for_in_other_words(questionnaire, tmp_path):
    code, out, err = questionnaire(
        "reliability", "--out", str(tmp_path), "--cards", "ana,henk", "--model", "scripted",
        "--way", "statement", "--json",
    )  # fmt: skip
    assert code == 0, err
    assert set(json.loads(out)["stability"]) == {"other words 1", "other words 2"}
