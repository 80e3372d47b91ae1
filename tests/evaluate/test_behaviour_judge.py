"""The calibration of the judge of written behaviours."""

from __future__ import annotations

from personae.evaluate.behaviour_judge import (
    Told,
    agreement_with,
    by_both,
    by_embedder,
    by_inference,
    by_words,
    told_behaviours,
)

OPTIONS = ("Ana walked home.", "Ana took the boat.", "Ana wept.", "Ana sang.")
TEXTS = [Told("m", "I walked home.", OPTIONS, 0), Told("m", "The boat it was.", OPTIONS, 1),
         Told("m", "I walked off singing.", OPTIONS, 3)]  # fmt: skip


def test_each_motif_has_a_right_and_a_wrong_text_and_halves_have_nothing_in_common():
    told = told_behaviours()
    assert len(told) == 80
    assert sum(one.tells == 0 for one in told) == 40
    halves = [{one.motif for one in told_behaviours(split)} for split in ("valid", "test")]
    assert not halves[0] & halves[1]
    assert not any("{" in option for one in told for option in one.options)


def test_no_text_is_the_option_itself():
    assert not any(one.text in option for one in told_behaviours() for option in one.options)


def test_agreement_counts_verdicts_and_options():
    found = agreement_with(lambda text, options: 0 if "walked" in text else 2, TEXTS)
    # The third is taken for the right one; the second is refused for another wrong one.
    assert (found.count, found.accepted, found.refused) == (3, 1.0, 0.5)
    assert (round(found.verdict, 3), round(found.option, 3)) == (0.667, 0.333)


def test_judges_find_the_option_that_shares_words(word_embedder, word_nli):
    judges = (by_embedder(word_embedder), by_both(word_embedder, word_nli),
              by_inference(word_nli), by_words)  # fmt: skip
    for judge in judges:
        assert judge("I walked home.", OPTIONS) == 0
        assert judge("I took the boat.", OPTIONS) == 1
