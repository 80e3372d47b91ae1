"""Made-up novels: what is planted before it is decided, in other words; one seed, one novel."""

from __future__ import annotations

import re

import pytest

from personae import novels
from personae.errors import InvalidOption
from personae.novels.traits import behaviours
from personae.text.content_words import content_stems

NUMBERS = {"one", "two", "ten", "three"}


@pytest.mark.parametrize("split", ["valid", "test", "all"])
def test_a_novel_has_eighty_events_and_ten_decisions_in_their_order(split):
    for novel in novels.made_novels(3, split=split):
        assert (len(novel.events), len(novel.decisions)) == (80, 10)
        befores = [one.before for one in novel.decisions]
        assert befores == sorted(set(befores))
        assert min(befores) >= novels.FIRST_DECISION


def test_what_explains_a_decision_stands_before_it_and_the_decision_right_after_its_scenario():
    for novel in novels.made_novels(5):
        for one in novel.decisions:
            assert one.evidence in "\n".join(novel.events[: one.before])
            told = novel.events[one.before]
            assert told.startswith(f"{one.scenario} {one.options[0]}")
            assert novel.description[one.line].split(".")[0]


def test_no_slot_stays_open_and_no_scene_comes_twice():
    for novel in novels.made_novels(5):
        text = "\n".join([*novel.description, *novel.events])
        assert not re.search(r"[{}]", text)
        assert len(set(novel.events)) == 80


def test_one_seed_gives_the_same_novels_and_more_only_add_to_them():
    assert novels.made_novels(2, seed=4) == novels.made_novels(3, seed=4)[:2]
    assert novels.made_novels(1, seed=4) != novels.made_novels(1, seed=5)


def test_the_two_halves_of_the_motifs_have_nothing_in_common():
    valid, test = ({one.id for one in novels.motifs(half)} for half in ("valid", "test"))
    assert len(valid) == len(test) == 20
    assert not valid & test


def test_a_scenario_is_told_in_other_words_than_the_event_behind_it():
    for motif in novels.motifs():
        slots = {"nam", "name", "kin", "friend", "elder", "far", "town", "his", "him", "s"}
        asked = set(content_stems(motif.scenario)) - slots - NUMBERS
        for event in motif.events:
            shared = asked & set(content_stems(event))
            assert len(shared) <= 1, (motif.id, shared)


def test_nine_in_ten_events_share_a_word_with_their_line_of_the_description():
    shared = [
        bool((named(motif.line) & named(event)) - {"nam", "name", "his", "him"})
        for motif in novels.motifs()
        for event in motif.events
    ]
    assert 0.9 <= sum(shared) / len(shared) < 1  # the rest is linked by its meaning alone


def named(text: str) -> set[str]:
    """The telling words of a text and the people in it."""
    return set(content_stems(text)) | set(re.findall(r"\{(kin|friend|elder)\}", text))


def test_an_unknown_split_is_one_sentence():
    with pytest.raises(InvalidOption, match="no split 'train'; there are valid, test, all"):
        novels.split_named("train")


def test_each_trait_is_named_by_its_behaviours():
    for trait, told in behaviours().items():
        assert len(told) == 2
        assert all(trait[:3] in text.lower() for text in told), trait
