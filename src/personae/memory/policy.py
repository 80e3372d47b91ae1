"""What a new memory does to those that are there: nothing, repeat, refine, supersede, or ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from personae.data import Memory
from personae.encoders.types import Nli
from personae.text.faults import words_of

Relation: TypeAlias = Literal["unrelated", "same", "less", "more", "contradicts"]
OnContradiction: TypeAlias = Literal["supersede", "keep", "ask"]

# When a text counts as contradicting: above the threshold that flags 2 % of human replies, or
# where contradiction is the likeliest of the three; both ways in either case.
Clashes: TypeAlias = Literal["calibrated", "likeliest"]

ENTAILED = 0.8  # from which probability one text says what the other does
GOLD_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Related:
    """How a new text stands to one memory; "more" says all that the memory does, and more."""

    memory: Memory
    relation: Relation
    contradiction: float = 0.0


def relations(
    nli: Nli | None, text: str, others: Sequence[Memory], *, clashes: Clashes = "calibrated"
) -> list[Related]:
    """How the text stands to each of the others, in one batch.

    A contradiction must hold both ways: `clashes` says from when on.
    Without an inference model only texts of the same words are the same.
    """
    said = words_of(text)
    same = [words_of(other.text) == said for other in others]
    if nli is None or not others:
        return [
            Related(other, "same" if is_same else "unrelated")
            for other, is_same in zip(others, same, strict=True)
        ]
    there = nli.classify([(text, other.text) for other in others]).tolist()
    back = nli.classify([(other.text, text) for other in others]).tolist()
    limit = nli.thresholds[GOLD_SHARE] if clashes == "calibrated" else None
    return [
        Related(other, "same" if is_same else _relation(one, two, limit), min(one[2], two[2]))
        for other, is_same, one, two in zip(others, same, there, back, strict=True)
    ]


def _relation(there: Sequence[float], back: Sequence[float], limit: float | None) -> Relation:
    says_it, is_said = there[0] >= ENTAILED, back[0] >= ENTAILED
    if says_it and is_said:
        return "same"
    if is_said:
        return "less"
    if says_it:
        return "more"
    if limit is None:
        is_clash = all(row[2] == max(row) for row in (there, back))
    else:
        is_clash = min(there[2], back[2]) > limit
    return "contradicts" if is_clash else "unrelated"
