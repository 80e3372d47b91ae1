"""Which words are masked, and what fills the gap."""

from personae.recipes.masked_substitution import Gap, gaps
from personae.recipes.persona_dialogues import PersonaDialogue

DIALOGUES = [
    PersonaDialogue("a", (), ((False, "Pets?"), (True, "My dog loves my other dog."))),
    PersonaDialogue("b", (), ((False, "Pets?"), (True, "One dog and a cat ate."))),
    PersonaDialogue("c", (), ((False, "Pets?"), (True, "No."))),
]
NOUNS = {"dog": "NN1", "cat": "NN1"}
VERBS = {"loves": "VVZ", "ate": "VVD"}


def tag(text):
    """A tagger that knows four words."""
    found, at = [], 0
    for word in text.replace(".", " .").split():
        at = text.index(word, at)
        found.append((word, at, at + len(word), (NOUNS | VERBS).get(word, "XX")))
        at += len(word)
    return found


def test_a_noun_is_masked_wherever_it_stands():
    found, _ = gaps(DIALOGUES, tag, masked="nouns", copies=8, seed=0)
    first = found[0]
    assert (first.word, first.start, first.position) == ("dog", 3, 1)
    assert first.filled("horse") == "My horse loves my other horse."
    assert {(one.dialogue, one.word) for one in found} == {("a", "dog"), ("b", "dog"), ("b", "cat")}


def test_only_the_inside_of_whole_words_is_replaced():
    assert Gap("a", 1, "A cat in a cattery.", "cat", "NN1", 2).filled("dog") == (
        "A dog in a cattery."
    )


def test_a_reply_has_at_most_so_many_copies_and_the_seed_chooses():
    once, _ = gaps(DIALOGUES, tag, masked="nouns", copies=1, seed=0)
    assert [one.dialogue for one in once] == ["a", "b"]
    chosen = {
        gaps(DIALOGUES, tag, masked="nouns", copies=1, seed=seed)[0][1].word for seed in range(9)
    }
    assert chosen == {"dog", "cat"}
    assert gaps(DIALOGUES, tag, masked="nouns", copies=1, seed=0)[0] == once


def test_words_are_proposed_by_tag_when_seen_more_than_once():
    _, lexicon = gaps(DIALOGUES, tag, masked="nouns", copies=1, seed=0)
    assert lexicon == {"NN1": ["dog"]}


def test_verbs_can_be_masked_instead():
    found, lexicon = gaps(DIALOGUES, tag, masked="verbs", copies=1, seed=0)
    assert [one.word for one in found] == ["loves", "ate"]
    assert lexicon == {}  # each was seen once
