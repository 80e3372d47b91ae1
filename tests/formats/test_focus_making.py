"""Dialogues made from articles."""

from __future__ import annotations

import random
from itertools import combinations, pairwise

import pytest

from personae import places
from personae.errors import InvalidOption
from personae.formats.focus import turns_of
from personae.formats.focus_making import (
    MORE,
    Source,
    made,
    question_of,
    source_of,
)
from personae.formats.topics import Paragraph, Topic, read_topics


@pytest.fixture(scope="module")
def shipped():
    return read_topics(places.FILE)


def test_the_same_seed_gives_the_same_and_more_only_adds(shipped):
    source = source_of(shipped, "all")
    few, many = list(made(source, 5, 1)), list(made(source, 9, 1))
    assert many[:5] == few
    assert list(made(source, 5, 2)) != few


def test_no_article_and_no_statement_is_in_two_splits(shipped):
    parts = [source_of(shipped, split) for split in ("train", "valid", "test")]
    assert sum(len(part.topics) for part in parts) == len(shipped)
    assert len({topic.title for part in parts for topic in part.topics}) == len(shipped)
    told = [
        {text for one in made(part, 60, 0) for text in one.persona} for part in parts
    ]  # fmt: skip
    assert not any(a & b for a, b in combinations(told, 2))


def test_an_answer_uses_the_statement_that_fits_its_paragraph_and_no_other(shipped):
    fits = {one.text: one.statement for topic in shipped for one in topic.paragraphs}
    turns = [turn for one in made(source_of(shipped, "all"), 40, 3) for turn in turns_of(one)]
    for turn in turns:
        wanted = fits[turn.candidates[turn.gold]]
        assert [a for a, b in zip(turn.persona, turn.grounding, strict=True) if b] == [
            text for text in turn.persona if text == wanted
        ]
        assert turn.candidates[turn.gold] in turn.knowledge
        assert len(turn.candidates) == len(set(turn.candidates)) == 10


def test_who_asks_for_more_gets_the_end_of_the_same_paragraph(shipped):
    turns = [turn for one in made(source_of(shipped, "all"), 40, 3) for turn in turns_of(one)]
    pairs = [(a, b) for a, b in pairwise(turns) if b.question in MORE]
    assert pairs
    for before, after in pairs:
        assert after.candidates[after.gold] == before.candidates[before.gold]


def test_articles_without_questions_are_asked_about_by_their_rarest_words():
    paragraphs = tuple(Paragraph(f"The old tower keeps a {word} inside.") for word in (
        "telescope", "library"))  # fmt: skip
    topic = Topic("T", "T", paragraphs)
    assert "telescope" in question_of(paragraphs[0], topic, random.Random(0))
    source = Source((topic,), ("I read at the library.", *(f"I like dish {n}." for n in range(9))))
    turns = [turn for one in made(source, 20, 0) for turn in turns_of(one)]
    used = {t for turn in turns for t, is_used in zip(turn.persona, turn.grounding, strict=True)
            if is_used}  # fmt: skip
    assert used == {"I read at the library."}


def test_too_few_articles_for_a_split_are_told():
    topic = Topic("T", "T", (Paragraph("A."), Paragraph("B.")))
    with pytest.raises(InvalidOption, match="too few"):
        source_of([topic], "test")
    with pytest.raises(InvalidOption, match="no split 'dev'"):
        source_of([topic], "dev")
