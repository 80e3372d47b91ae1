"""Links and what follows from them: near and entailed heads only, nothing that contradicts."""

from __future__ import annotations

from personae.commonsense.facts import Fact
from personae.commonsense.files import people
from personae.commonsense.linking import fitting, inferred, linked
from personae.commonsense.worth import open_fact_worth
from personae.encoders.embedder import open_embedder
from personae.encoders.nli import open_nli

SAILS = "I sail boats often."


def test_a_statement_is_linked_to_the_head_that_is_near_and_entailed(
    boats, word_embedder, word_nli
):
    [link] = linked(["I like tea.", SAILS, SAILS], boats, word_embedder, word_nli)
    assert (link.statement, link.head) == (SAILS, "I often sail boats")
    assert link.cosine > 0.9
    assert link.entailment > 0.8


def test_a_near_head_that_is_denied_is_no_link(boats, word_embedder, word_nli):
    assert linked(["I often sail no boats."], boats, word_embedder, word_nli) == []
    assert linked([], boats, word_embedder, word_nli) == []


def test_facts_are_those_of_linked_heads_the_best_fitting_first(
    boats, word_embedder, word_nli, word_worth
):
    found = inferred([SAILS], boats, word_embedder, word_nli, word_worth)
    assert {one.fact.head for one in found} == {"I often sail boats"}
    assert [one.fits for one in found] == sorted((one.fits for one in found), reverse=True)
    only = inferred([SAILS], boats, word_embedder, word_nli, word_worth, ["goal_plan"])
    assert [one.fact.tail for one in only] == ["own boats"]


def test_what_contradicts_a_statement_or_repeats_one_is_left_out(
    boats, word_embedder, word_nli, word_worth
):
    found = inferred([SAILS, "I am fond of boats!"], boats, word_embedder, word_nli, word_worth)
    tails = {one.fact.tail for one in found}
    assert "never sank, no boats lost" not in tails  # "no" against "boats"
    assert "fond of boats" not in tails
    assert "own boats" in tails


def test_a_fact_of_two_statements_counts_for_the_one_it_fits(word_nli, word_worth):
    fact = Fact("x", "goal_plan", "own boats")
    [found] = fitting([("I bake.", fact), ("I own boats.", fact)], [], word_nli, word_worth)
    assert (found.statement, found.fits) == ("I own boats.", 1.0)


def test_the_real_models_link_a_nurse_and_nobody_else():
    embedder, nli = open_embedder(), open_nli()
    statements = ["I work as a nurse.", "My favorite color is green."]
    found = inferred(statements, people(), embedder, nli, open_fact_worth(embedder))
    assert {(one.statement, one.fact.head) for one in found} == {(statements[0], "I am a nurse")}
    assert len(found) > 5
