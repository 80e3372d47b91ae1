"""S057: one persona type and a construction for every system, true counts, a lint for each type."""

from __future__ import annotations

from itertools import product

from personae.catalog import matrix, taxonomy
from personae.catalog.audit import audit_coverage, raw_leaves, raw_rows
from personae.catalog.check import CheckContext, CheckFailed
from personae.catalog.lint import lint
from personae.catalog.types import PersonaType
from personae.data import Passage, Persona, Provenance

_FIXTURES: tuple[tuple[PersonaType, Persona, tuple[str, ...]], ...] = (
    (
        "demographic",
        Persona(name="A nurse", statements=("I work in a hospital.",), tags=("demographic",)),
        ("stereotype",),
    ),
    (
        "character",
        Persona(name="The ferryman", greetings=("Step in.",), scenario="A river at night."),
        ("missing-source", "missing-time-boundary"),
    ),
    (
        "character",
        Persona(
            name="The ferryman",
            greetings=("Step in.",),
            knowledge=(Passage(text="The river floods in March."),),
            provenance=Provenance(creator="us"),
            attributes={"known_until": "chapter 3"},
        ),
        (),
    ),
    (
        "individualized",
        Persona(name="Kim", provenance=Provenance(real_person=True)),
        ("missing-consent", "missing-retention"),
    ),
    (
        "individualized",
        Persona(
            name="Kim",
            provenance=Provenance(real_person=True, consent="written, 3 May"),
            attributes={"retention": "30 days"},
        ),
        (),
    ),
)


def check(context: CheckContext) -> list[str]:
    """Tags, matrix and lint against the raw files and fixtures. Raises CheckFailed."""
    return [*audit_coverage("rpla"), _check_tags(), _check_matrix(), _check_lint()]


def _check_tags() -> str:
    rows = raw_rows()
    for system, row in rows.items():
        leaves = raw_leaves(row, "rpla")
        types = [leaf for leaf in leaves if leaf.startswith("persona-type/")]
        built = [leaf for leaf in leaves if leaf.startswith("construction/")]
        if len(types) != 1 or not built:
            raise CheckFailed(f"{system} has the types {types} and the constructions {built}.")
    return f"{len(rows)} systems have one persona type and a construction each"


def _check_matrix() -> str:
    cells = matrix("rpla", "persona-type", "construction")
    below = {
        branch: [leaf for leaf in taxonomy("rpla").leaves if leaf.startswith(f"{branch}/")]
        for branch in ("persona-type", "construction")
    }
    rows = [raw_leaves(row, "rpla") for row in raw_rows().values()]
    for down, across in product(below["persona-type"], below["construction"]):
        counted = sum(down in leaves and across in leaves for leaves in rows)
        if len(cells[down][across]) != counted:
            shown = len(cells[down][across])
            raise CheckFailed(f"The matrix has {shown} at {down} by {across}, the files {counted}.")
    filled = sum(bool(cell) for line in cells.values() for cell in line.values())
    total = len(below["persona-type"]) * len(below["construction"])
    return f"{total} matrix cells equal the counts of the files ({total - filled} of them empty)"


def _check_lint() -> str:
    for persona_type, persona, expected in _FIXTURES:
        found = lint(persona)
        if tuple(warning.name for warning in found) != expected:
            raise CheckFailed(f"The lint of a {persona_type} persona gave {found}, not {expected}.")
        if any(warning.persona_type != persona_type for warning in found):
            raise CheckFailed(f"The lint took a {persona_type} persona for another: {found}.")
    return f"the lint gave the expected warnings for {len(_FIXTURES)} personas of three types"
