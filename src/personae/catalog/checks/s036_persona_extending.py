"""S036 persona extending: no contradiction passes, and the query helps to find what was removed.

The trained decoder that weighs statements (PS-Transformer) is not built, so not checked.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from personae.catalog.check import CheckContext
from personae.catalog.check_data import data_file, expect
from personae.catalog.check_methods import mean, paired_p
from personae.encoders.nli import open_nli
from personae.formats.it_convai2 import read
from personae.steps.extend_persona import Pool, Proposal, Retriever, consistent_ones, propose

if TYPE_CHECKING:
    from pathlib import Path

    from personae.encoders.types import Embedder, Nli

ITEMS, CANDIDATES = 200, 8


@dataclass(frozen=True, slots=True)
class Item:
    """A question, what is still known of the persona, and the statement that was taken away."""

    query: str
    given: tuple[str, ...]
    removed: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one retriever over the items: cosine of its choice with what was removed, and clashes."""

    cosines: tuple[float, ...]
    contradictions: tuple[bool, ...]

    def __str__(self) -> str:
        share = mean([float(one) for one in self.contradictions])
        return f"cosine {mean(self.cosines):.3f}, contradicting {share:.1%}"


def check(context: CheckContext) -> list[str]:
    """Random, BM25 and both retrievers without the filter, then both with it, over 200 items."""
    items = read_items(data_file(context, "it-convai2", "data_valid_v2.json"))
    embedder, nli = context.embedder(), open_nli()
    pool = pool_of(items)
    drawn = random.Random(context.seed).sample(items, ITEMS)
    found: dict[str, Outcome] = {}
    for name, retriever, is_filtered in (
        ("random", "random", False),
        ("bm25", "bm25", False),
        ("both", "both", False),
        ("both and the filter", "both", True),
    ):
        found[name] = outcome(drawn, pool, _retriever(retriever), is_filtered, embedder, nli)
    evidence = [f"{name}, {len(drawn)} items: {one}" for name, one in found.items()]
    return evidence + verdict(found, context.seed)


def verdict(found: dict[str, Outcome], seed: int) -> list[str]:
    """Raise CheckFailed unless the filter lets nothing through and the query helps."""
    filtered, unfiltered, drawn = (found[n] for n in ("both and the filter", "both", "random"))
    passed = sum(filtered.contradictions)
    expect(not passed, f"{passed} statements passed the filter that contradict a given one.")
    expect(
        sum(unfiltered.contradictions) > 0,
        "Nothing contradicts without the filter either: it had nothing to do.",
    )
    gains = [a - b for a, b in zip(filtered.cosines, drawn.cosines, strict=True)]
    p = paired_p(gains, seed)
    expect(p < 0.05, f"The query does not help: paired p = {p:.4f} ({filtered}; {drawn}).")
    return [f"filtered retrieval is nearer to what was removed than a random draw: p = {p:.4f}"]


def read_items(file: Path) -> list[Item]:
    """The items of the data set."""
    return [
        Item(
            dialogue.turns[0].text,
            dialogue.personas["B"].statements,
            str(dialogue.labels["removed"]),
        )
        for dialogue in read(file)
    ]


def pool_of(items: Sequence[Item]) -> Pool:
    """All statements of the data set, each once."""
    return Pool.of(
        tuple(dict.fromkeys(text for item in items for text in (*item.given, item.removed)))
    )


def outcome(
    items: Sequence[Item],
    pool: Pool,
    retriever: Retriever,
    is_filtered: bool,
    embedder: Embedder,
    nli: Nli,
) -> Outcome:
    """What one retriever chooses; no item may be given back its own removed statement."""
    chosen = [
        choice(item, at, pool, retriever, is_filtered, embedder, nli)
        for at, item in enumerate(items)
    ]
    cosines = [
        float(a @ b)
        for text, item in zip(chosen, items, strict=True)
        for a, b in [embedder.embed([text, item.removed])]
    ]
    clashes = [contradicts(nli, text, item.given) for text, item in zip(chosen, items, strict=True)]
    return Outcome(tuple(cosines), tuple(clashes))


def choice(
    item: Item,
    at: int,
    pool: Pool,
    retriever: Retriever,
    is_filtered: bool,
    embedder: Embedder,
    nli: Nli,
) -> str:
    """The statement added for one item, empty where none is left."""
    known = [*item.given, item.removed]
    rng = random.Random(at)
    found = propose(pool, item.query, known, retriever, CANDIDATES, embedder, rng)
    if is_filtered:
        found = consistent_ones(found, item.given, nli)
    if retriever == "random":
        return found[0].text if found else ""
    best: Proposal | None = max(found, key=lambda one: one.worth, default=None)
    return best.text if best else ""


def contradicts(nli: Nli, text: str, given: Sequence[str]) -> bool:
    """Whether the model labels the statement a contradiction with a given one, either way round."""
    pairs = [pair for one in given for pair in ((text, one), (one, text))]
    return bool((nli.classify(pairs).argmax(axis=1) == 2).any())


def _retriever(name: str) -> Retriever:
    return "random" if name == "random" else "bm25" if name == "bm25" else "both"
