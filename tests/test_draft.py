"""Draft, Kit and chain."""

from __future__ import annotations

import dataclasses
import inspect
from datetime import timedelta

import pytest

from personae.data import Persona, Scene
from personae.draft import Candidate, Draft, Emission, Kit, chain
from personae.errors import CapabilityError
from personae.lm.scripted import ScriptedModel

SCENE = Scene(persona=Persona(name="Ana"))


def test_a_draft_has_no_reply_before_the_choice():
    draft = Draft(SCENE, candidates=(Candidate("One."), Candidate("Two.")))
    assert draft.reply == ""
    assert dataclasses.replace(draft, chosen=1).reply == "Two."


def test_notes_are_added_to_a_copy():
    first = Draft(SCENE).noting(a=1)
    second = first.noting(a=2, b=3)
    assert first.notes == {"a": 1}
    assert second.notes == {"a": 2, "b": 3}


def test_a_draft_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Draft(SCENE).plan = "none"  # type: ignore[misc]


def test_a_chain_runs_from_left_to_right():
    def add(word: str):
        return lambda draft, kit: dataclasses.replace(draft, plan=draft.plan + word)

    kit = Kit(ScriptedModel())
    assert chain(add("a"), chain(add("b"), add("c")), add("d"))(Draft(SCENE), kit).plan == "abcd"
    assert chain()(Draft(SCENE), kit) == Draft(SCENE)


def test_a_kit_without_an_inference_model_says_how_to_get_one():
    with pytest.raises(CapabilityError, match=r"c-score needs the inference model.*open_nli\(\)"):
        Kit(ScriptedModel()).need_nli("c-score")


def test_a_kit_without_an_embedder_says_how_to_get_one():
    with pytest.raises(CapabilityError, match=r"recall needs an embedder.*open_embedder\(\)"):
        Kit(ScriptedModel()).need_embedder("recall")


def test_a_kit_refuses_what_its_model_cannot_do():
    kit = Kit(ScriptedModel(capabilities=["chat"]))
    kit.needs("a step", "chat")
    with pytest.raises(CapabilityError, match="a step needs the capability 'score'"):
        kit.needs("a step", "chat", "score")


def test_a_kit_tells_the_time_of_the_day_where_the_user_is(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert Kit(ScriptedModel()).clock().utcoffset() == timedelta(hours=9)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_nobody_has_to_listen():
    Kit(ScriptedModel()).emit(Emission("text", "hello"))
    assert "emit" in inspect.signature(Kit).parameters
