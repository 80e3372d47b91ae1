"""write-for-listener: tokens by which a listener tells the persona from others."""

from __future__ import annotations

import threading

import pytest

from personae.data import Persona, Scene
from personae.draft import Draft, Emission, Kit, chain
from personae.errors import Cancelled, CapabilityError, FormatError
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Message
from personae.load import load_persona, write_personas
from personae.speaker import Speaker
from personae.steps.describe_persona import describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.listener_world import distractors_for, pool_of
from personae.steps.write_for_listener import write_for_listener

ANA = Persona(name="Ana", statements=("I have two dogs.",))


def likes_dogs(request, written):
    """A model that would say "friends" of anybody, and "dogs" sooner of who has dogs."""
    dogs = 0.4 if "two dogs" in request.messages[0].content else 0.02
    if not written:
        return {"friends": 0.5, "dogs": dogs, "soup": 0.5 - dogs}
    return {"": 1.0}


def drafted(scene: Scene, lm: ScriptedModel, **options) -> Draft:
    kit = Kit(lm, seed=3)
    return chain(describe_persona(), fit_prompt(), write_for_listener(**options))(Draft(scene), kit)


@pytest.fixture
def scene() -> Scene:
    return Scene(persona=ANA, user="Bo").said("Bo", "Whom do you live with?")


def test_the_word_that_gives_the_persona_away_is_preferred(scene):
    lm = ScriptedModel(distributor=likes_dogs)
    greedy = drafted(scene, lm, alpha=0.0).candidates[0]
    aware = drafted(scene, lm, alpha=2.0, beta=1.0).candidates[0]
    assert (greedy.text, aware.text) == ("friends", "dogs")
    assert greedy.scores["listener"] == pytest.approx(1 / 3, abs=1e-4)  # a word of all three
    assert aware.scores["listener"] == pytest.approx(0.4 / 0.44, abs=1e-4)


def test_alone_in_the_world_the_model_decodes_greedily(scene):
    lm = ScriptedModel(distributor=likes_dogs)
    assert drafted(scene, lm, alpha=8.0, world=1).candidates[0].text == "friends"
    nobody = scene.model_copy(update={"persona": Persona(name="Ana")})
    made = drafted(nobody, lm, alpha=8.0).candidates[0]
    assert (made.text, made.detail["distractors"]) == ("friends", [])


def test_distractors_differ_from_the_persona_in_their_statements_alone(scene):
    asked = []

    def listen(request, written):
        asked.append(request.messages)
        return {"": 1.0}

    drafted(scene, ScriptedModel(distributor=listen), world=3)
    own, *others = asked
    assert len({messages[0].content for messages in asked}) == 3
    for messages in others:
        assert "You are Ana." in messages[0].content
        assert "two dogs" not in messages[0].content
        assert messages[1:] == own[1:]


def test_random_distractors_follow_the_seed_and_nearest_the_cosine(scene, word_embedder):
    kit = Kit(ScriptedModel(), embedder=word_embedder)
    draft = chain(describe_persona(), fit_prompt())(Draft(scene), kit)
    names = {
        seed: [one.name for one in distractors_for(draft, Kit(kit.lm, seed=seed), "random", 2)]
        for seed in range(12)
    }
    assert names[0] == [one.name for one in distractors_for(draft, kit, "random", 2)]
    assert len(set(map(tuple, names.values()))) > 2
    nearest = distractors_for(draft, kit, "nearest", 9)
    farthest = distractors_for(draft, kit, "farthest", 9)
    assert [one.name for one in nearest] == [one.name for one in reversed(farthest)]
    with pytest.raises(CapabilityError, match=r"nearest.*needs an embedder"):
        distractors_for(draft, Kit(kit.lm), "nearest", 2)


def test_a_distractor_is_no_longer_than_the_persona_allows(scene):
    kit = Kit(ScriptedModel())
    draft = chain(describe_persona(), fit_prompt())(Draft(scene), kit)
    for other in distractors_for(draft, kit, "random", 9):
        assert other.text.count("\n- ") == 1  # as many statements as Ana has
        assert other.text.startswith("Facts about Ana:")


def test_the_pool_is_the_shipped_characters_of_the_language_or_a_file(scene, tmp_path):
    assert load_persona("wenna") in pool_of("", "en-GB")
    assert all(one.language == "fr" for one in pool_of("", "fr"))
    file = tmp_path / "cleo.yaml"
    write_personas([Persona(name="Cleo", statements=("I sail.",))], file)
    lm = ScriptedModel(distributor=likes_dogs)
    made = drafted(scene, lm, pool=str(file)).candidates[0]
    assert made.detail["distractors"] == ["Cleo"]
    with pytest.raises(FormatError):
        drafted(scene, lm, pool=str(tmp_path / "absent.yaml"))


def test_the_reply_streams_and_is_filtered(scene):
    def endless(request, written):
        return {["Well.", "Yes.", "No.", "Maybe.", "And"][min(4, len(written.split()))]: 1.0}

    heard: list[Emission] = []
    kit = Kit(ScriptedModel(distributor=endless), emit=heard.append)
    draft = Draft(scene, messages=(Message("user", "Hi"),))
    made = write_for_listener(max_sentences=2)(draft, kit)
    assert made.candidates[0].text == "Well. Yes."
    assert "".join(one.text for one in heard).strip() == "Well. Yes."
    assert made.usage.completion_tokens < 6


def test_it_ends_at_max_tokens_and_in_a_loop(scene):
    lm = ScriptedModel(distributor=lambda request, written: {"tick": 0.6, "tock": 0.4})
    made = drafted(scene, lm, max_sentences=0)
    assert made.usage.completion_tokens < 96
    assert made.candidates[0].detail["faults"] == ["loops"]


def test_a_set_cancel_ends_it(scene):
    cancel = threading.Event()
    cancel.set()
    kit = Kit(ScriptedModel(), cancel=cancel)
    with pytest.raises(Cancelled):
        write_for_listener()(Draft(scene, messages=(Message("user", "Hi"),)), kit)


def test_the_method_chooses_what_the_step_wrote(scene):
    lm = ScriptedModel(distributor=likes_dogs)
    speaker = Speaker(lm, "rsa", options={"alpha": 2, "beta": 1})
    assert speaker.method == "self-conscious"
    reply = speaker.reply(scene)
    assert reply.text == "dogs"
    assert reply.draft.usage.completion_tokens == 1
    assert Speaker(lm, "self-conscious", options={"alpha": 0}).reply(scene).text == "friends"
