"""choose-expansion: the persona is told by one z, found or given, and the trace says which."""

from __future__ import annotations

import pytest

from personae.commonsense import worth
from personae.draft import Draft, Kit
from personae.errors import InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.steps.choose_expansion import choose_expansion

STATEMENTS = ("I like tea.", "I play the drums.")


class Worth:
    fingerprint = "half"

    def fits(self, triples):
        import numpy

        return numpy.full(len(triples), 0.6)


@pytest.fixture
def chosen(monkeypatch, word_embedder, word_nli):
    monkeypatch.setattr(worth, "open_fact_worth", lambda embedder: Worth())

    def run(scene, *, seed: int = 0, **options) -> Draft:
        kit = Kit(ScriptedModel(), embedder=word_embedder, nli=word_nli, seed=seed)
        return choose_expansion(**options)(Draft(scene), kit)

    return run


@pytest.fixture
def scene(dialogue_scene):
    return dialogue_scene("Do you play the drums?", statements=STATEMENTS)


def test_the_likeliest_z_stands_in_place_of_the_statements(chosen, scene):
    draft = chosen(scene)
    assert draft.scene.persona.statements == (draft.notes["z"],)
    assert "play the drums" in draft.notes["z"]
    assert scene.persona.statements == STATEMENTS
    together = chosen(scene, alone=False).scene.persona.statements
    assert set(STATEMENTS) <= set(together)
    assert together[-1] == draft.notes["z"]


def test_the_trace_says_how_likely_each_is_and_whence_it_comes(chosen, scene):
    first, *others = chosen(scene).evidence
    assert first.detail["chosen"]
    assert [one.score for one in others] == sorted((o.score for o in others), reverse=True)
    assert 0 < first.score <= 1
    made = {one.detail["made_by"]: one for one in (first, *others)}
    assert made["rules"].detail["parent"] in STATEMENTS


def test_a_z_by_hand_is_a_place_or_a_sentence(chosen, scene):
    assert chosen(scene, z="0").notes["z"] == STATEMENTS[0]
    draft = chosen(scene, z="I am a spy.")
    assert draft.scene.persona.statements == ("I am a spy.",)
    assert (draft.evidence[0].detail["z"], draft.evidence[0].text) == ("hand", "I am a spy.")
    assert chosen(scene, z="2").scene.persona.statements == ()  # none


@pytest.mark.parametrize(
    ("z", "reason"), [("99", "no z 99"), (" ", "is empty"), ("9" * 30, "no z")]
)
def test_a_z_that_is_not_there_is_refused(chosen, scene, z, reason):
    with pytest.raises(InvalidOption, match=reason):
        chosen(scene, z=z)


def test_a_drawn_z_follows_the_seed(chosen, scene):
    drawn = {chosen(scene, z="sample", seed=seed).notes["z"] for seed in range(12)}
    assert len(drawn) > 1
    assert chosen(scene, z="sample", seed=3).notes == chosen(scene, z="sample", seed=3).notes


def test_nothing_happens_without_a_message_or_statements(chosen, dialogue_scene):
    assert chosen(dialogue_scene(statements=STATEMENTS)).notes == {}
    assert chosen(dialogue_scene("Hello")).notes == {}


def test_the_z_is_named_right_before_the_last_message_unless_not_stressed(chosen, scene):
    [part] = chosen(scene).parts
    assert part.role == "volatile"
    assert part.text.endswith(chosen(scene).notes["z"])
    assert chosen(scene, stressed=False).parts == ()
    assert chosen(scene, z="2").parts == ()  # none has no words
