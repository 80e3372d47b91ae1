"""S048 PeaCoK: the discriminator knows true facts, reranking helps, links keep to their heads.

Nothing outside the package is read. The heads are those that the discriminator did not see.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import in_parallel, mean
from personae.commonsense.facts import RELATIONS, Graph, Relation
from personae.commonsense.files import people
from personae.commonsense.linking import inferred, linked
from personae.commonsense.worth import FactWorth, Triple, open_fact_worth
from personae.commonsense.writing import distinct, written
from personae.encoders.nli import open_nli
from personae.recipes.fact_worth import drawn, split
from personae.recipes.logistic import auroc

if TYPE_CHECKING:
    from personae.encoders.types import Embedder, Nli
    from personae.lm.types import LanguageModel

LEAST_AUC = 0.85
LEAST_FACTS, LEAST_HEADS = 1_600, 100
HEADS, SAMPLES = 12, 4  # of the reranking
# What people say of themselves, and the head that it should lead to ("": none is right).
PERSONAS = (
    (("I work as a nurse.", "My favorite color is green."), {"I am a nurse"}),
    (("I have two dogs.", "I was born in March."), {"I have two dogs"}),
    (("I enjoy hiking.", "I am thirty years old."), {"I like to hike in the mountains"}),
    (("I am engaged to be married.", "I drive a red car."), {"I am engaged to be married"}),
    (("My favorite color is blue.", "I wear size nine shoes."), set[str]()),
)

Fits = Callable[[Sequence[Triple]], Sequence[float]]


def check(context: CheckContext) -> list[str]:
    """Size, AUC beside cosine and chance, the reranking of written tails, and links."""
    graph, embedder, nli = people(), context.embedder(), open_nli()
    trained, held = split(graph)
    worth = open_fact_worth(embedder)
    return [
        sized(graph),
        told_apart(held, nli, embedder, lambda triples: worth.fits(triples).tolist()),
        reranked(trained, held, context.lm(), nli, embedder, worth),
        kept_to_heads(graph, embedder, nli, worth),
    ]


def sized(graph: Graph) -> str:
    """Raise CheckFailed unless the graph is as large as its row says, with all labels."""
    labels = {fact.label for fact in graph.facts}
    heads, facts = len(graph.heads), len(graph.facts)
    expect(len(labels) == 2 * len(RELATIONS), f"The graph has only the labels {sorted(labels)}.")
    expect(facts >= LEAST_FACTS and heads >= LEAST_HEADS, f"{facts} facts of {heads} heads only.")
    return f"{facts} facts of {heads} heads, {len(labels)} labels"


def told_apart(held: Graph, nli: Nli, embedder: Embedder, fits: Fits) -> str:
    """Raise CheckFailed unless true facts of unseen heads stand above false ones."""
    import numpy as np

    examples = drawn(held, nli, 1, 0)
    is_true = np.array(examples.is_true)
    found = auroc(np.array(fits(examples.triples)), is_true)
    by_cosine = auroc(np.array(cosines(examples.triples, embedder)), is_true)
    chance = auroc(np.random.default_rng(0).random(len(is_true)), is_true)
    line = (
        f"true against false tails of {len(held.heads)} unseen heads, {len(is_true)} triples: AUC "
        f"{found:.3f} (cosine {by_cosine:.3f}, chance {chance:.3f})"
    )
    expect(found >= LEAST_AUC, f"{line}; it was to be {LEAST_AUC}.")
    expect(found > by_cosine, f"{line}; the plain cosine does as well.")
    return line


def cosines(triples: Sequence[Triple], embedder: Embedder) -> list[float]:
    """The baseline: how near head and fact are."""
    from personae.commonsense.facts import sentence
    from personae.commonsense.worth import stated

    heads = embedder.embed([stated(head) for head, _, _ in triples])
    facts = embedder.embed([sentence(relation, tail) for _, relation, tail in triples])
    values: list[float] = (heads * facts).sum(axis=1).tolist()
    return values


def reranked(
    trained: Graph,
    held: Graph,
    lm: LanguageModel,
    nli: Nli,
    embedder: Embedder,
    worth: FactWorth,
) -> str:
    """Raise CheckFailed unless the best of several tails clashes less with its head than the first.

    What clashes: the probability of a contradiction by the inference model, which the
    discriminator was not trained on.
    """
    asked = [(head, relation) for head in held.heads[:HEADS] for relation in RELATIONS]

    def write(one: tuple[str, Relation]) -> list[str]:
        return distinct(written(lm, *one, trained, embedder, count=SAMPLES, seed=0))

    rows = [(one, tails) for one, tails in zip(asked, in_parallel(write, asked), strict=True)]
    first, best, drawn_ = list[Triple](), list[Triple](), list[Triple]()
    rng = random.Random(0)
    for (head, relation), tails in rows:
        if len(tails) > 1:
            triples = [(head, relation, tail) for tail in tails]
            first.append(triples[0])
            drawn_.append(rng.choice(triples))
            best.append(triples[int(worth.fits(triples).argmax())])
    expect(len(first) >= len(rows) // 2, "The model wrote too little to choose from.")
    shares = {
        name: mean(clashes(some, nli))
        for name, some in (("first", first), ("random", drawn_), ("reranked", best))
    }
    shown = ", ".join(f"{name} {share:.3f}" for name, share in shares.items())
    line = f"P(contradicts its head), {len(first)} choices among {SAMPLES} tails: {shown}"
    expect(shares["reranked"] < shares["first"], f"{line}; reranking does not help.")
    return line


def clashes(triples: Sequence[Triple], nli: Nli) -> list[float]:
    """P(contradiction) of each fact with its head."""
    from personae.commonsense.facts import sentence
    from personae.commonsense.worth import stated

    pairs = [(sentence(relation, tail), stated(head)) for head, relation, tail in triples]
    values: list[float] = nli.classify(pairs)[:, 2].tolist()
    return values


def kept_to_heads(graph: Graph, embedder: Embedder, nli: Nli, worth: FactWorth) -> str:
    """Raise CheckFailed unless a persona gets facts of the heads it is linked to, and no others."""
    count = 0
    for statements, wanted in PERSONAS:
        heads = {link.head for link in linked(statements, graph, embedder, nli)}
        expect(heads == wanted, f"{statements} is linked to {sorted(heads)}.")
        facts = inferred(statements, graph, embedder, nli, worth)
        strange = [one.fact for one in facts if one.fact.head not in wanted]
        expect(not strange, f"{statements} got facts of other heads: {strange[:2]}.")
        expect(bool(facts) == bool(wanted), f"{statements} got no facts.")
        count += len(facts)
    return f"{len(PERSONAS)} personas got {count} facts, all of the heads that they are linked to"
