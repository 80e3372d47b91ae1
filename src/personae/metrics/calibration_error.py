"""Expected calibration error: how far a model's certainty is from how often it is right."""

from __future__ import annotations

import math
from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.option_probabilities import gold_position, probabilities
from personae.metrics.types import Indices, Metric, Scores, pooled_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S065",),
    aka=("ece",),
    labelled=True,
    paper="Naeini et al. 2015, Obtaining Well Calibrated Probabilities Using Bayesian Binning",
)


def calibration_error(*, bins: int = 20) -> Metric:
    """|accuracy − mean certainty| over bins of equal width, weighted by their size, 0–1.

    Certainty is the chance of the likeliest option; a bin is open below and closed above.
    A sample's value is whether it is right less how certain it was.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        import numpy

        certain = [_certainty(one) for one in samples]
        gaps = [None if one is None else one[1] - one[0] for one in certain]
        number = [0 if one is None else max(0, math.ceil(one[0] * bins) - 1) for one in certain]
        filled = numpy.array([0.0 if gap is None else gap for gap in gaps])
        codes = numpy.array(number, dtype=int)

        def total_of(indices: Indices) -> float:
            at = numpy.asarray(indices, dtype=int)
            sums = numpy.bincount(codes[at], weights=filled[at], minlength=bins)
            return float(numpy.abs(sums).sum() / max(1, len(at)))

        return pooled_scores(
            "calibration-error", gaps, total_of, unit="0–1", higher_is_better=False,
            detail={"bins": bins},
        )  # fmt: skip

    return measure


def _certainty(sample: Sample) -> tuple[float, float] | None:
    """The chance of the likeliest option, and 1 where it is right."""
    chances = probabilities(sample)
    if chances is None:
        return None
    return max(chances), float(chances.index(max(chances)) == gold_position(sample))
