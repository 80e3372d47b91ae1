"""What chances a model gives the options of a question, from how it ranked them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from personae.data import Sample
from personae.metrics.choice_accuracy import is_choice
from personae.metrics.types import replied


def probabilities(sample: Sample) -> tuple[float, ...] | None:
    """A softmax over the options' scores; None where the sample did not rank options by scores."""
    scores = sample.record.get("scores")
    if not (replied(sample) and is_choice(sample) and isinstance(scores, list)):
        return None
    options = sample.record["options"]
    if len(scores) != len(options) or not all(map(math.isfinite, scores)):
        return None
    return softmax(scores)


def softmax(log_weights: Sequence[float]) -> tuple[float, ...]:
    """Log-weights as shares that sum to 1; −inf is none. The largest must be finite."""
    top = max(log_weights)
    weights = [math.exp(one - top) for one in log_weights]
    total = math.fsum(weights)
    return tuple(weight / total for weight in weights)


def gold_position(sample: Sample) -> int:
    """The position of the right option. Raises ValueError where it is none of the options."""
    options: Sequence[str] = sample.record["options"]
    return list(options).index(sample.reference)


def gold_rank(sample: Sample) -> float | None:
    """The rank of the right option by its chance, from 1; ties count half."""
    chances = probabilities(sample)
    if chances is None or sample.reference not in sample.record["options"]:
        return None
    mine = chances[gold_position(sample)]
    above = sum(chance > mine for chance in chances)
    equal = sum(chance == mine for chance in chances) - 1
    return 1 + above + equal / 2
