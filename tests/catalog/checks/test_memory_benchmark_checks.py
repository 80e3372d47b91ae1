"""Tests of the checks of S101 and S120: they pass, are skipped without data, and can fail."""

from __future__ import annotations

import json

import pytest

from personae.catalog.check import CheckContext, CheckFailed, CheckSkipped
from personae.catalog.checks import s101_realtalk, s120_dialsim
from personae.evaluate import dialsim
from personae.evaluate.dialsim_plan import plan
from personae.evaluate.made_script import made_script
from personae.formats.reading import read_dialogues
from personae.lm.scripted import ScriptedModel


@pytest.fixture(scope="module")
def script():
    return made_script(60, 0)


def test_memories_come_in_order_and_e_gets_its_share(script):
    asked = plan(script, seed=0)
    assert "oracle" in s120_dialsim.orders(script, asked)[0]
    assert s120_dialsim.unanswerable(script, asked)
    assert s120_dialsim.names(script, asked, 0)
    assert s120_dialsim.repeats(script, asked, 0)


def test_a_memory_that_finds_nothing_fails_the_check(script, monkeypatch):
    monkeypatch.setattr(dialsim.SqlStore, "rank_by_words", lambda *given, **more: ())
    with pytest.raises(CheckFailed, match="Accuracy: none"):
        s120_dialsim.orders(script, plan(script, seed=0))


def test_a_clock_that_stands_still_fails_the_check(monkeypatch, word_embedder):
    monkeypatch.setattr(dialsim.replay, "__kwdefaults__",
                        {**dialsim.replay.__kwdefaults__, "clock": lambda: 0.0})  # fmt: skip
    with pytest.raises(CheckFailed, match="were in time"):
        s120_dialsim.too_late(word_embedder, 0)


def test_without_the_chats_the_check_is_skipped(tmp_path):
    def unused():
        raise AssertionError("opened")

    with pytest.raises(CheckSkipped, match="PERSONAE_DATA"):
        s101_realtalk.check(CheckContext(lm=unused, embedder=unused, datasets_dir=tmp_path))


def test_the_score_and_the_labels_are_exact():
    assert s101_realtalk.scores()
    assert s101_realtalk.labels()


def test_a_lost_turn_fails_the_loader(dataset_dir, tmp_path):
    for file in dataset_dir("realtalk").glob("*.json"):
        chat = json.loads(file.read_bytes())
        if file.name == s101_realtalk.FIRST:
            chat["session_1"].pop()
        (tmp_path / file.name).write_text(json.dumps(chat))
    assert s101_realtalk.loads(dataset_dir("realtalk"))
    with pytest.raises(CheckFailed, match="5 chats have"):
        s101_realtalk.loads(tmp_path)


def test_a_reader_that_answers_the_same_to_everything_gains_nothing(dataset_dir):
    (chat,) = read_dialogues(dataset_dir("realtalk") / s101_realtalk.FIRST)
    with pytest.raises(CheckFailed, match=r"a gain of 0\.0 points"):
        s101_realtalk.reads(chat, ScriptedModel(lambda request: "1 January 2024"))
