"""Counting the catalog again from its raw files, so that the surveys' checks can fail.

The nouns, `group_by`, `gaps` and `matrix` are one way to the figures; this is another, which knows
nothing of them but the files' fields.
"""

from __future__ import annotations

from typing import Any

from personae.catalog import FOLDER, gaps, group_by, taxonomy
from personae.catalog.check import CheckFailed
from personae.catalog.yaml_file import read_yaml
from personae.errors import UnknownEntry
from personae.registry import find

_RPLA_FIELDS = {
    "construction": "construction",
    "data_source": "data-source",
    "evaluation": "evaluation",
    "risks": "risks",
}


def raw_rows() -> dict[str, dict[str, Any]]:
    """The rows as their files have them, by id. Raises FormatError."""
    files = sorted((FOLDER / "systems").glob("S*.yaml"))
    return {file.stem: read_yaml(file) for file in files}


def raw_leaves(row: dict[str, Any], name: str) -> list[str]:
    """The leaves of a taxonomy that a raw row names."""
    if name == "two-tales":
        return list(row["two_tales"])
    if name == "proactive":
        return list(row["proactive"])
    tags = row["rpla"]
    found = [f"persona-type/{tags['persona_type']}"]
    for field, branch in _RPLA_FIELDS.items():
        found += [f"{branch}/{value}" for value in tags.get(field, ())]
    return found


def runs(row: dict[str, Any]) -> bool:
    """Whether a raw row says that it can be run; surveys are maps and never do."""
    return row["status"] != "planned" and bool(row.get("demo")) and row["kind"] != ["survey"]


def audit_coverage(name: str) -> list[str]:
    """Evidence that every row has a place in a taxonomy, and every leaf a row or a mention as gap.

    Raises CheckFailed where a row has no place, a runnable row names an entry that is not
    registered, or the lists of groups and gaps disagree with the raw files.
    """
    rows, leaves = raw_rows(), taxonomy(name).leaves
    allowed = {*leaves, taxonomy(name).outside}
    members: dict[str, set[str]] = {leaf: set() for leaf in leaves}
    for system, row in rows.items():
        named = raw_leaves(row, name)
        if not named or not allowed.issuperset(named):
            raise CheckFailed(f"{system} has no proper place in {name!r}: {named}.")
        for leaf in named:
            members.setdefault(leaf, set()).add(system)
    _compare_groups(name, members)
    running = {system for system, row in rows.items() if runs(row)}
    _require_registered({system: rows[system] for system in sorted(running)})
    uncovered = tuple(leaf for leaf in leaves if not members[leaf] & running)
    if uncovered != gaps(name):
        raise CheckFailed(f"The gaps of {name!r} are {uncovered}, but {gaps(name)} are listed.")
    return [
        f"{len(rows)} systems have a leaf of {name!r}",
        f"{len(leaves) - len(uncovered)} of {len(leaves)} leaves have a system that runs",
        f"not covered: {', '.join(uncovered) or 'nothing'}",
    ]


def _compare_groups(name: str, members: dict[str, set[str]]) -> None:
    for leaf, rows in group_by(name).items():
        listed = {row.id for row in rows}
        if listed != members.get(leaf, set()):
            difference = sorted(listed ^ members.get(leaf, set()))
            raise CheckFailed(f"The group {leaf!r} differs from the files in {difference}.")


def _require_registered(rows: dict[str, dict[str, Any]]) -> None:
    for system, row in rows.items():
        for entry in row.get("entries", ()):
            kind, _, name = entry.partition(":")
            try:
                find(kind, name)
            except UnknownEntry as error:
                raise CheckFailed(f"{system} claims {entry!r}: {error}") from error
