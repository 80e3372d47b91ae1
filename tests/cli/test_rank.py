"""`personae rank`: replies in the order of a method."""

from __future__ import annotations

import json

import pytest

from personae.cli import app
from personae.cli.commands import rank as command
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel


def likes_dogs(request, written):
    dogs = 0.4 if "two dogs" in request.messages[0].content else 0.05
    return {"none": 0.5, "dogs": dogs, "soup": 0.5 - dogs}


@pytest.fixture
def rank(capsys, monkeypatch, tmp_path):
    """Runs `personae rank` on three replies, with a model that likes dogs."""
    asked = []

    def kit(ranker, model, seed):
        def listen(request, written):
            asked.append(request)
            return likes_dogs(request, written)

        return Kit(ScriptedModel(distributor=listen), seed=seed)

    monkeypatch.setattr(command, "_kit", kit)
    file = tmp_path / "replies.txt"
    file.write_text("soup\nnone\ndogs\n")

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            app.run(["rank", str(file), *arguments])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    run.asked = asked
    return run


@pytest.fixture
def dialogue(tmp_path):
    file = tmp_path / "En_persona_test.json"
    rows = [
        {"persona": ["i sail ."], "dialogue": [["hi", "hello"]]},
        {"persona": ["i have two dogs ."], "dialogue": [["any pets ?", "two dogs"],
                                                        ["nice . how old ?", "old"]]},
    ]  # fmt: skip
    file.write_text(json.dumps(rows))
    return str(file)


def test_the_best_reply_comes_first(rank, dialogue):
    code, out, _ = rank("--history", dialogue, "--row", "1", "--method", "rsa",
                        "--option", "alpha=4", "--json")  # fmt: skip
    found = json.loads(out)
    assert code == 0
    assert [one["text"] for one in found["ranked"]] == ["dogs", "none", "soup"]
    assert found["score"] == "pragmatic"
    scores = [one["score"] for one in found["ranked"]]
    assert scores == sorted(scores, reverse=True)


def test_the_reply_that_was_given_is_not_read(rank, dialogue):
    assert rank("--history", dialogue, "--row", "1", "--method", "plain")[0] == 0
    texts = [message.content for message in rank.asked[0].messages]
    assert texts[1:] == ["any pets ?", "two dogs", "nice . how old ?"]


def test_a_card_and_a_message_do_without_a_dialogue(rank):
    code, out, _ = rank("--persona", "ana", "--message", "Any pets?", "--method", "plain")
    assert code == 0
    lines = [line.split() for line in out.splitlines() if line.strip()]
    assert [line[-1] for line in lines if line[0] in "123"] == ["none", "soup", "dogs"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "--persona ana"), (("--persona", "ana"), "--message"),
     (("--persona", "ana", "--message", "Hi", "--method", "guard"), "does not rank"),
     (("--persona", "nobody", "--message", "Hi"), "nobody"),
     (("--persona", "ana", "--history", "none.json"), "none.json")],
)  # fmt: skip
def test_what_is_missing_is_said_in_a_sentence(rank, arguments, said):
    code, _, err = rank(*arguments)
    assert code in (1, 2)
    assert said in err
    assert "Traceback" not in err


def test_a_row_beyond_the_file_is_refused(rank, dialogue):
    code, _, err = rank("--history", dialogue, "--row", "7")
    assert code != 0
    assert "no dialogue 7" in err
