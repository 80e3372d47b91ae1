"""A tree over facts, searched from the top by what could bear on a question (TaciTree, S097).

Jin et al. 2025: facts are clustered, each cluster is summed up, the summaries are clustered again
until at most 15 are left. A question descends where a node could possibly affect its answer, so
that a fact is found that shares no word with it. Ours: k-means on the embedder's vectors for UMAP
and a Gaussian mixture; without a language model a summary is the facts nearest to the centre.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from personae.encoders.types import Embedder
from personae.lm.types import LanguageModel, Message, Request, require
from personae.text.quoting import marked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.floating]

SMALL = 15  # so many nodes need no layer above them
BRANCHING = 6
SAME = 0.9  # cosine from which the earlier of two facts is dropped
ROUNDS = 30
SHOWN = 3  # facts that stand for a cluster where no model sums it up

Summarise = Callable[[Sequence[str]], str]
# (question, texts) -> which of them could affect the answer
Select = Callable[[str, Sequence[str]], Sequence[bool]]


@dataclass(frozen=True, slots=True)
class Node:
    """A summary of nodes of the layer below, or of facts in the lowest layer."""

    text: str
    children: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """Facts, and layers of nodes over them, the lowest first; no layer over few facts."""

    facts: tuple[str, ...]
    layers: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Visited:
    """What a question found, how many texts were judged, and the summaries that were kept."""

    facts: tuple[str, ...]
    calls: int
    path: tuple[str, ...]


def built(
    facts: Sequence[str], embedder: Embedder, summarise: Summarise | None = None, *, seed: int = 0
) -> Tree:
    """A tree over the facts; of two that say nearly the same the later one stays."""
    if not facts:
        return Tree((), ())
    kept = without_near(facts, embedder.embed(list(facts)))
    texts, layers = kept, list[tuple[Node, ...]]()
    while len(texts) > SMALL:
        vectors = embedder.embed(list(texts))
        groups = clusters(vectors, len(texts) // BRANCHING, seed)
        layer = tuple(
            Node(_summary(texts, vectors, group, summarise), tuple(group)) for group in groups
        )
        layers.append(layer)
        texts = [node.text for node in layer]
    return Tree(tuple(kept), tuple(layers))


def visited(tree: Tree, question: str, select: Select) -> Visited:
    """Descend from the top; the facts under the lowest summaries that were kept, all of them."""
    if not tree.layers:
        chosen = select(question, tree.facts)
        found = tuple(fact for fact, is_kept in zip(tree.facts, chosen, strict=True) if is_kept)
        return Visited(found, len(tree.facts), ())
    calls, path = 0, list[str]()
    open_nodes = list(range(len(tree.layers[-1])))
    for layer in reversed(tree.layers):
        nodes = [layer[at] for at in open_nodes]
        calls += len(nodes)
        chosen = select(question, [node.text for node in nodes]) if nodes else ()
        kept = [node for node, is_kept in zip(nodes, chosen, strict=True) if is_kept]
        path += [node.text for node in kept]
        open_nodes = [child for node in kept for child in node.children]
    return Visited(tuple(tree.facts[at] for at in sorted(open_nodes)), calls, tuple(path))


def without_near(facts: Sequence[str], vectors: Vectors) -> list[str]:
    """The facts without those that a later one says again."""
    return [
        fact
        for at, fact in enumerate(facts)
        if at + 1 == len(facts) or float((vectors[at + 1 :] @ vectors[at]).max()) < SAME
    ]


def clusters(vectors: Vectors, count: int, seed: int) -> list[list[int]]:
    """At most `count` groups of rows by cosine (spherical k-means); none is empty, none shared."""
    import numpy as np

    generator = np.random.default_rng(seed)
    centres = vectors[_spread(vectors, count, generator)]
    nearest = (vectors @ centres.T).argmax(axis=1)
    for _ in range(ROUNDS):
        sums = np.stack(
            [
                vectors[nearest == at].sum(axis=0) if (nearest == at).any() else centres[at]
                for at in range(len(centres))
            ]
        )
        centres = sums / (np.linalg.norm(sums, axis=1, keepdims=True) + 1e-9)
        before, nearest = nearest, (vectors @ centres.T).argmax(axis=1)
        if (before == nearest).all():
            break
    groups = [np.flatnonzero(nearest == at).tolist() for at in range(len(centres))]
    return [group for group in groups if group]


def _spread(vectors: Vectors, count: int, generator: np.random.Generator) -> list[int]:
    """Rows far from each other to start from (k-means++)."""
    import numpy as np

    chosen = [int(generator.integers(len(vectors)))]
    while len(chosen) < max(1, count):
        apart = np.maximum(0.0, 1 - (vectors @ vectors[chosen].T).max(axis=1).astype(float))
        if apart.sum() <= 1e-6:
            break
        chosen.append(int(generator.choice(len(vectors), p=apart / apart.sum())))
    return chosen


def _summary(
    texts: Sequence[str], vectors: Vectors, group: Sequence[int], summarise: Summarise | None
) -> str:
    if summarise is not None:
        return summarise([texts[at] for at in group])
    near = vectors[list(group)] @ vectors[list(group)].mean(axis=0)
    order = sorted(range(len(group)), key=lambda at: (-float(near[at]), at))[:SHOWN]
    return " ".join(texts[group[at]] for at in sorted(order))


def summary_by(lm: LanguageModel) -> Summarise:
    """One sentence on a cluster by a language model. Raises CapabilityError, BackendError."""
    from personae.memory.asking import asked_for

    def summarise(texts: Sequence[str]) -> str:
        task = "Sum up what these facts say of one person in one sentence."
        return asked_for(lm, task, "\n".join(texts), "summary")

    require(lm, ("chat", "schema"), "The summary of a cluster")
    return summarise


def yes_or_no_by(lm: LanguageModel) -> Select:
    """Keep what a language model finds likelier to affect the answer than not.

    Raises CapabilityError for a model that cannot score text, BackendError.
    """
    require(lm, ("chat", "score"), "Choosing the nodes of a tree")

    def select(question: str, texts: Sequence[str]) -> list[bool]:
        return [_is_yes(lm, question, text) for text in texts]

    return select


def _is_yes(lm: LanguageModel, question: str, text: str) -> bool:
    content = (
        "Could this possibly affect the answer to the question? Answer YES or NO.\n"
        f"{marked(text)}\nQuestion: {question}"
    )
    yes, no = lm.score(Request(messages=(Message("user", content),)), ["YES", "NO"])
    return yes.total > no.total


def nearest_by(embedder: Embedder, share: float = 0.5, least: int = 2) -> Select:
    """Keep the share of the texts that are nearest to the question, and at least so many."""

    def select(question: str, texts: Sequence[str]) -> list[bool]:
        vectors = embedder.embed([question, *texts])
        near = (vectors[1:] @ vectors[0]).tolist()
        count = max(least, round(share * len(texts)))
        kept = set(sorted(range(len(near)), key=lambda at: (-near[at], at))[:count])
        return [at in kept for at in range(len(near))]

    return select
