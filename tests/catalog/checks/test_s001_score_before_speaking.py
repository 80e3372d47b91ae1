"""The check of S001 fails without the adapter and with rows that are no corruptions."""

import json

import pytest

from personae.catalog.check import CheckContext, CheckFailed
from personae.catalog.checks import s001_score_before_speaking as module
from personae.lm.scripted import ScriptedModel


def context(lm):
    return CheckContext(lm=lambda: lm, embedder=lambda: None, datasets_dir=None)


def knows(request, text):
    """Everything is likelier with the adapter; scores do nothing."""
    return -20.0 + 5 * dict(request.adapters)["score-before-speaking"]


def test_an_adapter_that_knows_human_replies_passes_and_the_scores_effect_is_told():
    evidence = module.check(context(ScriptedModel(scorer=knows)))
    assert "likelier by 5.0 nats" in evidence[1]
    assert "human replies gain +0.000 nats" in evidence[2]
    assert "corrupted replies gain" in evidence[3]


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
