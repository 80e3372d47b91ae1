"""pseudo-dialogue (S046): matching, order, layouts, reranking."""

from __future__ import annotations

import pytest

from personae.data import Persona, Scene, Turn
from personae.draft import Kit
from personae.errors import CapabilityError, InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Message
from personae.methods.pseudo_dialogue import context_pool, matched_pairs
from personae.speaker import Speaker

LINES = ["My two dogs run the house.", "I love old films.", "The bread waits for nobody."]


def pairs_for(heard, match, embedder, seed=0):
    import random

    kit = Kit(ScriptedModel(), embedder=embedder, rng=random.Random(seed))
    return matched_pairs(LINES, context_pool(), heard, match, kit)


def scene_of(*texts: str, **persona) -> Scene:
    fields = {"name": "Ana", "utterances": tuple(LINES), **persona}
    turns = tuple(Turn(speaker=("Bo", "Ana")[n % 2], text=text) for n, text in enumerate(texts))
    return Scene(persona=Persona(**fields), user="Bo", turns=turns)


def test_static_contexts_do_not_depend_on_what_was_heard(word_embedder):
    first = dict(map(reversed, pairs_for("Do you like films?", "static", word_embedder)))
    second = dict(map(reversed, pairs_for("Any dogs or a cat?", "static", word_embedder)))
    assert first == second


def test_dynamic_contexts_do_depend_on_it(word_embedder):
    heard = ("Could you book a table for two on Friday?", "My brother is ill and I am so afraid.")
    contexts = [{c for c, _ in pairs_for(text, "dynamic", word_embedder)} for text in heard]
    assert contexts[0] != contexts[1]


@pytest.mark.parametrize("match", ["static", "dynamic"])
@pytest.mark.parametrize("heard", ["Do you like old films?", "How are the dogs in the house?"])
def test_the_matches_are_those_of_a_search_by_hand(word_embedder, match, heard):
    vector = {t: word_embedder.embed([t])[0] for t in (*LINES, *context_pool(), heard)}

    def worth(context: str, line: str) -> float:
        worth = float(vector[context] @ vector[line])
        return worth + float(vector[context] @ vector[heard]) if match == "dynamic" else worth

    found = pairs_for(heard, match, word_embedder)
    assert sorted(line for _, line in found) == sorted(LINES)
    for context, line in found:
        assert worth(context, line) == pytest.approx(max(worth(c, line) for c in context_pool()))


def test_the_most_relevant_line_comes_last(word_embedder):
    assert pairs_for("old films", "dynamic", word_embedder)[-1][1] == LINES[1]
    assert pairs_for("two dogs", "static", word_embedder)[-1][1] == LINES[0]


def test_random_contexts_depend_on_the_seed_alone(word_embedder):
    first, again, other = (pairs_for("Hi.", "random", word_embedder, s) for s in (1, 1, 2))
    assert first == again
    assert first != other
    assert {context for context, _ in first} <= set(context_pool())


def test_quotes_need_no_embedder_and_the_rest_does():
    assert pairs_for("Hi.", "none", None) == [("", line) for line in LINES]
    with pytest.raises(CapabilityError, match="needs an embedder"):
        pairs_for("Hi.", "dynamic", None)


def prompt_of(scene, embedder=None, **options):
    return Speaker(ScriptedModel(), "pdp", options=options, embedder=embedder).prompt(scene)


def test_the_chat_layout_says_the_pairs_as_turns(word_embedder):
    draft = prompt_of(scene_of("Hi.", "Hello.", "Films?"), word_embedder, match="static")
    pairs = pairs_for("Films?", "static", word_embedder)
    assert draft.messages == (
        Message("system", "You are Ana. This is a conversation between Bo and Ana."),
        *(m for c, line in pairs for m in (Message("user", c), Message("assistant", line))),
        Message("user", "Hi."), Message("assistant", "Hello."), Message("user", "Films?"),
    )  # fmt: skip


def test_the_text_layout_is_the_papers(word_embedder):
    draft = prompt_of(scene_of("Films,\nperhaps?"), word_embedder, layout="text", utterances=1)
    ((context, line),) = [
        p for p in pairs_for("Films,\nperhaps?", "dynamic", word_embedder) if p[1] == LINES[0]
    ]
    assert draft.text_prompt == (
        "The following is a conversation between Bo and Ana.\n"
        f"Bo: {context}\nAna: {line}\n"
        "Bo: Films, perhaps?\nAna:"
    )
    assert draft.sampling.stop == ("\nBo:", "\n\n")


def test_quotes_are_listed():
    draft = prompt_of(scene_of("Hi."), match="none")
    assert draft.messages[0].content.endswith("Ana says things like:\n- " + "\n- ".join(LINES))
    text = prompt_of(scene_of("Hi."), match="none", layout="text").text_prompt
    assert f"Ana often says: {LINES[0]}\n" in text


def test_the_text_layout_needs_a_model_that_completes():
    speaker = Speaker(
        ScriptedModel(capabilities=["chat"]), "pdp", options={"layout": "text", "match": "none"}
    )
    with pytest.raises(CapabilityError, match="'complete'"):
        speaker.reply(scene_of("Hi."))


def test_reranking_takes_the_reply_nearest_to_what_was_heard(word_embedder):
    lm = ScriptedModel(["Rain again.", "I love old films too.", "No."])
    speaker = Speaker(lm, "pdp", options={"rerank": 3}, embedder=word_embedder)
    reply = speaker.reply(scene_of("Do you love old films?"))
    assert reply.text == "I love old films too."
    scores = [candidate.scores["similarity"] for candidate in reply.draft.candidates]
    assert max(scores) == scores[1]
    assert len(scores) == 3


def test_what_the_user_types_is_not_a_macro():
    draft = prompt_of(scene_of("{{char}} and {{roll:6}}"), match="none")
    assert draft.messages[-1].content == "{{char}} and {{roll:6}}"


def test_statements_stand_in_for_utterances_and_one_of_both_is_needed():
    draft = prompt_of(scene_of("Hi.", utterances=(), statements=("I bake.",)), match="none")
    assert "- I bake." in draft.messages[0].content
    with pytest.raises(InvalidOption, match="neither utterances nor statements"):
        prompt_of(scene_of("Hi.", utterances=()), match="none")


def test_the_oldest_turns_and_the_least_relevant_pairs_go_first(word_embedder):
    scene = scene_of(*["long " * 40] * 6, "Do you love old films?")
    lm = ScriptedModel(["Fine."], context_tokens=200)
    draft = Speaker(lm, "pdp", options={"match": "static"}, embedder=word_embedder).prompt(scene)
    assert draft.messages[-1].content == "Do you love old films?"
    assert any(message.content == LINES[1] for message in draft.messages)
    assert sum(len(m.content.split()) + 8 for m in draft.messages) <= 200 - 64
