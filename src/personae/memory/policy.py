"""What a new memory does to those that are there: nothing, repeat, refine, supersede, or ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from personae.data import Memory
from personae.encoders.types import Nli
from personae.encoders.updates import Clashes, Updates
from personae.text.faults import words_of

Relation: TypeAlias = Literal["unrelated", "same", "less", "more", "contradicts"]
OnContradiction: TypeAlias = Literal["supersede", "keep", "ask"]

ENTAILED = 0.8  # from which probability one text says what the other does
GOLD_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Related:
    """How a new text stands to one memory; "more" says all that the memory does, and more."""

    memory: Memory
    relation: Relation
    contradiction: float = 0.0


def relations(
    nli: Nli | None, text: str, others: Sequence[Memory], *, updates: Updates | None = None,
    clashes: Clashes = "strict",
) -> list[Related]:  # fmt: skip
    """How the text stands to each of the others, in one batch.

    What it contradicts is what it takes the place of, says `updates`. Without that head a
    contradiction must hold both ways: above the threshold that flags 2 % of human replies, or where
    `clashes` is "lenient" as the likeliest of the three. Without an inference model only texts of
    the same words are the same.
    """
    said = words_of(text)
    same = [words_of(other.text) == said for other in others]
    if nli is None or not others:
        return [
            Related(other, "same" if is_same else "unrelated")
            for other, is_same in zip(others, same, strict=True)
        ]
    texts = [other.text for other in others]
    there = nli.classify([(text, one) for one in texts])
    back = nli.classify([(one, text) for one in texts])
    rows = list(zip(there.tolist(), back.tolist(), strict=True))
    if updates is not None:
        clash = updates.takes_place(text, texts, there, back, clashes)
    else:
        limit = nli.thresholds[GOLD_SHARE] if clashes == "strict" else None
        clash = [_clash(*row, limit) for row in rows]
    return [
        Related(other, "same" if is_same else _relation(*row, is_clash), min(row[0][2], row[1][2]))
        for other, is_same, row, is_clash in zip(others, same, rows, clash, strict=True)
    ]


def _clash(there: Sequence[float], back: Sequence[float], limit: float | None) -> bool:
    if limit is None:
        return all(row[2] == max(row) for row in (there, back))
    return min(there[2], back[2]) > limit


def _relation(there: Sequence[float], back: Sequence[float], is_clash: bool) -> Relation:
    says_it, is_said = there[0] >= ENTAILED, back[0] >= ENTAILED
    if says_it and is_said:
        return "same"
    if is_said:
        return "less"
    if says_it:
        return "more"
    return "contradicts" if is_clash else "unrelated"
