"""Which option is nearest to what is known, by words or by the shipped embedder: baselines."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KEPT: dict[str, NDArray[np.float32]] = {}


def vectors_of(texts: Sequence[str]) -> NDArray[np.float32]:
    """The texts' unit vectors, one a row; each text is embedded once in a process."""
    import numpy

    from personae.encoders.heads import shipped_embedder

    new = [text for text in dict.fromkeys(texts) if text not in _KEPT]
    if new:
        _KEPT.update(zip(new, shipped_embedder().embed(new), strict=True))
    return numpy.stack([_KEPT[text] for text in texts])


def cosines(texts: Sequence[str], known: Sequence[str]) -> NDArray[np.float32]:
    """Each text's largest cosine with one of the known texts, of which there is one at least."""
    found: NDArray[np.float32] = (vectors_of(texts) @ vectors_of(known).T).max(axis=1)
    return found


def nearest_texts(queries: Sequence[str], texts: Sequence[str], count: int) -> list[str]:
    """The `count` texts that are nearest to one of the queries, in their own order."""
    if len(texts) <= count:
        return list(texts)
    return [texts[at] for at in sorted((-cosines(texts, queries)).argsort()[:count].tolist())]


def nearest_option(options: Sequence[str], known: Sequence[str], rng: random.Random) -> str:
    """The option with the largest cosine with one of the known texts; by chance without any."""
    if not known:
        return rng.choice(list(options))
    return best_of(options, cosines(options, known).tolist(), rng)


def best_of(options: Sequence[str], scores: Sequence[float], rng: random.Random) -> str:
    """The option with the highest score, one of them by chance where several have it."""
    best = max(scores)
    return rng.choice([one for one, score in zip(options, scores, strict=True) if score == best])
