"""Editing a reply towards a statement, with models that can be worked out by hand."""

from __future__ import annotations

import pytest

from personae.errors import InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.steps.minimal_edits import (
    REPLY_WORDS,
    Weights,
    edit_clause,
    edit_reply,
    fluency_of,
    groundings,
    masked_words,
)

STATEMENT = "I have no dogs."


def test_a_reply_that_says_it_already_is_returned_unchanged(word_nli):
    edit = edit_reply("Sadly I have no dogs.", STATEMENT, nli=word_nli)
    assert (edit.after, edit.made_by, edit.distance) == (edit.before, "copy", 0)
    assert edit.grounding_after == edit.grounding_before


def test_the_clause_that_clashes_is_rewritten_and_nothing_else(word_nli):
    edit = edit_reply("Nice! I have three dogs. Who are you?", STATEMENT, nli=word_nli)
    assert edit.after == "Nice! I have no dogs. Who are you?"
    assert edit.diff == "Nice! I have [-three-]{+no+} dogs. Who are you?"
    assert edit.grounding_before.label == "contradiction"
    assert edit.grounding_after.label == "entailment"
    assert edit.distance == 1


def test_what_the_reply_does_not_speak_of_is_added_without_loss(word_nli):
    reply = "Everybody loves a very long sunny summer day! Who are you?"
    edit = edit_reply(reply, STATEMENT, nli=word_nli)
    assert edit.made_by == "insertion"
    assert edit.after.replace("I have no dogs. ", "") == reply


def test_a_dear_distance_prefers_the_smaller_edit(word_nli):
    reply = "I have three dogs and a very big red house by the sea."
    far, near = (
        edit_reply(reply, STATEMENT, nli=word_nli, weights=Weights(distance=weight, loss=0.0))
        for weight in (0.0, 0.9)
    )
    assert near.distance < far.distance or near.after == far.after
    best = near.ranked[0]
    assert best.worth == pytest.approx(best.grounding.worth - 0.9 * best.distance)
    assert near.grounding_after.label == "entailment"


def test_the_language_model_decides_between_equals(word_nli):
    def scorer(request, text):
        return -1.0 if "by the sea" in text else -9.0

    reply = "I have three dogs by the sea."
    edit = edit_reply(
        reply, STATEMENT, nli=word_nli, lm=ScriptedModel(scorer=scorer),
        weights=Weights(distance=0.0, loss=0.0, fluency=1.0),
    )  # fmt: skip
    assert "by the sea" in edit.after
    assert edit.ranked[0].fluency == -1.0


def test_the_model_reads_only_what_could_still_win(word_nli):
    lm = ScriptedModel(scorer=lambda request, text: -1.0)
    edit = edit_reply("I have three dogs by the sea.", STATEMENT, nli=word_nli, lm=lm)
    read = [one for one in edit.ranked if one.fluency is not None]
    assert len(read) == len(lm.scored) < len(edit.ranked)


def test_a_model_that_cannot_score_is_done_without(word_nli):
    lm = ScriptedModel(capabilities=["chat"])
    edit = edit_reply("I have three dogs.", STATEMENT, nli=word_nli, lm=lm)
    assert edit.ranked[0].fluency is None


def test_no_edit_is_made_that_denies_another_statement(word_nli):
    reply = "I have three dogs."
    free = edit_reply(reply, STATEMENT, nli=word_nli)
    assert free.after == "I have no dogs."
    others = ["I have house dogs."]
    bound = edit_reply(reply, STATEMENT, nli=word_nli, others=others)
    assert bound.ranked[0].worth < free.ranked[0].worth


def test_one_clause_is_repaired_and_the_rest_stays(word_nli):
    reply = "I have three dogs. My dogs bark."
    edit = edit_clause(reply, "My dogs bark.", STATEMENT, nli=word_nli)
    assert edit.after.startswith("I have three dogs. ")
    assert edit.after != reply


def test_a_clause_must_be_part_of_the_reply(word_nli):
    with pytest.raises(InvalidOption, match="no part of the reply"):
        edit_clause("I sing.", "I dance.", STATEMENT, nli=word_nli)


def test_what_grounds_no_better_is_not_done():
    class Deaf:
        name = fingerprint = "deaf"
        thresholds = {0.05: 0.8}  # noqa: RUF012

        def classify(self, pairs):
            import numpy

            return numpy.full((len(pairs), 3), [0.1, 0.8, 0.1], dtype=numpy.float32)

    edit = edit_reply("I have three dogs.", STATEMENT, nli=Deaf())
    assert (edit.made_by, edit.after) == ("copy", edit.before)
    assert edit.ranked


def test_an_empty_statement_is_refused(word_nli):
    with pytest.raises(InvalidOption, match="empty"):
        edit_reply("I sing.", " . ", nli=word_nli)


@pytest.mark.parametrize("reply", ["", "...", "dogs " * (REPLY_WORDS + 1)])
def test_what_is_too_long_or_no_words_is_left_alone(word_nli, reply):
    assert edit_reply(reply, STATEMENT, nli=word_nli).after == reply


def test_the_worst_clause_is_seen_beside_the_whole(word_nli):
    [grounding] = groundings(word_nli, ["I have three dogs. No, no."], STATEMENT)
    assert grounding.contradiction < 0.5 < grounding.worst_clause
    assert grounding.worth < 0


def test_words_of_related_clauses_and_words_in_common_are_masked(word_nli):
    reply = "Fun, I have three dogs. Rome is far."
    spans = masked_words(word_nli, reply, STATEMENT)
    assert [span.of(reply) for span in spans] == ["three", "dogs"]


def test_fluency_reads_the_change_and_four_words_behind_it():
    lm = ScriptedModel(scorer=lambda request, text: -3.0)
    fluency_of(lm, "I own a cat and it is red now.", "I own a dog and it is red now.", "S.", "Hi?")
    [(request, texts)] = lm.scored
    assert request.prompt == "S.\nHi?\nI own a"
    assert texts == (" dog and it is red",)
