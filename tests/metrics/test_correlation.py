"""correlation: the same as scipy's, with counted repeats."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import InvalidOption
from personae.metrics import correlation

stats = pytest.importorskip("scipy.stats")
KINDS = {"pearson": "pearsonr", "spearman": "spearmanr", "kendall": "kendalltau"}
Pairs = st.lists(
    st.tuples(st.integers(-5, 5), st.integers(-5, 5), st.integers(0, 3)), min_size=3, max_size=30
)


def varied(pairs) -> bool:
    there = [pair for pair in pairs if pair[2]]
    return len({pair[0] for pair in there}) > 1 < len({pair[1] for pair in there})


@pytest.mark.parametrize("kind", KINDS)
@given(pairs=Pairs.filter(varied))
def test_it_is_scipys_of_the_pairs_repeated_as_often_as_they_count(kind, pairs):
    x, y, counts = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    times = counts.astype(int)
    expected = getattr(stats, KINDS[kind])(np.repeat(x, times), np.repeat(y, times)).statistic
    found = getattr(correlation, f"{kind}_counted")(x, y)(counts)
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_with_a_single_value_has_no_correlation(kind):
    assert math.isnan(getattr(correlation, kind)([1, 1, 1], [1, 2, 3]))


@pytest.mark.parametrize("kind", KINDS)
def test_lists_of_other_lengths_and_nan_are_refused(kind):
    with pytest.raises(InvalidOption, match="give as many"):
        getattr(correlation, kind)([1, 2], [1, 2, 3])
    with pytest.raises(InvalidOption, match="not finite"):
        getattr(correlation, kind)([1, math.nan], [1, 2])
