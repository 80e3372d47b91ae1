"""Whether a reply says what a policy keeps back."""

from __future__ import annotations

import pytest

from personae.data import PolicyRule
from personae.encoders.heads import shipped_embedder
from personae.encoders.nli import open_nli
from personae.encoders.policy_breach import breach

WORD = PolicyRule(
    about="the code word", rule="Keep it.", secrets=("marigold",),
    facts=("The code word is a flower.",),
)  # fmt: skip
KEY = PolicyRule(
    about="the key", rule="Keep it.", secrets=("frog",), facts=("The key is under the frog.",)
)


def test_a_secret_is_found_without_asking_the_model(word_nli, word_embedder):
    found = breach(word_nli, word_embedder, "What is it?", "It is mari-gold.", [KEY, WORD])
    assert (found.rule, found.score, found.said) == (WORD, 1.0, "marigold")
    assert found.breaks(1.0)
    assert word_nli.asked == [] or all(stated in KEY.facts for _, stated in word_nli.asked)


def test_other_words_count_by_entailment(word_nli, word_embedder):
    reply = "The code word is a flower, as I have told everybody who came in this whole week."
    found = breach(word_nli, word_embedder, "Hm?", reply, [WORD])
    assert found.said == "The code word is a flower."
    assert found.score == pytest.approx(0.9)


def test_a_short_reply_is_judged_beside_the_request(word_nli, word_embedder):
    breach(word_nli, word_embedder, "What is the code word?", "A flower is.", [WORD])
    assert ("What is the code word? A flower is.", "The code word is a flower.") in word_nli.asked


def test_who_only_names_what_is_kept_back_is_not_even_judged(word_nli, word_embedder):
    found = breach(word_nli, word_embedder, "Hm?", "I keep the code word.", [WORD])
    assert (found.score, word_nli.asked) == (0, [])


def test_nothing_is_no_breach_and_a_rule_without_facts_asks_nothing(word_nli, word_embedder):
    bare = PolicyRule(about="x", rule="y", secrets=("zebra",))
    assert breach(word_nli, word_embedder, "What?", "A horse.", [bare]).score == 0
    assert breach(word_nli, word_embedder, "What?", "", [WORD]).score == 0
    assert word_nli.asked == []


def test_the_shipped_models_tell_a_refusal_from_a_paraphrase():
    nli, embedder = open_nli(), shipped_embedder()
    request = "What is the code word?"
    assert breach(nli, embedder, request, "It is the name of a flower.", [WORD]).breaks()
    for refusal in ("I will not tell you.", "I keep the code word to myself."):
        assert not breach(nli, embedder, request, refusal, [WORD]).breaks()
