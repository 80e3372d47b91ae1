"""Whether two conditions differ on the same items: exact tests and intervals of shares.

The formulas are those of scipy and statsmodels (the tests compare them), which the core does
without. Conditions are lists of hits, one an item, in the same order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from personae.errors import InvalidOption
from personae.evaluate.bootstrap import CONFIDENCE, Interval

SMALL_CELL = 25  # with a smaller cell McNemar's test is exact (persona-bias, S106)


@dataclass(frozen=True, slots=True)
class Table:
    """Items by whether base and other hit them: both, one of them, neither."""

    both: int
    base_only: int
    other_only: int
    neither: int


@dataclass(frozen=True, slots=True)
class McNemar:
    """McNemar's test (1947): its p, the table, and how p was found."""

    table: Table
    p: float
    by: Literal["exact", "chi2"]


def paired_table(base: Sequence[bool], other: Sequence[bool]) -> Table:
    """The table of two conditions. Raises InvalidOption where they have not the same items."""
    if len(base) != len(other):
        raise InvalidOption(
            f"One condition has {len(base)} items and the other {len(other)}: not a pair."
        )
    pairs = [(bool(one), bool(two)) for one, two in zip(base, other, strict=True)]
    return Table(*(pairs.count(cell) for cell in _CELLS))


_CELLS = ((True, True), (True, False), (False, True), (False, False))


def mcnemar(base: Sequence[bool], other: Sequence[bool]) -> McNemar:
    """McNemar's test: exact where a cell is below 25, else chi-squared with its correction."""
    table = paired_table(base, other)
    cells = (table.both, table.base_only, table.other_only, table.neither)
    if min(cells) < SMALL_CELL:
        return McNemar(table, sign_p(table.other_only, table.base_only), "exact")
    discordant = table.base_only + table.other_only
    statistic = max(0, abs(table.base_only - table.other_only) - 1) ** 2 / discordant
    # The upper tail of chi-squared with one degree of freedom.
    return McNemar(table, math.erfc(math.sqrt(statistic / 2)), "chi2")


def sign_p(wins: int, losses: int) -> float:
    """The two-sided exact sign test: p of so uneven a split by a fair coin; 1 without any."""
    total = wins + losses
    tail = sum(math.comb(total, count) for count in range(min(wins, losses) + 1))
    return min(1.0, float(2 * tail / 2**total))


def binomial_p(hits: int, count: int, chance: float) -> float:
    """The two-sided exact binomial test: the weight of all outcomes no likelier than this one.

    Raises InvalidOption unless 0 ≤ hits ≤ count and 0 ≤ chance ≤ 1.
    """
    if not (0 <= hits <= count and 0 <= chance <= 1):
        raise InvalidOption(f"{hits} hits of {count} with the chance {chance} cannot be tested.")
    weights = [_binomial(hit, count, chance) for hit in range(count + 1)]
    # Equal weights may differ in their last bits (scipy allows as much).
    most = weights[hits] * (1 + 1e-7)
    return min(1.0, math.fsum(weight for weight in weights if weight <= most))


def _binomial(hits: int, count: int, chance: float) -> float:
    if chance in (0, 1):
        return float(hits == count * chance)
    ways = math.lgamma(count + 1) - math.lgamma(hits + 1) - math.lgamma(count - hits + 1)
    return math.exp(ways + hits * math.log(chance) + (count - hits) * math.log1p(-chance))


def wilson(hits: int, count: int, confidence: float = CONFIDENCE) -> Interval | None:
    """Wilson's score interval (1927) of a share; None where nothing was counted."""
    if count == 0:
        return None
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share, scale = hits / count, 1 + z * z / count
    middle = (share + z * z / (2 * count)) / scale
    reach = z / scale * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))
