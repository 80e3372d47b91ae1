"""Tests of the checks of S005 and S013: the parts without a model, and that they can fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from personae import habits
from personae.catalog.check import CheckFailed
from personae.catalog.checks import s005_habitual as s005
from personae.catalog.checks import s013_pabst as s013
from personae.catalog.habit_probes import PROBES
from personae.catalog.story_scenes import SCENES
from personae.data import Persona, Scene
from personae.draft import Candidate, Draft, Evidence
from personae.lm.types import Timings
from personae.memory.habits import Found
from personae.speaker import Reply

EVERY = habits.everyday()


def test_the_parser_refuses_what_is_malformed():
    assert "6 malformed" in s005.parsed()


def test_a_parser_that_takes_everything_fails(monkeypatch):
    monkeypatch.setattr(s005, "is_parsed", lambda text: True)
    with pytest.raises(CheckFailed, match="is taken"):
        s005.parsed()


def test_retrieval_that_always_finds_the_same_fails():
    right = [Found(EVERY[at], 1.0, (), ()) for _, at in PROBES]
    assert "40 of 40" in s005.verdict(right)
    with pytest.raises(CheckFailed, match="3 of 40"):
        s005.verdict([right[0]] * len(PROBES))


def test_words_of_the_message_or_the_persona_do_not_count():
    scene = Scene(persona=Persona(name="Kim", statements=("I run.",))).said("Bo", "A marathon?")
    assert not s005.uses("I run a marathon.", ["I run a marathon by the river."], scene)
    assert s005.uses("Along the river.", ["I run a marathon by the river."], scene)


def reply(*texts: str, story: str = "I walked home.", chosen: int = 0) -> Reply:
    losses = {"losses": {"fluency": 1.0, "story": 0.5, "consistency": 0.5}}
    made = tuple(Candidate(text, detail=dict(losses)) for text in texts)
    draft = Draft(
        SCENES[0],
        candidates=made,
        chosen=chosen,
        evidence=(Evidence(story, "story:x:1"),),
        notes={"story": "x:1"},
    )
    return Reply(draft.reply, "pabst", "scripted", draft, Timings())


def test_replies_that_do_not_come_nearer_fail():
    far, near = reply("Yes."), reply("I walked home.")
    rising = {0.0: [far], 0.5: [far], 1.0: [near], 2.0: [near]}
    assert "2: 1.000" in s013.nearer(rising)
    with pytest.raises(CheckFailed, match="was to rise"):
        s013.nearer({weight: [far] for weight in s013.WEIGHTS})
    with pytest.raises(CheckFailed, match="was to rise"):
        s013.nearer({**rising, 0.5: [near], 1.0: [far]})


def test_more_contradictions_with_the_weight_fail(monkeypatch):
    counts = iter((1, 2, 2, 1))
    monkeypatch.setattr(s013, "contradicted", lambda said: next(counts))
    with pytest.raises(CheckFailed, match="no more"):
        s013.consistent([reply("a", "b")] * 30)
    line, trace = s013.consistent([reply("a", "b", chosen=1)] * 30)
    assert "2 without" in line
    assert "30 replies were exchanged" in trace


def test_a_trace_without_losses_fails(monkeypatch):
    monkeypatch.setattr(s013, "contradicted", lambda said: 0)
    bare = reply("a", "b")
    made = tuple(replace(one, detail={"losses": {}}) for one in bare.draft.candidates)
    bare = replace(bare, draft=replace(bare.draft, candidates=made))
    with pytest.raises(CheckFailed, match="do not tell"):
        s013.consistent([bare] * 30)


def test_too_few_stories_fail(monkeypatch):
    monkeypatch.setattr(s013, "contradicted", lambda said: 0)
    bare = reply("a", "b")
    bare = replace(bare, draft=replace(bare.draft, notes={"story": ""}))
    with pytest.raises(CheckFailed, match="Only 10 of 30"):
        s013.consistent([bare] * 20 + [reply("a", "b")] * 10)


def test_there_are_thirty_scenes():
    assert len(SCENES) == 30
