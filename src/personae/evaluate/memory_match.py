"""Is the memory that a reply uses among the first k? On later sessions of Multi-Session Chat.

The check of PLATO-LTM's matcher (Xu et al. 2022, S094): a message, the facts that both speakers of
it are known to have told in earlier sessions (several dozen), and those of who answers that the
gold reply entails by our inference model, in place of the tags that people set in DuLeMon.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from personae.encoders.memory_match import MemoryMatch
from personae.text.sentences import split_sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.encoders.types import Embedder, Nli

NEAR = 0.3  # cosine of reply and fact below which nobody is asked whether it is entailed
ENTAILED = 0.5
AT = (1, 5)

# (message, facts) -> their scores
Scorer = Callable[[str, Sequence[str]], "NDArray[np.floating]"]


@dataclass(frozen=True, slots=True)
class Tagged:
    """A message, what is remembered, and which of it the reply uses."""

    message: str
    facts: tuple[str, ...]
    used: frozenset[int]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Of each tagged turn: the share of used facts among the first k, and the AUC."""

    recalls: tuple[tuple[float, ...], ...]  # by k of AT
    aucs: tuple[float, ...]


def read_tagged(
    file: Path, dialogues: int, embedder: Embedder, nli: Nli, seed: int
) -> list[Tagged]:
    """Turns of dialogues drawn from a `session-N` file whose reply uses a fact of who gives it."""
    items = random.Random(seed).sample(json.loads(file.read_text("utf-8")), dialogues)
    found = list[Tagged]()
    for item in items:
        own, others = (facts_of(item["meta"][side]) for side in ("assistant", "user"))
        pairs = [(message, reply) for message, reply in item["dialogue"] if message and reply]
        facts = tuple(dict.fromkeys([*own, *others]))
        used = _used([reply for _, reply in pairs], facts[: len(own)], embedder, nli)
        found += [
            Tagged(message, facts, some)
            for (message, _), some in zip(pairs, used, strict=True)
            if some
        ]
    return found


def facts_of(lines: Sequence[str]) -> list[str]:
    """The sentences of a side's lines, each once."""
    return list(dict.fromkeys(one for line in lines for one in split_sentences(line)))


def _used(
    replies: Sequence[str], facts: Sequence[str], embedder: Embedder, nli: Nli
) -> list[frozenset[int]]:
    """Of each reply the positions of the facts that it entails."""
    if not facts or not replies:
        return [frozenset()] * len(replies)
    near = embedder.embed(list(replies)) @ embedder.embed(list(facts)).T
    pairs = [
        (at, place) for at in range(len(replies)) for place in range(len(facts))
        if near[at, place] >= NEAR
    ]  # fmt: skip
    rows = nli.classify([(replies[at], facts[place]) for at, place in pairs])
    found: list[set[int]] = [set() for _ in replies]
    for (at, place), row in zip(pairs, rows, strict=True):
        if row[0] >= ENTAILED:
            found[at].add(place)
    return [frozenset(one) for one in found]


def scorers(embedder: Embedder, matcher: MemoryMatch) -> dict[str, Scorer]:
    """The embedder's cosine, and the trained encoders."""

    def cosine(message: str, facts: Sequence[str]) -> NDArray[np.floating]:
        vectors = embedder.embed([message, *facts])
        found: NDArray[np.floating] = vectors[1:] @ vectors[0]
        return found

    return {"cosine": cosine, "trained": matcher.match}


def ranked(tagged: Sequence[Tagged], score: Scorer) -> Ranked:
    """How a scorer ranks what is used."""
    recalls, aucs = [], []
    for one in tagged:
        scores = score(one.message, one.facts).tolist()
        order = sorted(range(len(scores)), key=lambda at: (-scores[at], at))
        recalls.append(tuple(len(one.used & set(order[:k])) / len(one.used) for k in AT))
        rest = [value for at, value in enumerate(scores) if at not in one.used]
        wins = [
            (scores[at] > value) + 0.5 * (scores[at] == value) for at in one.used for value in rest
        ]
        aucs.append(sum(wins) / len(wins) if wins else 0.5)
    return Ranked(tuple(recalls), tuple(aucs))
