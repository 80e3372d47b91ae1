"""Gradient descent in numpy, for networks of a few layers on frozen vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from personae.errors import PersonaeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]

FIRST, SECOND, TINY = 0.9, 0.98, 1e-8


def adam(
    parameters: Sequence[Array],
    gradients_at: Callable[[Sequence[Array], int], Sequence[Array]],
    steps: int,
    *,
    rate: float,
    decay: float = 0.0,
    warm_up: int = 20,
) -> list[Array]:
    """The parameters after `steps` of AdamW; the rate warms up, then falls to a fiftieth.

    `gradients_at` gets the parameters and the number of the step, from 0. Raises PersonaeError when
    a gradient is not finite.
    """
    import numpy as np

    now = [np.array(one, dtype=np.float64) for one in parameters]
    first = [np.zeros_like(one) for one in now]
    second = [np.zeros_like(one) for one in now]
    for step in range(steps):
        gradients = gradients_at(now, step)
        speed = rate * min(1.0, (step + 1) / warm_up) * max(0.02, 1 - step / steps)
        for at, gradient in enumerate(gradients):
            if not np.isfinite(gradient).all():
                raise PersonaeError(f"A gradient is not finite at step {step}; lower the rate.")
            first[at] = FIRST * first[at] + (1 - FIRST) * gradient
            second[at] = SECOND * second[at] + (1 - SECOND) * gradient * gradient
            mean = first[at] / (1 - FIRST ** (step + 1))
            size = np.sqrt(second[at] / (1 - SECOND ** (step + 1)))
            now[at] = now[at] - speed * (mean / (size + TINY) + decay * now[at])
    return now
