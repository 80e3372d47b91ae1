"""IT-ConvAI2: is the statement found that a persona lacks, and told which one a reply will use?

Liu et al. 2022 (S036). Each item asks for something that one statement of a persona answers; that
statement was taken away. Retrieval is measured by the cosine of what it adds with what was taken
away, and by how often the addition contradicts what is left. Weighing is measured on the whole
persona: does the statement that the reply uses come first?
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.encoders.clashes import contradicting
from personae.errors import InvalidOption
from personae.formats.it_convai2 import read
from personae.steps.extend_persona import Pool, Proposal, Retriever, consistent_ones, propose

if TYPE_CHECKING:
    from personae.encoders.types import Embedder, Nli

CANDIDATES = 8
FILE = "it-convai2/data_valid_v2.json"

# What proposes, and whether the inference model drops what contradicts.
RETRIEVERS: dict[str, tuple[Retriever, bool]] = {
    "random": ("random", False),
    "bm25": ("bm25", False),
    "embedder": ("embedder", False),
    "both": ("both", False),
    "nli": ("both", True),
}

# (message, reply, statements) -> a number a statement, the largest first
Weigher = Callable[[str, str, Sequence[str]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Item:
    """A question and its reply, what is still known of the persona, and what was taken away."""

    query: str
    given: tuple[str, ...]
    removed: str
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one retriever over the items: cosine of its choice with what was removed, and clashes."""

    cosines: tuple[float, ...]
    contradictions: tuple[bool, ...]

    @property
    def cosine(self) -> float:
        return sum(self.cosines) / max(1, len(self.cosines))

    @property
    def contradicting(self) -> float:
        return sum(self.contradictions) / max(1, len(self.contradictions))

    def __str__(self) -> str:
        return f"cosine {self.cosine:.3f}, contradicting {self.contradicting:.1%}"


def read_items(file: Path) -> list[Item]:
    """The items of the data set. Raises FormatError."""
    return [
        Item(
            dialogue.turns[0].text,
            dialogue.personas["B"].statements,
            str(dialogue.labels["removed"]),
            dialogue.turns[1].text,
        )
        for dialogue in read(file)
    ]


def drawn(items: Sequence[Item], number: int, seed: int) -> list[Item]:
    """`number` of the items by the seed, all of them with 0."""
    wanted = min(number or len(items), len(items))
    return random.Random(seed).sample(list(items), wanted)


def pool_of(items: Sequence[Item]) -> Pool:
    """All statements of the data set, each once."""
    return Pool.of(
        tuple(dict.fromkeys(text for item in items for text in (*item.given, item.removed)))
    )


def retriever_named(name: str) -> str:
    """A key of RETRIEVERS. Raises InvalidOption for any other."""
    if name not in RETRIEVERS:
        raise InvalidOption(f"There is no retriever {name!r}; there are {', '.join(RETRIEVERS)}.")
    return name


def outcome(items: Sequence[Item], pool: Pool, name: str, embedder: Embedder, nli: Nli) -> Outcome:
    """What a retriever of RETRIEVERS adds; no item may be given back its own statement."""
    retriever, is_filtered = RETRIEVERS[name]
    filtering = nli if is_filtered else None
    chosen = [
        added(item, at, pool, retriever, embedder, filtering) for at, item in enumerate(items)
    ]
    cosines = [
        float(a @ b)
        for text, item in zip(chosen, items, strict=True)
        for a, b in [embedder.embed([text, item.removed])]
    ]
    clashes = [contradicts(nli, text, item.given) for text, item in zip(chosen, items, strict=True)]
    return Outcome(tuple(cosines), tuple(clashes))


def added(
    item: Item, at: int, pool: Pool, retriever: Retriever, embedder: Embedder, nli: Nli | None
) -> str:
    """The statement added for one item, empty where none is left; `nli` drops contradictions."""
    known = [*item.given, item.removed]
    found = propose(pool, item.query, known, retriever, CANDIDATES, embedder, random.Random(at))
    if nli is not None:
        found = consistent_ones(found, item.given, nli)
    if retriever == "random":
        return found[0].text if found else ""
    best: Proposal | None = max(found, key=lambda one: one.worth, default=None)
    return best.text if best else ""


def contradicts(nli: Nli, text: str, given: Sequence[str]) -> bool:
    """Whether the model labels the statement a contradiction with a given one, either way round."""
    pairs = [pair for one in given for pair in ((text, one), (one, text))]
    return any(contradicting(nli, pairs))


def first_of(items: Sequence[Item], weigher: Weigher) -> list[bool]:
    """Whether the statement that the reply uses has the largest weight of its persona, by item."""
    found = []
    for at, item in enumerate(items):
        statements = [*item.given, item.removed]
        random.Random(at).shuffle(statements)  # ties are won by the first
        weights = list(weigher(item.query, item.reply, statements))
        found.append(statements[weights.index(max(weights))] == item.removed)
    return found


def weighers(embedder: Embedder) -> Mapping[str, Weigher]:
    """The prior beside its baselines, and two that have seen the reply, as bounds.

    A persona's statements by chance, by cosine with the message, by the relevance model of S054, by
    the prior; and by the posterior and the cosine with the reply, which know what they ask for.
    """
    from personae.encoders.relevance import open_relevance
    from personae.encoders.statement_weights import open_statement_weights

    relevance, learnt = open_relevance(embedder), open_statement_weights(embedder)

    def cosine(heard: str, statements: Sequence[str]) -> Sequence[float]:
        found: Any = embedder.embed(statements) @ embedder.embed([heard])[0]
        return [float(one) for one in found]

    return {
        "chance": lambda query, reply, statements: [0.0] * len(statements),
        "cosine": lambda query, reply, statements: cosine(query, statements),
        "relevance model": lambda query, reply, statements: [
            float(one) for one in relevance.relevance([(text, query) for text in statements])
        ],
        "prior": lambda query, reply, statements: learnt.prior(query, statements).tolist(),
        "posterior (sees the reply)": lambda query, reply, statements: learnt.posterior(
            reply, statements
        ).tolist(),
        "cosine with the reply": lambda query, reply, statements: cosine(reply, statements),
    }
