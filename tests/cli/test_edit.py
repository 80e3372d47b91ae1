"""`personae edit`: a reply edited towards statements."""

from __future__ import annotations

import json

import pytest

from personae.cli import app, opening


@pytest.fixture
def edit(capsys, monkeypatch, word_nli):
    """Runs `personae edit` with models that can be worked out by hand."""
    monkeypatch.setattr(opening, "open_shipped_nli", lambda who: word_nli)

    def run(*arguments: str, model: str = "scripted") -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            app.run(["edit", *arguments, "--model", model])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


def test_text_diff_and_judgements_are_printed(edit):
    code, out, _ = edit("--persona", "I have no dogs.", "Nice, I have three dogs.")
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "Nice, I have no dogs."
    assert "  Nice, I have [-three-]{+no+} dogs." in lines
    assert lines[-2].startswith("  before  contradiction")
    assert lines[-1].startswith("  after   entailment")


def test_a_reply_that_says_it_is_printed_unchanged(edit):
    _, out, _ = edit("--persona", "I have no dogs.", "I have no dogs here.", "--no-model")
    assert out.splitlines()[0] == "I have no dogs here."
    assert "  unchanged" in out.splitlines()


def test_statements_are_taken_one_after_the_other(edit):
    _, out, _ = edit(
        "--persona", "I have dogs.", "--persona", "I bake bread.", "--json", "--no-model",
        "I live at this very large house by the blue sea!",
    )  # fmt: skip
    told = json.loads(out)
    assert [one["statement"] for one in told["edits"]] == ["I have dogs.", "I bake bread."]
    assert "have dogs" in told["after"]
    assert "bake bread" in told["after"]
    assert told["edits"][0]["nli_after"]["label"] == "entailment"


@pytest.mark.parametrize(
    "content",
    [["Hi.", "Any pets?"], {"context": ["Any pets?"]},
     {"messages": [{"role": "user", "content": "Any pets?"}]}],
)  # fmt: skip
def test_the_context_may_be_texts_or_a_dialogue(edit, tmp_path, content):
    file = tmp_path / "context.json"
    file.write_text(json.dumps(content))
    code, _, err = edit("--persona", "I have no dogs.", "--context", str(file), "I have 3 dogs.")
    assert (code, err) == (0, "")


def test_faults_are_told_in_a_sentence(edit, tmp_path):
    assert edit("Fine.")[0] == 2
    code, _, err = edit("--persona", "...", "Fine.")
    assert code == 2
    assert "empty" in err
    empty = tmp_path / "context.json"
    empty.write_text("[]")
    code, _, err = edit("--persona", "I sing.", "--context", str(empty), "Fine.")
    assert code != 0
    assert "Traceback" not in err
    assert edit("--persona", "I sing.", "--context", str(tmp_path / "none.json"), "Fine.")[0] != 0
