"""Whether what a character says it was told is what it was told."""

from __future__ import annotations

import re
from collections.abc import Sequence

from personae.encoders.contradiction import Judged, Judgement, split_clauses
from personae.encoders.types import Nli
from personae.text.faults import words_of

OPENING = "You told me"
_OPENING = re.compile(rf"\s*{OPENING}\b[\s:,]*(?:that\b)?", re.IGNORECASE)
_QUOTATION_MARKS = re.compile(r"[\"“”]")


def is_recollection(reply: str) -> bool:
    """Whether a reply begins with what its listener told."""
    return _OPENING.match(reply) is not None


def judge_recollection(nli: Nli, sentence: str, memories: Sequence[str]) -> Judged:
    """Judge a sentence about what was told by the memories alone: no persona says anything of it.

    A clause passes where a memory has its words in a row, or entails it; what no memory entails is
    as good as contradicted.
    """
    told = _QUOTATION_MARKS.sub("", _OPENING.sub("", sentence))
    clauses = [one for one in split_clauses(told) if not _is_within(one, memories)]
    pairs = [(memory, clause) for clause in clauses for memory in memories]
    rows = nli.classify(pairs).tolist() if pairs else []
    judged = [
        Judgement(clause, memory, row[0], row[1], 1 - row[0])
        for (memory, clause), row in zip(pairs, rows, strict=True)
    ]
    by_clause = [[one for one in judged if one.clause == clause] for clause in clauses]
    supported = [min(some, key=lambda one: one.contradiction) for some in by_clause if some]
    worst = max(supported, key=lambda one: one.contradiction, default=None)
    best = max(judged, key=lambda one: one.entailment, default=None)
    return Judged(sentence, worst, best)


def _is_within(clause: str, memories: Sequence[str]) -> bool:
    """Whether a memory has these words in a row."""
    wanted = f" {' '.join(words_of(clause))} "
    return any(wanted in f" {' '.join(words_of(memory))} " for memory in memories)
