"""The check of S001 fails without the adapter and with rows that are no corruptions."""

import json

import pytest

from personae.catalog.check import CheckContext, CheckFailed
from personae.catalog.checks import s001_score_before_speaking as module
from personae.lm.scripted import ScriptedModel


def context(lm):
    return CheckContext(lm=lambda: lm, embedder=lambda: None, datasets_dir=None)


HUMAN = {row.reply for row in module.read_rows(module.ROWS_FILE)}


def knows(request, text):
    """Everything is likelier with the adapter; scores do nothing."""
    return -20.0 + 5 * dict(request.adapters)["score-before-speaking"]


def heeds(request, text):
    """A human reply is likelier asked for 1.0, any other asked for 0.5."""
    is_high = request.messages[-1].content.endswith("Score: 1.0")
    return knows(request, text) + ((text in HUMAN) == is_high)


def test_an_adapter_that_knows_human_replies_and_heeds_the_score_passes():
    evidence = module.check(context(ScriptedModel(scorer=heeds)))
    assert "likelier by 5" in evidence[1] or "likelier by 6" in evidence[1]
    assert "human replies gain +1.000 nats" in evidence[2]
    assert "corrupted replies gain -" in evidence[3]


def test_an_adapter_that_heeds_the_score_by_half_fails():
    def by_half(request, text):
        return knows(request, text) if text in HUMAN else heeds(request, text)

    with pytest.raises(CheckFailed, match="human replies gain"):
        module.check(context(ScriptedModel(scorer=by_half)))


def test_an_adapter_that_learned_no_scores_fails():
    with pytest.raises(CheckFailed, match="does not heed the score"):
        module.check(context(ScriptedModel(scorer=knows)))


def test_without_the_adapter_it_fails():
    lm = ScriptedModel(scorer=lambda request, text: -20.0)
    with pytest.raises(CheckFailed, match="does not know human replies"):
        module.check(context(lm))


def test_rows_that_are_no_corruptions_fail(tmp_path, monkeypatch):
    row = {"statements": ["I bake."], "said": "Hi.", "reply": "Yes.", "corrupted": "Yes.",
           "score": 1.0}  # fmt: skip
    file = tmp_path / "rows.jsonl"
    file.write_text(f"{json.dumps(row)}\n" * 100)
    monkeypatch.setattr(module, "ROWS_FILE", file)
    with pytest.raises(CheckFailed, match="Only 0 of 100"):
        module.check(context(ScriptedModel()))
