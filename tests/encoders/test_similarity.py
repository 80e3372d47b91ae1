"""Exact search against a full sort."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.encoders.similarity import top_k
from personae.errors import InvalidOption


@given(
    rows=st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), max_size=30),
    query=st.tuples(st.integers(-2, 2), st.integers(-2, 2)),
    k=st.integers(0, 35),
)
def test_the_best_rows_are_those_of_a_full_stable_sort(rows, query, k):
    matrix = np.array(rows, dtype=np.float32).reshape(len(rows), 2)
    wanted = np.array(query, dtype=np.float32)
    indexes, products = top_k(wanted, matrix, k)
    expected = sorted(range(len(rows)), key=lambda row: (-float(matrix[row] @ wanted), row))[:k]
    assert indexes.tolist() == expected
    assert products.tolist() == [float(matrix[row] @ wanted) for row in expected]


def test_a_row_is_nearest_to_itself_among_ten_thousand():
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(10_000, 64)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    indexes, products = top_k(matrix[1234], matrix, 5)
    assert indexes[0] == 1234
    assert products[0] == pytest.approx(1, abs=1e-5)
    assert (np.diff(products) <= 0).all()


@pytest.mark.parametrize(
    ("query_shape", "matrix_shape"),
    [((3,), (4, 2)), ((1, 2), (4, 2)), ((2,), (2,)), ((2,), (0, 3))],
)
def test_shapes_that_do_not_fit_are_refused(query_shape, matrix_shape):
    with pytest.raises(InvalidOption, match="top_k takes"):
        top_k(np.zeros(query_shape, np.float32), np.zeros(matrix_shape, np.float32), 1)


def test_a_negative_k_is_refused():
    with pytest.raises(InvalidOption, match="0 or more"):
        top_k(np.zeros(2, np.float32), np.zeros((3, 2), np.float32), -1)


def test_vectors_that_are_not_numbers_are_refused():
    with pytest.raises(InvalidOption, match="not numbers"):
        top_k(np.array([np.nan, 0], np.float32), np.zeros((3, 2), np.float32), 1)
