"""S048 PeaCoK: the discriminator knows true facts, the vote helps, links keep to their heads.

Nothing outside the package is read. The heads are those that the discriminator did not see.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import in_parallel, mean
from personae.commonsense.building import Judges, voted
from personae.commonsense.facts import RELATIONS, Graph, Relation, sentence
from personae.commonsense.files import people
from personae.commonsense.linking import inferred, linked
from personae.commonsense.worth import FactWorth, Triple, open_fact_worth, stated
from personae.commonsense.writing import distinct, written
from personae.encoders.nli import open_nli
from personae.recipes.fact_worth import drawn, split
from personae.recipes.logistic import auroc

if TYPE_CHECKING:
    from personae.encoders.types import Embedder, Nli
    from personae.lm.types import LanguageModel

LEAST_AUC = 0.85
LEAST_FACTS, LEAST_HEADS = 1_600, 100
HEADS, SAMPLES = 12, 4  # of the vote
# What people say of themselves, and the head that it should lead to ("": none is right).
PERSONAS = (
    (("I work as a nurse.", "My favorite color is green."), {"I am a nurse"}),
    (("I have two dogs.", "I was born in March."), {"I have two dogs"}),
    (("I enjoy hiking.", "I am thirty years old."), {"I like to hike in the mountains"}),
    (("I am engaged to be married.", "I drive a red car."), {"I am engaged to be married"}),
    (("My favorite color is blue.", "I wear size nine shoes."), set[str]()),
)

Fits = Callable[[Sequence[Triple]], Sequence[float]]
Choose = Callable[[str, Relation, Sequence[str]], str]


def check(context: CheckContext) -> list[str]:
    """Size, AUC beside cosine and chance, the vote over written tails, and links."""
    graph, embedder, nli = people(), context.embedder(), open_nli()
    trained, held = split(graph)
    worth, lm = open_fact_worth(embedder), context.lm()
    judges = Judges(lm, embedder, nli, worth, trained)
    return [
        sized(graph),
        told_apart(held, nli, embedder, lambda triples: worth.fits(triples).tolist()),
        reranked(trained, held, lm, embedder, open_nli(name="second"), by_vote(judges)),
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
    line = (
        f"true against false tails of {len(held.heads)} unseen heads, {len(is_true)} triples: AUC "
        f"{found:.3f} (cosine {by_cosine:.3f}, chance 0.5)"
    )
    expect(found >= LEAST_AUC, f"{line}; it was to be {LEAST_AUC}.")
    expect(found > by_cosine, f"{line}; the plain cosine does as well.")
    return line


def cosines(triples: Sequence[Triple], embedder: Embedder) -> list[float]:
    """The baseline: how near head and fact are."""
    heads = embedder.embed([stated(head) for head, _, _ in triples])
    facts = embedder.embed([sentence(relation, tail) for _, relation, tail in triples])
    values: list[float] = (heads * facts).sum(axis=1).tolist()
    return values


def reranked(
    trained: Graph, held: Graph, lm: LanguageModel, embedder: Embedder, judge: Nli, choose: Choose
) -> str:
    """Raise CheckFailed unless the chosen of several tails clashes less than the first.

    `judge` is the second: the first one votes. Beside it stands the choice by chance.
    """
    asked = [(head, relation) for head in held.heads[:HEADS] for relation in RELATIONS]

    def write(one: tuple[str, Relation]) -> list[str]:
        return written(lm, *one, trained, embedder, count=SAMPLES, seed=0)

    arms: dict[str, list[Triple]] = {"first": [], "random": [], "voted": []}
    rng = random.Random(0)
    for (head, relation), tails in zip(asked, in_parallel(write, asked), strict=True):
        if len(distinct(tails)) > 1:
            chosen = (tails[0], rng.choice(tails), choose(head, relation, tails))
            for name, tail in zip(arms, chosen, strict=True):
                arms[name].append((head, relation, tail))
    count = len(arms["first"])
    expect(count >= len(asked) // 2, "The model wrote too little to choose from.")
    shares = {name: mean(clashes(some, judge)) for name, some in arms.items()}
    shown = ", ".join(f"{name} {share:.3f}" for name, share in shares.items())
    line = f"P(contradicts its head) by the second judge, {count} choices of {SAMPLES}: {shown}"
    expect(shares["voted"] < shares["first"], f"{line}; the vote does not help.")
    return line


def by_vote(judges: Judges) -> Choose:
    """What `personae kg build` keeps first: two votes of three, then the discriminator."""

    def choose(head: str, relation: Relation, tails: Sequence[str]) -> str:
        votes = voted(head, relation, tails, judges)
        return next((one for one in votes if one.is_kept), votes[0]).fact.tail

    return choose


def clashes(triples: Sequence[Triple], judge: Nli) -> list[float]:
    """P(contradiction) of each fact with its head."""
    pairs = [(sentence(relation, tail), stated(head)) for head, relation, tail in triples]
    values: list[float] = judge.classify(pairs)[:, 2].tolist()
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
