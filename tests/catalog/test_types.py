"""The nouns of the catalog."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.catalog.types import System, Taxonomy
from personae.errors import FormatError

ROW: dict[str, Any] = {
    "id": "S999",
    "short_name": "nine",
    "title": "Nine",
    "kind": ["method"],
    "summary": "It counts to nine and then it stops.",
    "two_tales": ["role-play/environment/game"],
    "rpla": {
        "persona_type": "character",
        "construction": ["nonparametric/memory"],
        "data_source": ["description"],
        "risks": ["bias"],
    },
    "proactive": ["none"],
}
PARTIAL = {"status": "partial", "status_note": "Half of it.", "demo": "personae list"}


def test_a_row_survives_its_json() -> None:
    row = System.from_dict(ROW | PARTIAL)
    assert System.from_json(row.to_json()) == row


@pytest.mark.parametrize(
    "change",
    [
        {"id": "S1"},
        {"id": "S001\n"},
        {"short_name": "Nine Lives"},
        {"kind": []},
        {"kind": ["novel"]},
        {"year": 202},
        {"link": "http://example.org/paper"},
        {"link": "see the web"},
        {"summary": "Short."},
        {"two_tales": []},
        {"two_tales": ["Role-Play"]},
        {"proactive": []},
        {"entries": ["few-shot"]},
        {"check": "../x"},
        {"colour": "red"},
        {"rpla": {**ROW["rpla"], "construction": []}},
        {"rpla": {**ROW["rpla"], "persona_type": ["character", "demographic"]}},
        {"rpla": {key: value for key, value in ROW["rpla"].items() if key != "persona_type"}},
    ],
)
def test_a_field_out_of_range_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(FormatError, match="Not a valid System"):
        System.from_dict(ROW | PARTIAL | change)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"demo": "personae list"}, "planned system"),
        ({"entries": ["method:plain"]}, "planned system"),
        ({"check": "s999"}, "planned system"),
        ({"status": "partial"}, "needs a status_note"),
        ({"status": "works", "demo": "personae list"}, "demo and a check"),
        ({"status": "works", "check": "s999"}, "demo and a check"),
        ({"proactive": ["none", "task/ask-before-plan"]}, "not both"),
    ],
)
def test_a_status_needs_what_backs_it(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        System.from_dict(ROW | change)


def test_only_a_row_with_a_demo_that_is_more_than_a_survey_can_be_run() -> None:
    assert System.from_dict(ROW | PARTIAL).runnable
    assert not System.from_dict(ROW).runnable
    assert not System.from_dict(ROW | PARTIAL | {"demo": ""}).runnable
    assert not System.from_dict(ROW | PARTIAL | {"kind": ["survey"]}).runnable


def test_the_leaves_of_a_row_are_full_paths() -> None:
    row = System.from_dict(ROW)
    assert row.leaves("two-tales") == ("role-play/environment/game",)
    assert row.leaves("proactive") == ("none",)
    assert row.leaves("rpla") == (
        "persona-type/character",
        "construction/nonparametric/memory",
        "data-source/description",
        "risks/bias",
    )


def test_the_leaves_of_a_tree_are_the_nodes_without_branches_in_order() -> None:
    tree = Taxonomy.from_dict(
        {
            "name": "t",
            "title": "T",
            "system": "S019",
            "about": "x",
            "branches": [
                {"name": "a", "about": "x", "branches": [{"name": "b", "about": "x"}]},
                {"name": "c", "about": "x"},
            ],
        }
    )
    assert tree.leaves == ("a/b", "c")
    assert [path for path, _ in tree.walk()] == ["a", "a/b", "c"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(ROW)), json_values)
def test_any_value_in_any_field_is_accepted_or_a_format_error(field: str, value: object) -> None:
    try:
        row = System.from_dict(ROW | {field: value})
    except FormatError:
        return
    assert System.from_json(row.to_json()) == row
