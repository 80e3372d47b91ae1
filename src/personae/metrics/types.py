"""What a metric is: `(samples, kit) -> Scores`, and how totals and their parts are kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from personae.data import JsonObject, Sample
from personae.draft import Kit

if TYPE_CHECKING:
    from numpy import intp
    from numpy.typing import NDArray

Indices: TypeAlias = Union[Sequence[int], "NDArray[intp]"]


@dataclass(frozen=True, slots=True)
class Scores:
    """What a metric says of a run.

    `values` has one value a sample; None where the metric does not apply (a failed reply, no gold
    reply). `total` is the figure for the run: nan where nothing applies. `resample(indices)` is
    the total over those samples, repeats counted, from statistics kept per sample: what the
    bootstrap calls; `indices` may only name samples that have a value.

    `leave_one_out(indices)` is given instead of bootstrapping where drawing a sample twice biases
    the total (the number of distinct n-grams): the totals over `indices` without each in turn,
    for a jackknife interval. `detail` holds what else should be recorded: signature, sizes.
    """

    name: str
    values: tuple[float | None, ...]
    total: float
    unit: str
    higher_is_better: bool | None = None
    resample: Callable[[Indices], float] | None = None
    leave_one_out: Callable[[Indices], Sequence[float]] | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def applicable(self) -> tuple[int, ...]:
        """Positions of the samples that have a value."""
        return tuple(at for at, value in enumerate(self.values) if value is not None)

    @property
    def not_finite(self) -> tuple[int, ...]:
        """Positions of the samples whose value is nan or infinite."""
        return tuple(at for at in self.applicable if not math.isfinite(self.values[at] or 0.0))


Metric: TypeAlias = Callable[[Sequence[Sample], Kit], Scores]


def replied(sample: Sample) -> bool:
    """Whether the sample is a reply (an empty one counts), not a failure."""
    return not sample.error


def comparable(sample: Sample) -> bool:
    """Whether the sample is a reply that has a gold reply to be compared with."""
    return replied(sample) and bool(sample.reference.strip())


def labels_of(sample: Sample) -> JsonObject:
    """What a benchmark's question says of itself; nothing where it says nothing."""
    found = sample.record.get("labels")
    return found if isinstance(found, dict) else {}


def mean_scores(
    name: str,
    values: Sequence[float | None],
    *,
    unit: str,
    higher_is_better: bool | None,
    detail: dict[str, Any] | None = None,
) -> Scores:
    """Scores whose total is the mean of the values that apply.

    A value that is not finite makes the total nan or infinite: it is never left out.
    """
    import numpy

    present = [value for value in values if value is not None]
    filled = numpy.array([math.nan if value is None else value for value in values])

    def mean_of(indices: Indices) -> float:
        # Infinities that meet are nan, which is said of the figure: no warning is needed.
        with numpy.errstate(over="ignore", invalid="ignore"):
            return float(filled[numpy.asarray(indices, dtype=int)].mean())

    return Scores(
        name=name,
        values=tuple(values),
        total=_mean(present),
        unit=unit,
        higher_is_better=higher_is_better,
        resample=mean_of,
        detail=detail or {},
    )


def pooled_scores(
    name: str,
    values: Sequence[float | None],
    total_of: Callable[[Indices], float],
    *,
    unit: str,
    higher_is_better: bool | None,
    detail: dict[str, Any] | None = None,
) -> Scores:
    """Scores whose total is not the mean of their values: `total_of` the samples that have one."""
    present = [at for at, value in enumerate(values) if value is not None]
    return Scores(
        name=name,
        values=tuple(values),
        total=total_of(present) if present else math.nan,
        unit=unit,
        higher_is_better=higher_is_better,
        resample=total_of,
        detail=detail or {},
    )


def _mean(values: Sequence[float]) -> float:
    if not values:
        return math.nan
    # `fsum` raises where infinities of both signs meet, and where finite values overflow.
    exact = all(map(math.isfinite, values)) and max(map(abs, values)) < 1e300
    return (math.fsum(values) if exact else sum(values)) / len(values)
