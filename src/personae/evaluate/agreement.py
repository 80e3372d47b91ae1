"""How far two judges agree on the same replies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `count` replies: the share judged alike, and Cohen's kappa (1960), 0 by chance alone.

    `both`, `first_only` and `second_only` count the replies that were flagged.
    """

    count: int
    share: float
    kappa: float
    both: int
    first_only: int
    second_only: int


def agreement_of(first: Sequence[float | None], second: Sequence[float | None]) -> Agreement:
    """The agreement of two lists of 0 and 1; samples without both values are left out.

    Where both judges say the same of everything, there is nothing to agree on beyond chance, and
    kappa is 1.
    """
    pairs = [
        (bool(one), bool(other))
        for one, other in zip(first, second, strict=True)
        if one is not None and other is not None
    ]
    count = max(1, len(pairs))
    both = sum(one and other for one, other in pairs)
    first_only = sum(one and not other for one, other in pairs)
    second_only = sum(other and not one for one, other in pairs)
    share = 1 - (first_only + second_only) / count
    yes = (both + first_only) / count, (both + second_only) / count
    by_chance = yes[0] * yes[1] + (1 - yes[0]) * (1 - yes[1])
    kappa = 1.0 if by_chance == 1 else (share - by_chance) / (1 - by_chance)
    return Agreement(len(pairs), share, kappa, both, first_only, second_only)
