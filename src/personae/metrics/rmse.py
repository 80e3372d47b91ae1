"""The root of the mean squared distance of a number that was foretold from the right one."""

from __future__ import annotations

import math
from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.mae import errors_of, unread
from personae.metrics.types import Indices, Metric, Scores, pooled_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(labelled=True)


def rmse() -> Metric:
    """√ of the mean of (said − right)²; numbers are read as `mae` does. Values are squares: to look
    at, not to average."""

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        import numpy

        values = [None if one is None else one * one for one in errors_of(samples)]
        filled = numpy.array([math.nan if one is None else one for one in values])

        def total_of(indices: Indices) -> float:
            return float(math.sqrt(filled[numpy.asarray(indices, dtype=int)].mean()))

        return pooled_scores(
            "rmse", values, total_of, unit="points", higher_is_better=False,
            detail={"unread": unread(samples)},
        )  # fmt: skip

    return measure
