"""S101 REALTALK: chats are read whole, answers scored as published, and gold turns help a reader.

The chats are of real people and have no license, so that the check needs the shared data.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from personae.catalog.check import CheckContext
from personae.catalog.check_data import data_file, expect
from personae.data import Dialogue, Turn
from personae.encoders.types import Embedder
from personae.evaluate.answer_score import answer_score
from personae.evaluate.emotions import diversity, feelings
from personae.evaluate.memory_probe import (
    NONE,
    ORACLE,
    Question,
    Reader,
    questions_in,
    rankings,
)
from personae.formats.reading import read_dialogues
from personae.lm.types import LanguageModel
from personae.memory.turn_memories import RECALL, WORDS

FIRST = "Chat_1_Emi_Elise.json"
# Chats, messages, questions of the categories 1, 2, 3: of all, and of those that are shared here.
EXPECTED = {10: (8944, 301, 319, 108), 5: (3309, 151, 152, 57)}
LEAST_GAIN = 10.0  # F1 points that the gold turns must be worth


def check(context: CheckContext) -> list[str]:
    """Loader, score, labels, retrieval, and the reader with gold turns against none."""
    file = data_file(context, "realtalk", FIRST)
    (chat,) = read_dialogues(file)
    return [
        *loads(file.parent),
        *scores(),
        *labels(),
        *finds(chat, context.embedder()),
        *reads(chat, context.lm()),
    ]


def loads(folder: Path) -> list[str]:
    """All chats with their turns and questions."""
    chats = [one for file in sorted(folder.glob("*.json")) for one in read_dialogues(file)]
    kinds = Counter(one.asked.category for one in questions_in(chats))
    turns = sum(len(one.turns) for one in chats)
    found = (turns, kinds[1], kinds[2], kinds[3])
    wanted = EXPECTED.get(len(chats))
    expect(wanted is not None, f"{len(chats)} chats are there, not 10 or the 5 of the shared data.")
    expect(found == wanted, f"{len(chats)} chats have {found} turns and questions, not {wanted}.")
    return [f"{len(chats)} chats: {turns} messages, {sum(found[1:])} questions {found[1:]}"]


def scores() -> list[str]:
    """The published score on answers whose value can be worked out by hand."""
    cases = [
        ("She adopted cats, dogs", "A dog, the cat", 1, 0.75),
        ("7 May 2023", "May 7, 2023", 2, 1.0),
        ("yes", "Yes; she said so", 3, 1.0),
        ("hiking", "They hiked", 4, 2 / 3),
        ("It is not mentioned.", "", 5, 1.0),
        ("a dog", "", 5, 0.0),
    ]
    for answer, gold, category, wanted in cases:
        got = answer_score(answer, gold, category)
        expect(abs(got - wanted) < 1e-9, f"{answer!r} for {gold!r} ({category}) gets {got}.")
    return [f"{len(cases)} answers score what the published rules give them"]


def labels() -> list[str]:
    """Entropy, stability, alignment and grounding on labels made by hand."""
    made = (("A", "joy", "Hi?"), ("B", "joy", "Hi."), ("A", "fear", "Oh."), ("A", "fear", "Why?"))
    turns = tuple(Turn(speaker=s, text=text, labels={"emotion": e}) for s, e, text in made)
    one = feelings([Dialogue(id="x", turns=turns)])["A"]
    found = (round(one.diversity, 4), one.stability, one.alignment, round(one.grounding, 4))
    expect(found == (0.9183, 0.5, 0.0, 0.6667), f"The labels of A give {found}.")
    expect(diversity(["a", "b", "c", "d"]) == 2, "Four labels are not two bits.")
    return ["entropy, stability, alignment and grounding are exact on hand-made labels"]


def finds(chat: Dialogue, embedder: Embedder) -> list[str]:
    """Recall finds at least what words alone find, and far more than nothing."""
    questions = [one for one in questions_in([chat]) if one.evidence]
    found = rankings([chat], questions, (WORDS, RECALL), lambda: embedder)
    shares = {way: _found_share(questions, found[way]) for way in found}
    told = ", ".join(f"{way} {share:.3f}" for way, share in shares.items())
    expect(shares[RECALL] >= max(shares[WORDS], 0.3), f"Evidence found in 10: {told}.")
    return [f"evidence found in 10, {len(questions)} questions of Chat 1: {told}"]


def _found_share(questions: list[Question], found: dict[str, list[str]]) -> float:
    shares = [len({*one.evidence} & {*found[one.id][:10]}) / len(one.evidence) for one in questions]
    return sum(shares) / len(shares)


def reads(chat: Dialogue, lm: LanguageModel) -> list[str]:
    """Answers from the gold turns against answers from nothing, on the same questions."""
    questions = questions_in([chat])
    found = rankings([chat], questions, (NONE, ORACLE), _no_embedder)
    means = {}
    for memory, ids in found.items():
        reader = Reader(lm, memory, {chat.id: chat}, {one.id: chat.id for one in questions}, ids)
        marks = [
            answer_score(
                reader.answer(one.id, one.asked.text), one.asked.answer, one.asked.category
            )
            for one in questions
        ]
        means[memory] = 100 * sum(marks) / len(marks)
    gain = means[ORACLE] - means[NONE]
    told = f"F1 {means[ORACLE]:.1f} with the gold turns, {means[NONE]:.1f} without"
    expect(gain >= LEAST_GAIN, f"{told}: a gain of {gain:.1f} points, not {LEAST_GAIN:.0f}.")
    return [f"{len(questions)} questions of Chat 1: {told}, gain {gain:.1f}"]


def _no_embedder() -> Embedder:
    raise AssertionError("neither memory looks for anything")
