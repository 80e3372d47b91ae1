"""TinyTroupe agents: `TinyPerson` specifications and fragments as JSON (microsoft/TinyTroupe)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from personae.data import Ocean, Persona, Provenance, Traits
from personae.registry import EntryInfo
from personae.text.parsing import Place, Record, parse_json, read_bytes

ENTRY = EntryInfo(
    paper="TinyTroupe: An LLM-powered Multiagent Persona Simulation Toolkit (Salem et al., 2025)",
    deviations="Second person becomes first; Big Five levels in words become numbers.",
    reads="persona",
    extensions=(".json",),
)
MAX_BYTES = 4 * 2**20

_KINDS = ("TinyPerson", "Fragment")
_ATTRIBUTES = ("age", "gender", "nationality", "residence", "education", "health")
_LEVELS = {"very low": 0.05, "low": 0.2, "medium": 0.5, "very high": 0.95, "high": 0.8}
_LEVEL = re.compile(r"\s*(very low|low|medium|very high|high)\b", re.IGNORECASE)
_BIG_FIVE = tuple(Ocean.model_fields)
_LISTS = (  # path, how its lines begin as first-person statements
    ("other_facts", ""), ("skills", ""), ("beliefs", "I believe: "),
    ("long_term_goals", "My goal: "), ("preferences.interests", "I am interested in: "),
    ("preferences.likes", "I like: "), ("preferences.dislikes", "I dislike: "),
    ("personality.traits", ""), ("behaviors.general", "My habit: "),
)  # fmt: skip

_BEFORE_OBJECT = (
    "to|for|with|of|from|at|about|by|on|around|like|than|between|pushes|asks|helps|makes|gives|"
    "tells|wants|lets|keeps|teaches|loves|knows|supports|trusts|inspires|challenges|encourages"
)
_SECOND_TO_FIRST = (
    (r"\byou are\b", "I am"), (r"\byou're\b", "I'm"), (r"\byou were\b", "I was"),
    (r"\byourself\b", "myself"), (r"\byours\b", "mine"), (r"\byour\b", "my"),
    (rf"\b({_BEFORE_OBJECT}|[a-z]+ing) you\b", r"\1 me"), (r"\byou(?=\s*(?:[.,;:!?)]|$))", "me"),
    (r"\byou\b", "I"),
)  # fmt: skip
_RULES = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement) for pattern, replacement in _SECOND_TO_FIRST
)


def detects(head: bytes, path: Path) -> bool:
    """Whether the file begins like a TinyPerson or a fragment of one."""
    return re.search(rb'"type"\s*:\s*"(TinyPerson|Fragment)"', head) is not None


def read(source: Path) -> Iterator[Persona]:
    """The person of the file. Raises FormatError naming the first wrong field."""
    place = Place(source)
    whole = Record.of(parse_json(read_bytes(source, MAX_BYTES), place), place, "file")
    if whole.text("type") not in _KINDS:
        raise place.fault("This is not a TinyTroupe agent: its type is not TinyPerson.")
    yield _persona(whole.record("persona"), source)


def first_person(text: str) -> str:
    """`You are a linguist. Your boss asks you …` said by the person: `I am a linguist. My boss …`.

    A rewriting by rules; sentences in the third person stay as they are.
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return re.sub(r"(^|[.!?]\s+)([a-z])", lambda match: match[1] + match[2].upper(), text)


def _persona(record: Record, source: Path) -> Persona:
    occupation = _occupation(record)
    details = first_person(occupation.get("description", ""))
    return Persona(
        name=record.text("name", source.name.partition(".")[0].replace("_", " ")),
        statements=tuple(_statements(record, occupation)),
        description=details,
        personality=" ".join(_lines(record, "personality.traits")),
        style=_text(record.fields.get("style")),
        traits=Traits(ocean=_ocean(record)),
        attributes=_attributes(record, occupation),
        provenance=Provenance(sources=("TinyTroupe agent specification",)),
    )


def _occupation(record: Record) -> dict[str, str]:
    """Title, organization and description; older files have the title alone."""
    value = record.fields.get("occupation")
    if isinstance(value, dict):
        return {key: _text(part) for key, part in value.items()}
    return {"title": _text(value)}


def _attributes(record: Record, occupation: dict[str, str]) -> dict[str, str]:
    found = {key: _text(record.fields.get(key)) for key in _ATTRIBUTES}
    found["occupation"] = occupation.get("title", "")
    found["organization"] = occupation.get("organization", "")
    return {key: value for key, value in found.items() if value and value != "N/A"}


def _statements(record: Record, occupation: dict[str, str]) -> Iterator[str]:
    title, organization = occupation.get("title", ""), occupation.get("organization", "")
    if title:
        yield f"My occupation: {title}{f' ({organization})' if organization else ''}."
    for key in ("residence", "education"):
        if value := _text(record.fields.get(key)):
            yield f"My {key}: {value.rstrip('.')}."
    for path, opening in _LISTS:
        yield from (opening + first_person(line) for line in _lines(record, path))
    for relation in record.items("relationships"):
        if isinstance(relation, dict):
            name, known = _text(relation.get("name")), _text(relation.get("description"))
            yield f"{name}: {first_person(known)}".strip(": ")


def _lines(record: Record, path: str) -> list[str]:
    """The texts of a list at a dotted path; a single text counts as a list of one."""
    value: Any = record.fields
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    items = value if isinstance(value, list) else [value]
    return [text for text in map(_text, items) if text]


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def _ocean(record: Record) -> Ocean:
    """`High. Very curious …` as 0.8; a trait without a level is left out."""
    personality = record.fields.get("personality")
    levels = personality.get("big_five") if isinstance(personality, dict) else None
    if not isinstance(levels, dict):
        return Ocean()
    found = {}
    for trait in _BIG_FIVE:
        match = _LEVEL.match(_text(levels.get(trait)))
        if match is not None:
            found[trait] = _LEVELS[match[1].lower()]
    return Ocean(**found)
