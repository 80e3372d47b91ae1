"""The reranker of a role: what it adds up, and what its file must be."""

from __future__ import annotations

import json

import pytest

from personae.encoders.role_selection import (
    FILE,
    Mix,
    RoleSelector,
    open_role_selector,
    told,
)
from personae.encoders.selection import open_selector
from personae.errors import CapabilityError, FormatError
from personae.formats.role_file import open_role

ROLE = open_role("phone-companion")


@pytest.fixture(scope="module")
def selector():
    return open_selector()


@pytest.fixture
def written(tmp_path, selector):
    """Writes `selector.json` with changes, and opens it."""

    def write(**changes):
        value = told(Mix(0.4, 0.6, 0.2), selector) | changes
        (tmp_path / FILE).write_text(json.dumps(value))
        return open_role_selector(ROLE, selector, tmp_path)

    return write


def test_of_two_replies_that_fit_alike_the_likelier_out_of_bounds_comes_last(selector):
    best = RoleSelector(selector, Mix(0.5, 0.5, 0.2))
    reply = "Does your knee hurt when you sit?"
    first, second = best.scores("My knee hurts.", [reply, reply], [0.1, 0.9])
    assert first > second
    (alone,) = RoleSelector(selector, Mix(1.0, 0.0, 0.2)).scores("My knee hurts.", [reply], [0.0])
    assert alone == pytest.approx(float(selector.scores("My knee hurts.", [reply])[0]))


def test_what_fits_better_comes_first_where_the_bounds_say_nothing(selector):
    best = open_role_selector(ROLE, selector)
    assert best is not None
    fits, other = "Has a doctor looked at your knee?", "What will you cook tonight?"
    scores = best.scores("My knee hurts.", [other, fits], [0.2, 0.2])
    assert scores[1] > scores[0]


def test_certainty_of_being_out_is_finite(selector):
    scores = RoleSelector(selector, Mix(0.5, 0.5, 1.0)).scores("Hello.", ["Hello."], [1.0])
    assert -20 < scores[0] < 0


def test_a_folder_without_the_file_has_no_selector(tmp_path, selector):
    assert open_role_selector(ROLE, selector, tmp_path) is None


def test_a_file_is_read_as_it_was_written(written):
    found = written()
    assert found is not None
    assert found.mix == Mix(0.4, 0.6, 0.2)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mix": {"selection": 1}}, "has not the numbers"),
        ({"mix": {"selection": 1, "cosine": "x", "in_bounds": 1}}, "no finite number"),
        ({"mix": {"selection": 1, "cosine": float("nan"), "in_bounds": 1}}, "no finite number"),
        ({"selection_head": 3}, "'selection_head' is missing"),
    ],
)
def test_a_damaged_file_is_told(written, changes, said):
    with pytest.raises(FormatError, match=said):
        written(**changes)


def test_a_selector_of_another_head_is_refused(written):
    with pytest.raises(CapabilityError, match="another selection head"):
        written(selection_head="other")
