"""USR's dialogue retrieval: is this the true next turn, given the dialogue, or the facts alone?

Mehri & Eskenazi 2020 (S056). Two logistic regressions over what the shipped encoders say of a
reply: the ranker's scores, cosines, and how much of it is copied from what was said or told. They
were taught true replies against drawn ones, and against what fools an encoder of topics: echoes,
recited personas, phrases that fit everywhere, words out of order. `personae train usr` makes them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.encoders.heads import WEIGHTS
from personae.encoders.onnx_weights import read_object, read_within
from personae.encoders.ranking import Asked, Ranker, kept_ranker
from personae.encoders.reply_worth import read_terms
from personae.errors import FormatError, InvalidOption
from personae.text.copying import recited, shared_pairs
from personae.text.faults import words_of
from personae.text.specificity import shipped_specificity
from personae.text.written import as_written

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.encoders.types import Embedder

SHIPPED = WEIGHTS / "usr_retrieval" / "weights.json"
FACTS_LIMIT = 64
_LIMIT_BYTES = 65_536
CONTEXT = (
    "ranked", "ranked_told", "cosine", "near", "echoed", "said_before", "recited", "inside",
    "length", "length_squared", "specificity",
)  # fmt: skip
FACT = (
    "near", "second", "shared", "recited", "inside", "length", "length_squared", "specificity",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply after the turns (the last is what it answers), and what its speaker knows."""

    turns: tuple[str, ...]
    text: str
    facts: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not words_of(self.text)


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression over named features, each less its mean and by its scale."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    bias: float

    def probabilities(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """(replies, features) → the chance of each, 0–1."""
        import numpy as np

        scaled = (features - np.array(self.means)) / np.array(self.scales)
        found: NDArray[np.float64] = 0.5 * (
            1 + np.tanh(0.5 * (scaled @ np.array(self.weights) + self.bias))
        )
        return found


@dataclass(frozen=True, slots=True)
class Retrieval:
    """DR_c and DR_f of replies. Make one with `open_retrieval`; thread-safe."""

    context: Logistic
    fact: Logistic
    ranker: Ranker
    fingerprint: str

    name = "personae-usr-retrieval"

    def of_context(self, replies: Sequence[Reply]) -> list[float]:
        """P(this is the true next turn | the dialogue and the facts); 0 for an empty reply."""
        return _masked(replies, self.context.probabilities(context_features(replies, self.ranker)))

    def of_fact(self, replies: Sequence[Reply]) -> list[float | None]:
        """P(this is a reply of who is told these facts | the facts); None where there are none."""
        told = [one for one in replies if one.facts]
        chances = self.fact.probabilities(fact_features(told, self.ranker.embedder))
        found = iter(_masked(told, chances))
        return [next(found) if one.facts else None for one in replies]


def context_features(replies: Sequence[Reply], ranker: Ranker) -> NDArray[np.float64]:
    """What DR_c sees, in the order of CONTEXT."""
    import numpy as np

    replies = [_spelled(one) for one in replies]
    bare = ranker.scores_of([Asked(one.turns, (one.text,)) for one in replies])
    told = ranker.scores_of([Asked(one.turns, (one.text,), one.facts) for one in replies])
    texts = ranker.embedder.embed([one.text for one in replies])
    heard = ranker.embedder.embed([one.turns[-1] if one.turns else "" for one in replies])
    rows = [
        [float(bare[at][0]), float(told[at][0]), float(texts[at] @ heard[at]),
         _nearest(ranker.embedder, one, texts[at])[0],
         shared_pairs(one.text, one.turns[-1:]), shared_pairs(one.text, one.turns[:-1]),
         float(recited(one.text, one.facts)), *_form(one.text)]
        for at, one in enumerate(replies)
    ]  # fmt: skip
    return np.array(rows, dtype=np.float64).reshape(-1, len(CONTEXT))


def fact_features(replies: Sequence[Reply], embedder: Embedder) -> NDArray[np.float64]:
    """What DR_f sees, in the order of FACT: nothing of the dialogue."""
    import numpy as np

    replies = [_spelled(one) for one in replies]
    texts = embedder.embed([one.text for one in replies])
    rows = [
        [*_nearest(embedder, one, texts[at]), shared_pairs(one.text, one.facts),
         float(recited(one.text, one.facts)), *_form(one.text)]
        for at, one in enumerate(replies)
    ]  # fmt: skip
    return np.array(rows, dtype=np.float64).reshape(-1, len(FACT))


def open_retrieval(file: Path = SHIPPED) -> Retrieval:
    """The shipped regressions, or those of `file`, on the shipped ranker and its embedder.

    Raises EnvironmentFault, FormatError.
    """
    ranker = kept_ranker()
    value = read_weights(file)
    context, fact = (_logistic(value, key, names, file)
                     for key, names in (("context", CONTEXT), ("fact", FACT)))  # fmt: skip
    if value["ranker"] != ranker.fingerprint:
        raise FormatError("The weights belong to another ranker: personae train usr", file=file)
    return Retrieval(context, fact, ranker, fingerprint_of(value))


def read_weights(file: Path) -> dict[str, Any]:
    """The object in the file. Raises EnvironmentFault, FormatError."""
    value = read_object(read_within(file, _LIMIT_BYTES, "dialogue retrieval"), file)
    if not isinstance(value.get("ranker"), str):
        raise FormatError("The file does not name its ranker.", file=file)
    return value


def fingerprint_of(value: Mapping[str, Any]) -> str:
    """Changes with the weights."""
    import hashlib
    import json

    content = json.dumps([value[key] for key in ("ranker", "context", "fact")], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


@lru_cache(maxsize=2)
def kept_retrieval(file: Path = SHIPPED) -> Retrieval:
    """`open_retrieval`, once for each file."""
    return open_retrieval(file)


def _spelled(one: Reply) -> Reply:
    if isinstance(one.turns, str) or isinstance(one.facts, str):
        raise InvalidOption("Turns and facts are lists of texts, not one text.")
    return Reply(
        tuple(map(as_written, one.turns)), as_written(one.text),
        tuple(map(as_written, one.facts[:FACTS_LIMIT])),
    )  # fmt: skip


def _nearest(embedder: Embedder, one: Reply, vector: NDArray[np.float32]) -> tuple[float, float]:
    """The cosines of the two facts nearest to the reply, 0 where there is none."""
    if not one.facts:
        return 0.0, 0.0
    cosines = sorted((embedder.embed(one.facts) @ vector).tolist(), reverse=True)
    return float(cosines[0]), float(cosines[1]) if len(cosines) > 1 else 0.0


def _form(text: str) -> list[float]:
    """What the text alone shows: pairs it says twice, the logarithm of its words, their rarity."""
    words = words_of(text)
    pairs = list(pairwise(words))
    again = 1 - len(set(pairs)) / len(pairs) if pairs else 0.0
    size = math.log1p(len(words))
    return [again, size, size * size, shipped_specificity().of_text(text)]


def _masked(replies: Sequence[Reply], chances: NDArray[np.float64]) -> list[float]:
    return [
        0.0 if one.is_empty else float(chance) for one, chance in zip(replies, chances, strict=True)
    ]


def _logistic(value: Mapping[str, Any], key: str, names: tuple[str, ...], file: Path) -> Logistic:
    given = value.get(key)
    told = given if isinstance(given, dict) else {}
    terms, bias = told.get("terms"), told.get("bias")
    is_whole = isinstance(terms, dict) and tuple(terms) == names
    if not (is_whole and isinstance(bias, int | float) and math.isfinite(bias)):
        raise FormatError(
            f"{key!r} has not a bias and, with weight, mean and scale, the terms "
            f"{', '.join(names)}.",
            file=file,
        )
    read = read_terms(terms, names, file).values()
    return Logistic(
        names, tuple(one.weight for one in read), tuple(one.mean for one in read),
        tuple(one.scale for one in read), float(bias),
    )  # fmt: skip
