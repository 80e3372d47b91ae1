"""What of a turn is worth remembering: sentences that tell something lasting of their speaker."""

from __future__ import annotations

import re
from collections.abc import Sequence

from personae.data import Memory, MemoryKind
from personae.encoders.disclosure import Disclosure
from personae.store.types import StoredTurn
from personae.text.sentences import split_sentences
from personae.text.written import as_statement

TELLING = 0.5
LEAST_WORDS = 3
# "…, and I live in Rome" tells a second thing; "cats and dogs" does not.
_SECOND = re.compile(r",?\s+(?:and|but)\s+(?=(?:i|i'm|i've|my|we|our)\b)", re.IGNORECASE)
_LIKING = re.compile(
    r"\b(?:love|like|likes|enjoy|hate|prefer|favou?rite|fond of|can't stand)\b", re.IGNORECASE
)


def memories_in(
    turns: Sequence[StoredTurn], disclosure: Disclosure, *, holder: str,
    witnesses: Sequence[str] = (),
) -> list[Memory]:  # fmt: skip
    """The telling sentences of turns as they were said, each a memory of `holder` on who spoke.

    A sentence that says two things makes two.
    `turns` are what people said: what a character says of itself may come from the very memories
    that its prompt showed. The id of the turn is the provenance, its time the time said.
    """
    found = [
        (turn, piece)
        for turn in turns
        for sentence in split_sentences(turn.text)
        for piece in _pieces(sentence.strip())
        if len(piece.split()) >= LEAST_WORDS
    ]
    odds = disclosure.disclosure([sentence for _, sentence in found]).tolist()
    return [
        Memory(
            text=sentence, kind=_kind(sentence), subject=turn.speaker, holder=holder,
            session=turn.session_id, provenance=(turn.id,), witnesses=tuple(witnesses),
            said_at=turn.said_at, confidence=round(value, 4),
        )
        for (turn, sentence), value in zip(found, odds, strict=True)
        if value >= TELLING
    ]  # fmt: skip


def _pieces(sentence: str) -> list[str]:
    """A sentence in parts that each say something of the speaker; whole where a part is short."""
    parts = _SECOND.split(sentence)
    if len(parts) == 1 or any(len(part.split()) < LEAST_WORDS for part in parts):
        return [sentence]
    return [as_statement(part) for part in parts]


def _kind(sentence: str) -> MemoryKind:
    return "preference" if _LIKING.search(sentence) else "fact"
