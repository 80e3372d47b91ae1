"""The catalog as it is shipped: complete, tagged, and true to the registry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from personae.catalog import (
    GROUPINGS,
    TAXONOMIES,
    gaps,
    group_by,
    matrix,
    system,
    systems,
    taxonomy,
)
from personae.catalog.check import load_check
from personae.errors import FormatError, UnknownEntry
from personae.registry import KINDS, entries, find

DESIGN = Path(__file__).parents[3] / "shared" / "design" / "systems" / "README.md"
ROWS = list(systems().values())
REGISTERED = [
    (f"{kind}:{entry.name}", system_id)
    for kind in KINDS
    for entry in entries(kind).values()
    for system_id in entry.info.systems
]


def test_all_125_systems_are_there_in_order() -> None:
    assert list(systems()) == [f"S{number:03}" for number in range(1, 126)]


def test_titles_are_those_of_the_design() -> None:
    if not DESIGN.is_file():
        pytest.skip(f"needs the design at {DESIGN}")
    lines = re.findall(r"^\| (S\d{3}) \| [^|]* \| ([^|]*) \|", DESIGN.read_text(), re.MULTILINE)
    assert {row.id: row.title for row in ROWS} == dict(lines)


def test_names_titles_and_summaries_are_all_different() -> None:
    names = [name for row in ROWS for name in (row.short_name, *row.aka)]
    assert len(set(names)) == len(names)
    assert len({row.title for row in ROWS}) == len({row.summary for row in ROWS}) == len(ROWS)


def test_summaries_are_sentences() -> None:
    assert [row.id for row in ROWS if not row.summary.endswith(".")] == []


def test_links_are_papers() -> None:
    papers = ("https://arxiv.org/abs/", "https://aclanthology.org/", "https://doi.org/")
    assert [row.id for row in ROWS if row.link and not row.link.startswith(papers)] == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.entries], ids=lambda row: row.id)
def test_entries_of_a_row_are_registered(row) -> None:
    for entry in row.entries:
        kind, _, name = entry.partition(":")
        assert find(kind, name).name == name


def test_registered_entries_name_systems_of_the_catalog() -> None:
    assert [name for name, system_id in REGISTERED if system_id not in systems()] == []


def test_rows_that_have_begun_list_every_entry_that_names_them() -> None:
    begun = {row.id: row.entries for row in ROWS if row.status != "planned"}
    assert [pair for pair in REGISTERED if pair[0] not in begun.get(pair[1], (pair[0],))] == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.check], ids=lambda row: row.id)
def test_the_check_that_a_row_names_exists(row) -> None:
    assert callable(load_check(row.check))


@pytest.mark.parametrize("row", [row for row in ROWS if row.demo], ids=lambda row: row.id)
def test_a_demo_is_a_command_of_ours(row) -> None:
    assert row.demo.startswith("personae ")
    assert "\n" not in row.demo


@pytest.mark.parametrize("name", TAXONOMIES)
def test_every_row_has_known_leaves_in_each_taxonomy_and_names_none_twice(name: str) -> None:
    allowed = {*taxonomy(name).leaves, taxonomy(name).outside}
    for row in ROWS:
        leaves = row.leaves(name)
        assert leaves
        assert len(set(leaves)) == len(leaves), row.id
        assert allowed.issuperset(leaves), row.id


@pytest.mark.parametrize("name", TAXONOMIES)
def test_a_taxonomy_names_its_survey_and_no_leaf_twice(name: str) -> None:
    tree = taxonomy(name)
    assert system(tree.system).kind == ("survey",)
    assert len(set(tree.leaves)) == len(tree.leaves)


@pytest.mark.parametrize("name", GROUPINGS)
def test_groups_hold_every_row_and_only_where_it_belongs(name: str) -> None:
    groups = group_by(name)
    assert {row.id for rows in groups.values() for row in rows} == set(systems())
    if name == "status":
        assert sum(len(rows) for rows in groups.values()) == len(ROWS)
    for group, rows in groups.items():
        for row in rows:
            places = {"status": (row.status,), "kind": row.kind}.get(name) or row.leaves(name)
            assert group in places


def test_groups_of_chosen_rows_hold_only_these_and_keep_empty_leaves() -> None:
    groups = group_by("proactive", [system("S064")])
    assert {leaf for leaf, rows in groups.items() if rows} == set(system("S064").proactive)
    assert list(groups) == [*taxonomy("proactive").leaves, "none"]


def test_a_row_with_an_unknown_leaf_is_refused() -> None:
    stray = system("S064").model_copy(update={"proactive": ("task/juggling",)})
    with pytest.raises(FormatError, match="S064 names 'task/juggling'"):
        group_by("proactive", [stray])


@pytest.mark.parametrize("name", TAXONOMIES)
def test_gaps_are_the_leaves_under_which_nothing_runs(name: str) -> None:
    groups = group_by(name)
    for leaf in taxonomy(name).leaves:
        assert (leaf in gaps(name)) != any(row.runnable for row in groups[leaf])


def test_the_matrix_counts_every_system_once_per_construction() -> None:
    cells = matrix("rpla", "persona-type", "construction")
    counted = sum(len(cell) for line in cells.values() for cell in line.values())
    assert counted == sum(len(row.rpla.construction) for row in ROWS)


def test_a_branch_that_the_taxonomy_lacks_is_unknown() -> None:
    with pytest.raises(UnknownEntry, match="construction"):
        matrix("rpla", "persona-type", "constructions")


@pytest.mark.parametrize("name", ["S046", "s046", "pdp", "PDP", " pseudo dialog_prompting "])
def test_a_system_is_found_by_id_and_short_names_in_any_case(name: str) -> None:
    assert system(name).id == "S046"


@pytest.mark.parametrize(
    ("name", "near"), [("personagim", "personagym"), ("S0046", "'S046'"), ("s0046", "'S046'")]
)
def test_an_unknown_system_brings_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UnknownEntry, match=near):
        system(name)


def test_unknown_taxonomies_and_groupings_bring_the_known_ones() -> None:
    with pytest.raises(UnknownEntry, match="two-tales"):
        taxonomy("two-tails")
    with pytest.raises(UnknownEntry, match="status"):
        group_by("stats")


def test_the_functions_are_not_hidden_by_modules_of_their_names() -> None:
    # `personae.catalog.system` is a function: a module of that name would take its place.
    import personae.catalog

    assert callable(personae.catalog.system)
    assert callable(personae.catalog.taxonomy)
