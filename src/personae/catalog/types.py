"""System and Taxonomy: a published system as a row of the catalog, and a survey's tree.

They are not in `system.py` and `taxonomy.py`: those would hide the package's functions of these
names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from personae.data import Noun

SystemKind = Literal[
    "method", "dataset", "benchmark", "study", "survey", "metric", "application", "modality",
    "generator",
]  # fmt: skip
Status = Literal["planned", "partial", "works"]
PersonaType = Literal["demographic", "character", "individualized"]
NOT_PROACTIVE = "none"

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
LeafPath = Annotated[str, Field(pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)*$", max_length=80)]
EntryName = Annotated[str, Field(pattern=r"^[a-z]+:[a-z0-9/-]+$", max_length=80)]
WebAddress = Annotated[str, Field(pattern=r"^(https://[^\s]+)?$", max_length=200)]


class RplaTags(Noun):
    """Where the survey of role-playing language agents (S057) would put a system.

    `fit` is `direct` where the paper has such a persona, `nearest` where the survey's types do not
    quite apply (no persona at all, or facts about somebody invented) and the closest was taken.
    The other fields hold leaves of the taxonomy `rpla` below the branch of the same name.
    """

    persona_type: PersonaType
    fit: Literal["direct", "nearest"] = "direct"
    construction: Annotated[tuple[LeafPath, ...], Field(min_length=1)]
    data_source: Annotated[tuple[LeafPath, ...], Field(min_length=1)]
    evaluation: tuple[LeafPath, ...] = ()
    risks: tuple[LeafPath, ...] = ()

    @property
    def leaves(self) -> tuple[str, ...]:
        """Paths in the taxonomy `rpla`, such as `construction/parametric/fine-tuning`."""
        return (
            f"persona-type/{self.persona_type}",
            *(f"construction/{value}" for value in self.construction),
            *(f"data-source/{value}" for value in self.data_source),
            *(f"evaluation/{value}" for value in self.evaluation),
            *(f"risks/{value}" for value in self.risks),
        )


class System(Noun):
    """One of the 125 published systems, and how much of it runs here.

    `link` is the paper and `year` its year, empty where they were not at hand; `code` is the page
    that the paper itself names. `entries` are registered parts as `kind:name`, `demo` a command
    line, `check` a module of `personae.catalog.checks`. `status_note` says what works and what is
    missing.
    """

    id: Annotated[str, Field(pattern=r"^S\d{3}$")]
    short_name: Slug
    aka: tuple[Slug, ...] = ()
    title: Annotated[str, Field(min_length=1, max_length=300)]
    year: Annotated[int | None, Field(ge=1960, le=2100)] = None
    link: WebAddress = ""
    code: WebAddress = ""
    kind: Annotated[tuple[SystemKind, ...], Field(min_length=1)]
    summary: Annotated[str, Field(min_length=20, max_length=400)]
    status: Status = "planned"
    status_note: str = ""
    entries: tuple[EntryName, ...] = ()
    demo: str = ""
    check: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$")] = ""
    two_tales: Annotated[tuple[LeafPath, ...], Field(min_length=1)]
    rpla: RplaTags
    proactive: Annotated[tuple[LeafPath, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _status_is_backed(self) -> Self:
        if self.status == "planned" and (self.entries or self.demo or self.check):
            raise ValueError("a planned system has no entries, demo or check yet")
        if self.status == "partial" and not self.status_note:
            raise ValueError("a partial system needs a status_note that says what is missing")
        if self.status == "works" and not (self.demo and self.check):
            raise ValueError("a system that works needs a demo and a check")
        if NOT_PROACTIVE in self.proactive and len(self.proactive) > 1:
            raise ValueError(f"proactive is either {NOT_PROACTIVE!r} or leaves, not both")
        return self

    @property
    def runnable(self) -> bool:
        """Whether a person can run it now; a survey is a map, so it never counts."""
        return bool(self.demo) and self.status != "planned" and self.kind != ("survey",)

    def leaves(self, taxonomy: str) -> tuple[str, ...]:
        """Its paths in the taxonomy `two-tales`, `rpla` or `proactive`."""
        if taxonomy == "two-tales":
            return self.two_tales
        return self.rpla.leaves if taxonomy == "rpla" else self.proactive


class Branch(Noun):
    """A named node; one without branches is a leaf. `about` says it in a sentence of ours."""

    name: Slug
    about: Annotated[str, Field(min_length=1)]
    branches: tuple[Branch, ...] = ()


class Taxonomy(Noun):
    """The tree of one survey. `outside` names the rows that it does not speak of, if any."""

    name: Slug
    title: str
    system: Annotated[str, Field(pattern=r"^S\d{3}$")]
    about: str
    outside: LeafPath | None = None
    branches: Annotated[tuple[Branch, ...], Field(min_length=1)]

    @property
    def leaves(self) -> tuple[str, ...]:
        """The paths of all leaves in the order of the tree, such as `method/prompting/profile`."""
        return tuple(path for path, branch in self.walk() if not branch.branches)

    def walk(self) -> Iterator[tuple[str, Branch]]:
        """Every node with its path, parents first."""
        yield from _walk(self.branches, "")


def _walk(branches: tuple[Branch, ...], above: str) -> Iterator[tuple[str, Branch]]:
    for branch in branches:
        path = f"{above}{branch.name}"
        yield path, branch
        yield from _walk(branch.branches, f"{path}/")
