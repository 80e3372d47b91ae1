"""Which heads of a graph a persona's statements are about, and which facts follow for it.

PeaCoK links by ComFact's classifier; here a statement is linked to a head that is near it and that
the inference model says it entails ("I work as a nurse." → "I am a nurse").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from personae.commonsense.facts import RELATIONS, Fact, Graph, Relation
from personae.commonsense.worth import FactWorth, stated
from personae.encoders.clashes import any_clash
from personae.encoders.kept import ByFingerprint, by_fingerprint, kept_vectors
from personae.encoders.types import Embedder, Nli

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEAR = 0.7  # cosine of statement and head; below it most links were wrong (docs/commonsense.md)
ENTAILED = 0.5
HEADS = 1  # the second nearest is too often a neighbour: a doctor for a nurse
STATEMENTS_LIMIT = 64  # of a persona


@dataclass(frozen=True, slots=True)
class Link:
    """A statement and the head that it is about."""

    statement: str
    head: str
    cosine: float
    entailment: float


@dataclass(frozen=True, slots=True)
class Inferred:
    """A fact that follows from a statement, and P(it fits the statement)."""

    statement: str
    fact: Fact
    fits: float


def linked(statements: Sequence[str], graph: Graph, embedder: Embedder, nli: Nli) -> list[Link]:
    """The links of the first 64 statements, in their order; a statement has one or none."""
    asked = list(dict.fromkeys(one for one in statements[:STATEMENTS_LIMIT] if one.strip()))
    if not asked or not graph.facts:
        return []
    heads = graph.heads
    cosines = embedder.embed(asked) @ kept_vectors(embedder, tuple(map(stated, heads))).T
    near = [
        (statement, heads[at], float(row[at]))
        for statement, row in zip(asked, cosines, strict=True)
        for at in _nearest(row)
        if row[at] >= NEAR
    ]
    judged = nli.classify([(statement, stated(head)) for statement, head, _ in near])
    return [
        Link(*one, float(found[0]))
        for one, found in zip(near, judged, strict=True)
        if found[0] >= ENTAILED
    ]


def inferred(
    statements: Sequence[str],
    graph: Graph,
    embedder: Embedder,
    nli: Nli,
    worth: FactWorth,
    relations: Sequence[Relation] = RELATIONS,
) -> list[Inferred]:
    """Facts of linked heads that contradict no statement, the best fitting first.

    A fact counts for the statement that it fits best. What the persona says itself is left out.
    """
    found = [
        (link.statement, fact)
        for link in linked(statements, graph, embedder, nli)
        for fact in graph.of([link.head], relations)
    ]
    return fitting(found, statements, nli, worth)


def fitting(
    found: Sequence[tuple[str, Fact]], statements: Sequence[str], nli: Nli, worth: FactWorth
) -> list[Inferred]:
    """Of facts by statement those that contradict no statement of the persona, best first."""
    said = {text.lower().strip(" .!") for text in statements}
    fresh = [one for one in found if one[1].text.lower().strip(" .!") not in said]
    fits = worth.fits([(statement, fact.relation, fact.tail) for statement, fact in fresh])
    best: dict[str, Inferred] = {}
    for (statement, fact), value in zip(fresh, fits.tolist(), strict=True):
        if fact.text not in best or best[fact.text].fits < value:
            best[fact.text] = Inferred(statement, fact, value)
    clashing = any_clash(nli, list(best), statements[:STATEMENTS_LIMIT])
    kept = [one for one, clashes in zip(best.values(), clashing, strict=True) if not clashes]
    return sorted(kept, key=lambda one: -one.fits)


def kept_inferred(
    statements: tuple[str, ...], graph: Graph, embedder: Embedder, nli: Nli, worth: FactWorth
) -> tuple[Inferred, ...]:
    """`inferred` for all relations, of the last 64 personas worked out once."""
    return _kept(
        statements, graph, by_fingerprint(embedder), by_fingerprint(nli), by_fingerprint(worth)
    )


@lru_cache(maxsize=64)
def _kept(
    statements: tuple[str, ...],
    graph: Graph,
    embedder: ByFingerprint,
    nli: ByFingerprint,
    worth: ByFingerprint,
) -> tuple[Inferred, ...]:
    return tuple(inferred(statements, graph, embedder.model, nli.model, worth.model))


def _nearest(row: NDArray[np.float32]) -> list[int]:
    return [int(at) for at in (-row).argsort(kind="stable")[:HEADS]]
