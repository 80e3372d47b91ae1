"""Cohen's kappa between the options that were chosen and the right ones, by their positions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.choice_accuracy import is_choice
from personae.metrics.types import Indices, Metric, Scores, pooled_scores, replied
from personae.registry import EntryInfo

if TYPE_CHECKING:
    from numpy import intp
    from numpy.typing import NDArray

ENTRY = EntryInfo(aka=("kappa",), systems=("S034",), labelled=True)


def choice_kappa() -> Metric:
    """(p_o - p_e) / (1 - p_e) over the answered questions: 1 is agreement, 0 that of chance.

    Chance is what two judges would agree on who choose each position as often as these do (Cohen
    1960). A sample's own value is 1 where both agree. A choice that is none of the options agrees
    with nothing; where only one position was ever chosen and right, kappa is 1.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        import numpy

        pairs = [_positions(one) for one in samples]
        chosen, right = (numpy.array([pair[at] if pair else 0 for pair in pairs], dtype=numpy.intp)
                         for at in (0, 1))  # fmt: skip
        values = [None if pair is None else float(pair[0] == pair[1]) for pair in pairs]

        def total_of(indices: Indices) -> float:
            at = numpy.asarray(indices, dtype=int)
            return kappa(chosen[at], right[at])

        return pooled_scores("choice-kappa", values, total_of, unit="-1–1", higher_is_better=True)

    return measure


def kappa(chosen: NDArray[intp], right: NDArray[intp]) -> float:
    """Cohen's kappa of two lists of positions; -1 stands for a choice that could not be read."""
    import numpy

    size = int(max(chosen.max(), right.max())) + 2
    observed = float((chosen == right).mean())
    shares = [numpy.bincount(one + 1, minlength=size) / len(one) for one in (chosen, right)]
    by_chance = float(shares[0] @ shares[1])
    return 1.0 if by_chance == 1 else (observed - by_chance) / (1 - by_chance)


def _positions(sample: Sample) -> tuple[int, int] | None:
    if not (replied(sample) and is_choice(sample)):
        return None
    options = list(sample.record["options"])
    if sample.reference not in options:
        return None
    return options.index(sample.reply) if sample.reply in options else -1, options.index(
        sample.reference
    )
