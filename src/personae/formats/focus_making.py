"""Make dialogues in the FoCus format (S033) from any small collection of articles and statements.

Where an article says what may be asked, the human asks that; else the question is made of the
paragraph's rarest words. Every fifth question only asks for more: it is the history that says
about what. Six of the ten candidates at most are of the same article.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from personae.errors import InvalidOption
from personae.formats.focus import FocusDialogue
from personae.formats.topics import Paragraph, Topic
from personae.statements import everyday
from personae.text.content_words import content_stems
from personae.text.second_person import second_person
from personae.text.sentences import split_sentences

Split = Literal["train", "valid", "test", "all"]
STATEMENTS, CANDIDATES = 5, 10
ROUNDS = (5, 6, 6)  # the data set has 5.6 on average
OWN_CANDIDATES = 6
MORE_SHARE = 0.2
FITTING = (1, 2, 3)  # statements of a persona that fit one of the article's paragraphs
SHARES = {"train": 0.6, "valid": 0.13}  # of the articles; the rest is for the test
MORE = (
    "Could you tell me more about that?",
    "Really? Go on, please.",
    "And what else about it?",
    "Oh, I did not know that. What more is there to say?",
    "Can you explain that a little?",
)
PLAIN = ("What about the {0} and the {1}?", "I heard of a {0} and a {1}. What is that?")
BRIDGES = (
    "Since {0}, this may matter to you: {1}",
    "{1} I thought of you, since {0}.",
    "This could be for you, because {0}. {1}",
)


@dataclass(frozen=True, slots=True)
class Source:
    """The articles of a split, and the statements that its personas may have besides."""

    topics: tuple[Topic, ...]
    statements: tuple[str, ...]


def source_of(topics: Sequence[Topic], split: Split) -> Source:
    """The part of a collection for a split: no article and no statement is in two of them.

    Where something belongs depends on its own text alone. Raises InvalidOption for an empty part.
    """
    if split not in get_args(Split):
        raise InvalidOption(f"There is no split {split!r}; there are {', '.join(get_args(Split))}.")
    ordered = sorted(topics, key=lambda topic: _digest(topic.title))
    first = round(len(ordered) * SHARES["train"])
    second = first + max(1, round(len(ordered) * SHARES["valid"]))
    parts = {"train": ordered[:first], "valid": ordered[first:second], "test": ordered[second:]}
    chosen = ordered if split == "all" else parts[split]
    if not chosen:
        raise InvalidOption(
            f"{len(ordered)} articles are too few for the split {split!r}; pass --split all."
        )
    told = {one.statement for topic in topics for one in topic.paragraphs}
    pool = [t for t in everyday() if t not in told and split in ("all", _part_of(t))]
    return Source(tuple(chosen), tuple(pool))


def _part_of(statement: str) -> Split:
    share = _digest(statement) / 2**64
    return "train" if share < 0.6 else "valid" if share < 0.73 else "test"


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def made(source: Source, number: int, seed: int) -> Iterator[FocusDialogue]:
    """`number` dialogues; the same seed gives the same, and more only adds to them."""
    for at in range(number):
        rng = random.Random(f"focus/{seed}/{at}")
        topic = source.topics[rng.randrange(len(source.topics))]
        yield _dialogue(source, topic, f"made-{seed}-{at}", rng)


def _dialogue(source: Source, topic: Topic, name: str, rng: random.Random) -> FocusDialogue:
    fits = [text for one in topic.paragraphs if (text := fitting(one, source.statements))]
    chosen = rng.sample(fits, min(rng.choice(FITTING), len(fits)))
    persona = tuple(rng.sample(_filled(chosen, source, topic, rng), STATEMENTS))
    said: list[str] = []
    rounds: list[dict[str, object]] = []
    asked = _order(topic, source, persona, rng)
    for at, (paragraph, is_more) in enumerate(asked):
        question = rng.choice(MORE) if is_more else question_of(paragraph, topic, rng)
        known = [fitting(paragraph, source.statements) == text for text in persona]
        answer = _answer(paragraph, is_more, [t for t, k in zip(persona, known, strict=True) if k],
                         rng)  # fmt: skip
        candidates = _candidates(paragraph, topic, source, rng)
        opening = f"I am at {topic.title}. " if not at else ""
        said += [opening + question, answer]
        rounds.append({
            "dialogue": list(said), "persona_candidate": persona, "persona_grounding": known,
            "knowledge_candidates": candidates,
            "knowledge_answer_index": candidates.index(paragraph.text),
        })  # fmt: skip
    knowledge = tuple(one.text for one in topic.paragraphs)
    return FocusDialogue.model_validate({
        "dialogID": name, "landmark_link": topic.link, "persona": persona,
        "knowledge": knowledge, "utterance": rounds,
    })  # fmt: skip


def fitting(paragraph: Paragraph, pool: Sequence[str]) -> str:
    """The statement of somebody to whom a paragraph matters, empty where there is none.

    The one written beside it, else the one of the pool that shares most telling words with it.
    """
    if paragraph.statement or paragraph.questions:
        return paragraph.statement
    stems = set(content_stems(paragraph.text))
    shared = [(len(stems & set(content_stems(text))), text) for text in pool]
    best = max(shared, key=lambda one: one[0], default=(0, ""))
    return best[1] if best[0] else ""


def _filled(chosen: Sequence[str], source: Source, topic: Topic, rng: random.Random) -> list[str]:
    """The statements that fit, with as many of people to whom the article says nothing."""
    own = {fitting(one, source.statements) for one in topic.paragraphs}
    others = [one.statement for other in source.topics for one in other.paragraphs]
    pool = sorted({text for text in (*source.statements, *others) if text} - own)
    return [*dict.fromkeys(chosen), *rng.sample(pool, STATEMENTS - len(dict.fromkeys(chosen)))]


def _order(
    topic: Topic, source: Source, persona: Sequence[str], rng: random.Random
) -> list[tuple[Paragraph, bool]]:
    """Which paragraphs are asked about, and whether the question only asks for more.

    What matters to the human comes up twice as likely as the rest.
    """
    keys = {
        one: rng.random() ** (0.5 if fitting(one, source.statements) in persona else 1.0)
        for one in topic.paragraphs
    }
    ordered = sorted(topic.paragraphs, key=lambda one: -keys[one])
    found: list[tuple[Paragraph, bool]] = []
    for _ in range(rng.choice(ROUNDS)):
        if found and not found[-1][1] and rng.random() < MORE_SHARE:
            found.append((found[-1][0], True))
        elif ordered:
            found.append((ordered.pop(0), False))
    return found


def question_of(paragraph: Paragraph, topic: Topic, rng: random.Random) -> str:
    """A question that was written for the paragraph, or one made of its two rarest words."""
    if paragraph.questions:
        return rng.choice(paragraph.questions)
    holding = Counter(stem for one in topic.paragraphs for stem in set(content_stems(one.text)))
    words = [word.strip(".,;:!?()\"'").lower() for word in paragraph.text.split()]
    telling = sorted(
        dict.fromkeys(word for word in words if len(word) > 3 and content_stems(word)),
        key=lambda word: (holding[content_stems(word)[0]], -len(word), word),
    )
    pair = [*telling[:2], "place", "story"][:2]
    return rng.choice(PLAIN).format(*pair)


def _answer(
    paragraph: Paragraph, is_more: bool, statements: Sequence[str], rng: random.Random
) -> str:
    """The paragraph's first sentence, or its last where more was asked for; with the persona."""
    sentences = split_sentences(paragraph.text)
    told = sentences[-1] if is_more else sentences[0]
    if not statements:
        return told
    yours = second_person(statements[0]).rstrip(". ")
    is_own = yours.split(" ")[0].lower() in ("you", "your", "when", "there")
    return rng.choice(BRIDGES).format(yours[0].lower() + yours[1:] if is_own else yours, told)


def _candidates(
    paragraph: Paragraph, topic: Topic, source: Source, rng: random.Random
) -> list[str]:
    """Ten paragraphs, the right one among them, in a drawn order."""
    own = [one.text for one in topic.paragraphs if one.text != paragraph.text]
    near = rng.sample(own, min(OWN_CANDIDATES - 1, len(own)))
    far = [
        one.text for other in source.topics if other is not topic for one in other.paragraphs
        if one.text != paragraph.text and one.text not in near
    ]  # fmt: skip
    rest = rng.sample(far, min(CANDIDATES - 1 - len(near), len(far)))
    found = [paragraph.text, *near, *rest]
    spare = [text for text in own if text not in found]
    found += rng.sample(spare, min(CANDIDATES - len(found), len(spare)))
    rng.shuffle(found)
    return found
