"""S036 persona extending: no contradiction passes, the query helps, and the prior learns to weigh.

A short training of the weights runs here, with the pull and without it; the shipped weights then
choose among statements of another data set.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from personae.catalog.check import CheckContext
from personae.catalog.check_data import data_file, expect
from personae.catalog.check_methods import mcnemar, mean, paired_p
from personae.encoders.nli import open_nli
from personae.evaluate.it_convai2 import (
    Item,
    Outcome,
    drawn,
    first_of,
    outcome,
    pool_of,
    read_items,
    weighers,
)
from personae.recipes.persona_dialogues import training_dialogues
from personae.recipes.statement_weights import (
    Turns,
    entailed,
    exchanges,
    taught,
    texts_of,
    turns_of,
)

if TYPE_CHECKING:
    from personae.encoders.types import Embedder, Nli

ITEMS = 200
EXCHANGES, HELD = 2_500, 150  # of which the training here sees the turns that use a statement
TRAINING = {
    "alone": 4, "epochs": 6, "batch": 64, "rate": 6e-3, "decay": 0.5, "drop": 0.2, "seed": 0,
}  # fmt: skip


def check(context: CheckContext) -> list[str]:
    """Retrieval over 200 items, a training with and without the pull, and the shipped weights."""
    items = read_items(data_file(context, "it-convai2", "data_valid_v2.json"))
    data = data_file(context, "dnli-excerpt").parent
    embedder, nli = context.embedder(), open_nli()
    pool, some = pool_of(items), drawn(items, ITEMS, context.seed)
    found = {
        name: outcome(some, pool, name, embedder, nli) for name in ("random", "bm25", "both", "nli")
    }
    evidence = [f"{name}, {len(some)} items: {one}" for name, one in found.items()]
    evidence += verdict(found, context.seed)
    turns, held = example_turns(data, embedder, nli)
    return [*evidence, pulled(turns, held), weighed(items_first(items, embedder), len(items))]


def verdict(found: Mapping[str, Outcome], seed: int) -> list[str]:
    """Raise CheckFailed unless the filter lets nothing through and the query helps."""
    filtered, unfiltered, by_chance = (found[name] for name in ("nli", "both", "random"))
    passed = sum(filtered.contradictions)
    expect(not passed, f"{passed} statements passed the filter that contradict a given one.")
    expect(
        sum(unfiltered.contradictions) > 0,
        "Nothing contradicts without the filter either: it had nothing to do.",
    )
    gains = [a - b for a, b in zip(filtered.cosines, by_chance.cosines, strict=True)]
    p = paired_p(gains, seed)
    expect(p < 0.05, f"The query does not help: paired p = {p:.4f} ({filtered}; {by_chance}).")
    return [f"filtered retrieval is nearer to what was removed than a random draw: p = {p:.4f}"]


def example_turns(data: Path, embedder: Embedder, nli: Nli) -> tuple[Turns, Turns]:
    """Training turns that use a statement, and the last of them held out."""
    every = exchanges(training_dialogues(data, 0))
    some = random.Random(0).sample(every, min(EXCHANGES, len(every)))
    texts = list(dict.fromkeys(texts_of(some)))
    vectors = dict(zip(texts, embedder.embed(texts), strict=True))
    turns = turns_of(some, entailed(some, vectors, nli), vectors)
    count = len(turns.there)
    return turns.rows(range(count - HELD)), turns.rows(range(count - HELD, count))


def pulled(turns: Turns, held: Turns) -> str:
    """Raise CheckFailed unless the pull alone brings the prior's weights to the posterior's."""
    _, log = taught(turns, held, **{**TRAINING, "pull": 1.0, "likeness": 0.3})  # type: ignore[arg-type]
    _, control = taught(turns, held, **{**TRAINING, "pull": 0.0, "likeness": 0.0})  # type: ignore[arg-type]
    before, after = log[0]["divergence"], log[-1]["divergence"]
    without = control[-1]["divergence"]
    line = (
        f"KL of the prior's weights from the posterior's, {len(held.there)} held turns: "
        f"{before:.3f} when the pull begins, {after:.3f} at the end, {without:.3f} without the "
        f"pull; used statement first: prior {log[-1]['prior@1']:.3f}, without the pull "
        f"{control[-1]['prior@1']:.3f}, posterior {log[-1]['posterior@1']:.3f}"
    )
    expect(after < before and after < without, f"{line}; it was to fall.")
    return line


def items_first(items: Sequence[Item], embedder: Embedder) -> dict[str, list[bool]]:
    """By weigher, whether the statement that the reply uses comes first."""
    return {name: first_of(items, one) for name, one in weighers(embedder).items()}


def weighed(hits: Mapping[str, Sequence[bool]], count: int) -> str:
    """Raise CheckFailed unless the prior finds the used statement oftener than chance does.

    How it does beside the plain cosine is told, not asked for: on these items hardly better.
    """
    by_chance, cosine = (mcnemar(hits["prior"], hits[name]) for name in ("chance", "cosine"))
    shares = ", ".join(
        f"{name} {mean([float(hit) for hit in one]):.3f}" for name, one in hits.items()
    )
    line = (
        f"used statement first, {count} items: {shares} (prior over chance: McNemar p = "
        f"{by_chance:.2g}; over the cosine: p = {cosine:.2g})"
    )
    expect(by_chance < 0.05, f"{line}; the prior is no better than chance.")
    return line
