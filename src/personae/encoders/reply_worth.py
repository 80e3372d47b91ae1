"""What a candidate reply is worth: agreement, relevance, naturalness, no repetition, in one number.

A linear model of four features that a reply shows while it is made. Its weights are fitted by
`training/guard` and lie, with their card, in `weights/reply_worth`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from personae.encoders.contradiction import Judged
from personae.encoders.onnx_weights import read_object, read_within
from personae.encoders.types import Embedder
from personae.errors import FormatError
from personae.text.faults import words_of

SHIPPED = Path(__file__).parent / "weights" / "reply_worth" / "weights.json"
FEATURES = ("contradiction", "relevance", "naturalness", "repetition")
_LIMIT_BYTES = 65_536
_RUN_WORDS = 2

Features = dict[str, float]


@dataclass(frozen=True, slots=True)
class Term:
    """How one feature counts: `weight` for each `scale` above `mean`."""

    weight: float
    mean: float
    scale: float


@dataclass(frozen=True, slots=True)
class ReplyWorth:
    """The fitted model. A feature that is not known counts as its mean."""

    terms: Mapping[str, Term]

    def __call__(self, features: Mapping[str, float]) -> float:
        """The worth of a reply with these features; higher is better, 0 is average."""
        return math.fsum(
            term.weight * (features[name] - term.mean) / term.scale
            for name, term in self.terms.items()
            if name in features
        )


@lru_cache(maxsize=8)
def open_reply_worth(file: Path = SHIPPED) -> ReplyWorth:
    """The shipped weights, or those of `file`. Raises EnvironmentFault, FormatError."""
    given = read_object(read_within(file, _LIMIT_BYTES, "reply worth"), file)
    return ReplyWorth(read_terms(given.get("terms"), FEATURES, file))


def read_terms(given: object, names: Sequence[str], file: Path) -> dict[str, Term]:
    """A term for each of the names, in their order. Raises FormatError for anything else."""
    if not isinstance(given, dict) or set(given) != set(names):
        raise FormatError(f"The file must have terms for {', '.join(names)}.", file=file)
    try:
        terms = {name: Term(*(float(given[name][key]) for key in ("weight", "mean", "scale")))
                 for name in names}  # fmt: skip
    except (TypeError, KeyError, ValueError) as error:
        raise FormatError("A term needs the numbers weight, mean and scale.", file=file) from error
    if not all(math.isfinite(t.weight + t.mean + t.scale) and t.scale > 0 for t in terms.values()):
        raise FormatError("A term's numbers are not finite, or its scale is 0.", file=file)
    return terms


def features_of(
    text: str,
    judged: Judged,
    *,
    heard: str,
    own: Sequence[str],
    embedder: Embedder,
    tokens: Sequence[tuple[str, float]] = (),
) -> Features:
    """The features of a reply to `heard`, after the speaker's `own` earlier turns.

    `tokens` are what the model wrote, of which the reply is the start; naturalness is their mean
    log-probability, and is left out where it is not known.
    """
    found = {
        "contradiction": judged.contradiction,
        "relevance": relevance(embedder, [(heard, text)])[0],
        "repetition": repetition(text, own),
    }
    natural = naturalness(text, tokens)
    return found if natural is None else {**found, "naturalness": natural}


def relevance(embedder: Embedder, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """The cosine of what was heard and what is replied, pair by pair; 0 where one is empty."""
    vectors = embedder.embed([text for pair in pairs for text in pair])
    cosines = (vectors[::2] * vectors[1::2]).sum(axis=1).tolist()
    return [
        float(cosine) if heard.strip() and reply.strip() else 0.0
        for cosine, (heard, reply) in zip(cosines, pairs, strict=True)
    ]


def repetition(text: str, own: Sequence[str]) -> float:
    """The share of the reply's word pairs that it says again or that `own` turns had, 0–1."""
    runs = _runs(text)
    said = {run for turn in own for run in _runs(turn)}
    again = 0
    for run in runs:
        again += run in said
        said.add(run)
    return again / max(1, len(runs))


def naturalness(text: str, tokens: Sequence[tuple[str, float]]) -> float | None:
    """The mean log-probability (nats) of the tokens that `text` begins with; None of none."""
    spent, log_probs = 0, []
    for piece, log_prob in tokens:
        if spent >= len(text):
            break
        spent += len(piece)
        log_probs.append(log_prob)
    return math.fsum(log_probs) / len(log_probs) if log_probs else None


def _runs(text: str) -> list[tuple[str, ...]]:
    words = words_of(text)
    return [tuple(words[at : at + _RUN_WORDS]) for at in range(len(words) - _RUN_WORDS + 1)]
