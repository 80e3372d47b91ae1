"""Brier score: how far the chances given to options are from what is right."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.option_probabilities import gold_position, probabilities
from personae.metrics.types import Metric, Scores, mean_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S065",), labelled=True)


def brier() -> Metric:
    """Mean over questions and options of (p − [right])², 0–1: 0 is sure and right (Brier 1950).

    As PersonaEval counts it: the mean over options, not their sum. A uniform guess among four has
    .1875.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [_squared_error(one) for one in samples]
        return mean_scores("brier", values, unit="0–1", higher_is_better=False)

    return measure


def _squared_error(sample: Sample) -> float | None:
    chances = probabilities(sample)
    if chances is None:
        return None
    right = gold_position(sample)
    return sum((p - (at == right)) ** 2 for at, p in enumerate(chances)) / len(chances)
