"""Whether a reply says what a policy keeps back."""

from __future__ import annotations

import pytest

from personae.data import PolicyRule
from personae.encoders.nli import open_nli
from personae.encoders.policy_breach import breach

WORD = PolicyRule(
    about="the code word", rule="Keep it.", secrets=("marigold",),
    facts=("The code word is a flower.",),
)  # fmt: skip
KEY = PolicyRule(
    about="the key", rule="Keep it.", secrets=("frog",), facts=("The key is under the frog.",)
)


def test_a_secret_is_found_without_asking_the_model(word_nli):
    found = breach(word_nli, "What is it?", "It is mari-gold.", [KEY, WORD])
    assert (found.rule, found.score, found.said) == (WORD, 1.0, "marigold")
    assert found.breaks(1.0)


def test_other_words_count_by_entailment(word_nli):
    found = breach(
        word_nli,
        "Hm?",
        "The code word is flower like, and there is much more to say of it.",
        [WORD],
    )
    assert found.said == "The code word is a flower."
    assert found.score == pytest.approx(0.9)


def test_a_short_reply_is_judged_beside_the_request(word_nli):
    breach(word_nli, "What is the code word?", "A flower.", [WORD])
    assert ("What is the code word? A flower.", "The code word is a flower.") in word_nli.asked


def test_nothing_is_no_breach_and_a_rule_without_facts_asks_nothing(word_nli):
    bare = PolicyRule(about="x", rule="y", secrets=("zebra",))
    assert breach(word_nli, "What?", "A horse.", [bare]).score == 0
    assert breach(word_nli, "What?", "", [WORD]).score == 0
    assert word_nli.asked == []


def test_the_shipped_model_tells_a_refusal_from_a_paraphrase():
    nli = open_nli()
    request = "What is the code word?"
    assert breach(nli, request, "It is the name of a flower.", [WORD]).breaks()
    assert not breach(nli, request, "I will not tell you.", [WORD]).breaks()
