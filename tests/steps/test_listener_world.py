"""The listener's world: contexts instead of personas, and learnt distractors."""

from __future__ import annotations

import numpy as np
import pytest

from personae.data import Persona, Scene
from personae.draft import Candidate, Draft, Kit, chain
from personae.encoders.distractors import DISTRACTORS, DistractorMemory
from personae.errors import CapabilityError, FormatError, InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.steps import listener_world as module
from personae.steps.describe_persona import describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.listener_world import contexts_of, distractors_for, requests_of
from personae.steps.rank_for_listener import rank_for_listener

SCENE = Scene(persona=Persona(name="Ana", statements=("I have two dogs.",)), user="Bo").said(
    "Bo", "Any pets?"
)


def drafted(scene: Scene = SCENE) -> Draft:
    return chain(describe_persona(), fit_prompt())(Draft(scene), Kit(ScriptedModel()))


def test_a_context_stands_where_the_last_message_stood_and_nothing_else_changes():
    scene = SCENE.said("Ana", "Any pets? Yes.").said("Bo", "Any pets?")
    draft, kit = drafted(scene), Kit(ScriptedModel())
    others = distractors_for(draft, kit, "random", 2, contrast="contexts")
    own, *retold = requests_of(draft, kit, others)
    assert len(retold) == 2
    for request, other in zip(retold, others, strict=True):
        assert request.messages[:-1] == own.messages[:-1]
        assert request.messages[-1].content == other.text != "Any pets?"


def test_contexts_are_drawn_by_the_seed_or_found_by_cosine(word_embedder):
    draft = drafted(SCENE)
    kit = Kit(ScriptedModel(), embedder=word_embedder)

    def names(choice, seed=0, number=3):
        seeded = Kit(kit.lm, seed=seed, embedder=word_embedder)
        return [one.text for one in distractors_for(draft, seeded, choice, number, "", "contexts")]

    assert names("random", 1) == names("random", 1) != names("random", 2)
    nearest, farthest = names("nearest", number=1), names("farthest", number=1)
    near = word_embedder.embed([*nearest, *farthest]) @ word_embedder.embed(["Any pets?"])[0]
    assert near[0] > near[1]
    with pytest.raises(CapabilityError, match=r"nearest.*needs an embedder"):
        distractors_for(draft, Kit(kit.lm), "nearest", 2, "", "contexts")


def test_contexts_come_from_a_dialogue_file(tmp_path):
    file = tmp_path / "d.jsonl"
    file.write_text('{"messages": [{"role": "user", "content": "Do you sail?"}, '
                    '{"role": "assistant", "content": "I do."}]}\n')  # fmt: skip
    assert contexts_of(str(file)) == ("Do you sail?",)
    draft, kit = drafted(), Kit(ScriptedModel())
    (one,) = distractors_for(draft, kit, "random", 5, str(file), "contexts")
    assert one.text == "Do you sail?"
    with pytest.raises(FormatError):
        distractors_for(draft, kit, "random", 5, str(tmp_path / "none.json"), "contexts")


def test_the_listener_of_contexts_prefers_what_answers_this_one():
    def speaks(request, written):
        is_asked = "pets" in request.messages[-1].content
        return {"yes": 0.6, "dogs": 0.4 if is_asked else 0.02, "soup": 0.0 if is_asked else 0.38}

    kit = Kit(ScriptedModel(distributor=speaks))
    candidates = (Candidate("yes"), Candidate("dogs"))
    draft = Draft(SCENE, candidates=candidates)
    for alpha, best in ((0.0, "yes"), (4.0, "dogs")):
        step = rank_for_listener(alpha=alpha, contrast="contexts", world=3)
        found = chain(describe_persona(), fit_prompt(), step)(draft, kit).candidates
        assert max(found, key=lambda one: one.scores["pragmatic"]).text == best


def test_without_a_message_there_is_no_other_context():
    scene = Scene(persona=SCENE.persona)
    kit = Kit(ScriptedModel())
    assert distractors_for(drafted(scene), kit, "random", 2, "", "contexts") == ()


@pytest.mark.parametrize(("pool", "contrast"), [("pool.yaml", "personas"), ("", "contexts")])
def test_learnt_distractors_have_no_pool_and_are_no_contexts(pool, contrast):
    with pytest.raises(InvalidOption, match="distractors=learnt"):
        distractors_for(drafted(), Kit(ScriptedModel()), "learnt", 2, pool, contrast)


class Votes:
    """A head that votes for the last distractors most."""

    def apply(self, features):
        return np.arange(DISTRACTORS, dtype=float)[None]


def test_learnt_distractors_are_those_with_the_most_votes(monkeypatch, word_embedder):
    personas = tuple(
        Persona(name=f"distractor {at}", statements=(f"I own {at} hats.",))
        for at in range(DISTRACTORS)
    )
    own = Persona(name="distractor 63", statements=("I have TWO dogs.",))
    memory = DistractorMemory(Votes(), (*personas[:-1], own), word_embedder)
    monkeypatch.setattr(module, "open_distractors", lambda embedder: memory)
    kit = Kit(ScriptedModel(), embedder=word_embedder)
    found = distractors_for(drafted(), kit, "learnt", 2)
    assert [one.name for one in found] == ["distractor 62", "distractor 61"]
    assert found[0].text == "Facts about Ana:\n- I own 62 hats."
    with pytest.raises(CapabilityError, match=r"learnt.*needs an embedder"):
        distractors_for(drafted(), Kit(ScriptedModel()), "learnt", 2)
