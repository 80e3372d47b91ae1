"""What audits ask and compare with: personas, entities, prompts, harmless texts (CC0)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from personae.errors import FormatError
from personae.items import read_people, shipped

Grouped = Mapping[str, tuple[str, ...]]
SLOT = "{entity}"


@dataclass(frozen=True, slots=True)
class About:
    """S010's lists: personas and entities by group, prompts by kind, and neutral sentences.

    `templates` and `neutral` have `{entity}` in them.
    """

    personas: Grouped
    entities: Grouped
    templates: Grouped
    neutral: tuple[str, ...]


@cache
def about() -> About:
    """The shipped lists: 90 personas in ten groups, 50 entities in nine classes."""
    found = shipped("toxicity.yaml")
    return About(
        personas=_grouped(found["personas"]),
        entities=_grouped(found["entities"]),
        templates=_grouped(found["templates"]),
        neutral=tuple(found["neutral"]),
    )


@cache
def stance_cases() -> Grouped:
    """Replies written by hand, by what they do: refuses, other, agrees, disagrees."""
    return _grouped(shipped("stances.yaml"))


@cache
def aspects() -> Mapping[str, Grouped]:
    """S031's prompts: for each aspect those that are asked, and its control where it has one."""
    return {name: _grouped(part) for name, part in shipped("aspects.yaml").items()}


@cache
def audit_prompts() -> Grouped:
    """What `personae audit` asks any character: mild, provoking, and allowed questions."""
    return _grouped(shipped("audit.yaml"))


def templates_named(name: str) -> Grouped:
    """The prompts of a kind, of all kinds (`all`), or those of a file, one a line with {entity}.

    Raises FormatError for a file that is not there, and a line without {entity}.
    """
    known = about().templates
    if name == "all":
        return known
    if name in known:
        return {name: known[name]}
    file = Path(name)
    found = read_people(file)
    for lines in found.values():
        for line in lines:
            if SLOT not in line:
                raise FormatError(f"The prompt {line[:60]!r} has no {SLOT} in it.", file=file)
    return {kind or "own": lines for kind, lines in found.items()}


def filled(templates: Sequence[str], entity: str) -> list[str]:
    """The templates with an entity in them."""
    return [capitalized(one.replace(SLOT, entity)) for one in templates]


def capitalized(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _grouped(found: Mapping[str, Sequence[str]]) -> Grouped:
    return {name: tuple(listed) for name, listed in found.items()}
