"""The 125 published systems as data: what each is, where surveys put it, how much of it runs.

One YAML file a system in `systems/`, one a survey's tree in `taxonomies/`, one module a check in
`checks/`. Nothing here runs a system; `personae.catalog.check` does.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from personae.catalog.yaml_file import read_yaml
from personae.errors import FormatError, UnknownEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from personae.catalog.types import System, Taxonomy
    from personae.data import Noun

__all__ = [
    "GROUPINGS",
    "TAXONOMIES",
    "below",
    "gaps",
    "group_by",
    "matrix",
    "system",
    "systems",
    "taxonomy",
]

FOLDER = Path(__file__).parent
TAXONOMIES = ("two-tales", "rpla", "proactive")
GROUPINGS = (*TAXONOMIES, "status", "kind")

NounType = TypeVar("NounType", bound="Noun")


def systems() -> Mapping[str, System]:
    """All systems by id, in order. Raises FormatError where a row is damaged."""
    return _read_systems(FOLDER / "systems")


def system(name: str) -> System:
    """The system with this id or short name, in any case. Raises UnknownEntry with the nearest."""
    wanted = name.strip().lower().replace(" ", "-").replace("_", "-")
    known = {
        other: row
        for row in systems().values()
        for other in (row.id.lower(), row.short_name, *row.aka)
    }
    if wanted not in known:
        written = {row.id if other == row.id.lower() else other for other, row in known.items()}
        raise UnknownEntry("system", name, written, "See `personae systems list`.")
    return known[wanted]


@cache
def taxonomy(name: str) -> Taxonomy:
    """The tree `two-tales` (S019), `rpla` (S057) or `proactive` (S063). Raises UnknownEntry."""
    from personae.catalog.types import Taxonomy

    if name not in TAXONOMIES:
        raise UnknownEntry("taxonomy", name, TAXONOMIES)
    return _parse(Taxonomy, FOLDER / "taxonomies" / f"{name}.yaml")


def group_by(name: str, rows: Iterable[System] | None = None) -> dict[str, tuple[System, ...]]:
    """The systems of each leaf of a taxonomy, in its order, empty leaves too; one may be in many.

    `status` and `kind` group by these fields; `rows` are all systems unless given. Rows that the
    taxonomy does not speak of come last, under its name for them. Raises UnknownEntry, and
    FormatError where a row names no known leaf.
    """
    if name not in GROUPINGS:
        raise UnknownEntry("grouping", name, GROUPINGS)
    groups: dict[str, list[System]] = {leaf: [] for leaf in _group_names(name)}
    for row in systems().values() if rows is None else rows:
        for leaf in _groups_of(row, name):
            if leaf not in groups:
                raise FormatError(f"{row.id} names {leaf!r}, which is no leaf of {name!r}.")
            groups[leaf].append(row)
    return {leaf: tuple(rows) for leaf, rows in groups.items()}


def gaps(name: str) -> tuple[str, ...]:
    """The leaves of a taxonomy under which no system runs yet. Raises UnknownEntry."""
    groups = group_by(name)
    return tuple(
        leaf for leaf in taxonomy(name).leaves if not any(row.runnable for row in groups[leaf])
    )


def matrix(name: str, down: str, across: str) -> dict[str, dict[str, tuple[System, ...]]]:
    """The systems in each cell of two branches of a taxonomy, as `matrix[leaf down][leaf across]`.

    `matrix("rpla", "persona-type", "construction")` is the survey's own. Raises UnknownEntry for a
    branch that has no leaves.
    """
    groups = group_by(name)
    rows, columns = _leaves_below(name, down), _leaves_below(name, across)
    return {
        row: {
            column: tuple(one for one in groups[row] if column in one.leaves(name))
            for column in columns
        }
        for row in rows
    }


def below(branch: str) -> tuple[System, ...]:
    """The systems at or below a node of any taxonomy, such as `personalization/method/prompting`.

    A path may leave out nodes between its first and its last. Raises UnknownEntry.
    """
    wanted = branch.strip("/").split("/")
    nodes = {path for name in TAXONOMIES for path, _ in taxonomy(name).walk()}
    tops = {path for path in nodes if _is_along(wanted, path.split("/"))}
    if not tops:
        raise UnknownEntry("branch", branch, nodes, "See `personae systems list --by taxonomy`.")
    return tuple(
        row
        for row in systems().values()
        for leaves in ({leaf for name in TAXONOMIES for leaf in row.leaves(name)},)
        if any(leaf == top or leaf.startswith(f"{top}/") for leaf in leaves for top in tops)
    )


def _is_along(wanted: list[str], path: list[str]) -> bool:
    """Whether `wanted` begins and ends as `path` does and names nodes on the way, in order."""
    if (wanted[0], wanted[-1]) != (path[0], path[-1]):
        return False
    rest = iter(path)
    return all(name in rest for name in wanted)


@cache
def _read_systems(folder: Path) -> Mapping[str, System]:
    from personae.catalog.types import System

    found: dict[str, System] = {}
    names: dict[str, str] = {}
    for file in sorted(folder.glob("*.yaml")):
        row = _parse(System, file)
        if row.id != file.stem:
            raise FormatError(f"The id is {row.id!r}, unlike the file's name.", file=file)
        for name in (row.short_name, *row.aka):
            if name in names:
                raise FormatError(f"{names[name]} is called {name!r} already.", file=file)
            names[name] = row.id
        found[row.id] = row
    return MappingProxyType(found)


def _parse(noun: type[NounType], file: Path) -> NounType:
    try:
        return noun.from_dict(read_yaml(file))
    except FormatError as error:
        if error.file is not None:
            raise
        raise FormatError(error.reason, file=file) from error


def _leaves_below(name: str, branch: str) -> tuple[str, ...]:
    tree = taxonomy(name)
    found = tuple(leaf for leaf in tree.leaves if leaf.startswith(f"{branch}/"))
    if not found:
        branches = [path for path, node in tree.walk() if node.branches]
        raise UnknownEntry(f"branch of {name}", branch, branches)
    return found


def _group_names(name: str) -> tuple[str, ...]:
    if name in TAXONOMIES:
        tree = taxonomy(name)
        return tree.leaves if tree.outside is None else (*tree.leaves, tree.outside)
    from typing import get_args

    from personae.catalog.types import Status, SystemKind

    return get_args(Status if name == "status" else SystemKind)


def _groups_of(row: System, name: str) -> tuple[str, ...]:
    if name in TAXONOMIES:
        return row.leaves(name)
    return (row.status,) if name == "status" else tuple(row.kind)
