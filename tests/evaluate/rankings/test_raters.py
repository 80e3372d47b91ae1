"""Agreement of raters: published examples."""

from __future__ import annotations

import math

import pytest

from personae.evaluate.rankings.raters import fleiss_kappa, krippendorff_alpha, vote_units
from personae.evaluate.rankings.votes import Vote

# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", part C: four observers.
OBSERVED = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
# Fleiss 1971, as worked out on Wikipedia: counts of five categories by 14 raters.
FLEISS = (
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
)  # fmt: skip


def units(rows):
    return [[value for value in column if value is not None] for column in zip(*rows, strict=True)]


@pytest.mark.parametrize(
    ("level", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_of_the_published_example(level, expected):
    assert krippendorff_alpha(units(OBSERVED), level) == pytest.approx(expected, abs=5e-4)


def test_alpha_of_two_raters_and_two_values_is_worked_out_by_hand():
    """Ten units: six agree on 0, two on 1, two differ; D_o = 4/20, D_e = 2·14·6/(20·19)."""
    table = [[0, 0]] * 6 + [[1, 1]] * 2 + [[0, 1]] * 2
    wanted = 1 - (4 / 20) / (2 * 14 * 6 / (20 * 19))
    for level in ("nominal", "ordinal", "interval"):
        assert krippendorff_alpha(table, level) == pytest.approx(wanted)


def test_kappa_of_the_published_example():
    ratings = [[k for k, n in enumerate(row) for _ in range(n)] for row in FLEISS]
    assert fleiss_kappa(ratings) == pytest.approx(0.210, abs=5e-4)


def test_what_cannot_be_compared_has_no_figure():
    assert math.isnan(fleiss_kappa([[1, 2], [1]]))
    assert math.isnan(fleiss_kappa([[1], [2]]))
    assert math.isnan(krippendorff_alpha([[1], [2]]))
    assert math.isnan(krippendorff_alpha([[1, 1], [1, 1]]))


def test_votes_are_units_by_prompt_and_pair_whatever_the_order_shown():
    votes = [Vote("p", "x", "a", "b", "first"), Vote("p", "y", "b", "a", "second"),
             Vote("q", "x", "a", "b", "tie")]  # fmt: skip
    assert vote_units(votes) == [[1, 1], [0]]
