"""Recalling: by words and by meaning, fused by rank, within a budget of tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from personae.data import Memory
from personae.encoders.types import Embedder
from personae.store.memory_types import MemoryStore, RankedMemory, Scope

CANDIDATES = 100  # of each way to look
# Reciprocal rank fusion: weight / (RANK + rank), summed over the ways. 10 found more evidence than
# the usual 60 on LoCoMo and REALTALK; the weights were chosen on REALTALK (docs/memory.md).
RANK = 10
WEIGHTS = {"words": 1.5, "meaning": 1.0}
IMPORTANCE = 0.1  # the most that importance adds to a score, as a share of it
RECENCY = 0.1  # the same of recency
HALF_LIFE_DAYS = 30.0

CountTokens: TypeAlias = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Recalled:
    """A memory, its fused score, and its rank in each way to look (from 1)."""

    memory: Memory
    score: float
    ranks: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fused:
    """The same before the memory is read."""

    memory: RankedMemory
    score: float
    ranks: dict[str, int]


def recalled(
    store: MemoryStore, embedder: Embedder | None, query: str, scope: Scope, *, k: int = 5,
    now: datetime | None = None, least_cosine: float = -1.0,
) -> list[Recalled]:  # fmt: skip
    """The `k` memories that bear most on the query, best first; no language model is asked.

    Words are those of the full text and of what was said before it (BM25), meaning is the cosine
    of the embedder's vectors; ranks are fused, so that neither's scale counts. What is important,
    or was said of late by the clock `now`, comes a little before its equals. Below `least_cosine`
    meaning alone finds nothing.
    """
    if k < 1 or not query.strip():
        return []
    ways = {"words": store.rank_by_words(query, scope, limit=max(CANDIDATES, k))}
    if embedder is not None:
        vector = embedder.embed([query])[0]
        near = store.rank_by_vector(vector, scope, limit=max(CANDIDATES, k))
        ways["meaning"] = tuple(one for one in near if one.score >= least_cosine)
    weighed = [
        Fused(one.memory, one.score * _weight(one.memory, now), one.ranks) for one in fused(ways)
    ]
    best = {one.memory.id: one for one in sorted(weighed, key=_order)[:k]}
    memories = store.get_memories(list(best), owner=scope.owner)
    return [Recalled(one, best[one.id].score, best[one.id].ranks) for one in memories]


def fused(ways: Mapping[str, Sequence[RankedMemory]]) -> list[Fused]:
    """Weighted reciprocal rank fusion (after Cormack et al. 2009), best first; ties by id."""
    memories: dict[str, RankedMemory] = {}
    ranks: dict[str, dict[str, int]] = {}
    for way, found in ways.items():
        for rank, one in enumerate(found, 1):
            memories[one.id] = one
            ranks.setdefault(one.id, {})[way] = rank
    made = [
        Fused(memories[key], sum(WEIGHTS[way] / (RANK + rank) for way, rank in own.items()), own)
        for key, own in ranks.items()
    ]
    return sorted(made, key=_order)


def _order(one: Fused) -> tuple[float, str]:
    return -one.score, one.memory.id


def within(found: Sequence[Recalled], budget_tokens: int, count: CountTokens) -> list[Recalled]:
    """The best that fit into the budget; one that does not fit is passed over."""
    kept, left = list[Recalled](), budget_tokens
    for one in found:
        size = count(one.memory.text)
        if size <= left:
            kept.append(one)
            left -= size
    return kept


def _weight(memory: RankedMemory, now: datetime | None) -> float:
    recency = 0.0
    if now is not None:
        # A clock that was set back makes no memory more than new.
        days = max(0.0, (now - memory.said_at).total_seconds() / 86_400)
        recency = float(0.5 ** (days / HALF_LIFE_DAYS))
    return 1 + IMPORTANCE * (memory.importance - 0.5) + RECENCY * recency
