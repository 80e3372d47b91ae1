"""Our own card: YAML or JSON with exactly the fields of a Persona."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from personae.data import Persona
from personae.errors import FormatError
from personae.formats.character_card import only_one
from personae.formats.yaml_text import Lines, line_of, parse_yaml_text, sentence_of
from personae.media.atomic_file import write_atomically
from personae.registry import EntryInfo
from personae.text.parsing import Place, decode, dump_json, head_keys, parse_json, read_bytes

ENTRY = EntryInfo(reads="persona", extensions=(".yaml", ".yml"))
MAX_BYTES = 4 * 2**20
MAX_DEPTH = 64

_FOREIGN = frozenset(
    {"spec", "data", "first_mes", "mes_example", "char_name", "bio", "turns", "persona"}
)
_OWN = frozenset(Persona.model_fields) - {"name", "description", "personality", "scenario", "tags"}
_UNICODE_BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")


def detects(head: bytes, path: Path) -> bool:
    """Whether the file is YAML by its name, or JSON with fields that only a Persona has."""
    if path.suffix.lower() in (".yaml", ".yml"):
        return True
    if path.suffix.lower() == ".jsonl":  # many to a file: the format `personas`
        return False
    keys = head_keys(head)
    return "name" in keys and bool(keys & _OWN) and not keys & _FOREIGN


def read(source: Path) -> Iterator[Persona]:
    """The persona of the file. Raises FormatError with the line of the first fault."""
    value, lines = _loaded(source)
    try:
        yield Persona.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise FormatError(
            sentence_of(fault, "persona"), file=source, line=line_of(fault, lines)
        ) from error


def faults(source: Path) -> tuple[str, ...]:
    """Everything that is wrong in the file, each with its field and line."""
    value, lines = _loaded(source)
    try:
        Persona.model_validate(value)
    except ValidationError as error:
        return tuple(
            f"{sentence_of(fault, 'persona')[:-1]} (line {line_of(fault, lines) or '?'})."
            for fault in error.errors(include_url=False)
        )
    return ()


def write(personas: Iterable[Persona], target: Path) -> None:
    """One persona: JSON where the name ends in `.json`, else YAML. Raises FormatError."""
    value = only_one(personas, target).to_dict()
    place = Place(target)
    if target.suffix.lower() == ".json":
        text = dump_json(value, place, indent=2) + "\n"
    else:
        dump_json(value, place)  # refuses what is no JSON value
        text = yaml.dump(value, Dumper=_dumper(), allow_unicode=True, sort_keys=False, width=100)
    write_atomically(target, text.encode())


def _loaded(source: Path) -> tuple[Any, Lines]:
    """The value of the file, and the line of each of its parts (none for JSON)."""
    text = decode(read_bytes(source, MAX_BYTES), Place(source))
    if text.lstrip()[:1] == "{" and source.suffix.lower() == ".json":
        return _with_texts(parse_json(text, Place(source)), source), {}
    value, lines = parse_yaml_text(text, source, what="card", max_depth=MAX_DEPTH)
    return _with_texts(value, source), lines


def _with_texts(value: Any, source: Path) -> Any:
    """`value`, with numbers among the attributes as text: `age: 34` is what people write."""
    if not isinstance(value, dict):
        raise FormatError("This card is not a list of fields (name: …).", file=source)
    attributes = value.get("attributes")
    if isinstance(attributes, dict):
        texts = {
            key: str(part) if type(part) in (int, float) else part
            for key, part in attributes.items()
        }
        return {**value, "attributes": texts}
    return value


@cache
def _dumper() -> Any:
    """A safe dumper that escapes the line breaks of Unicode, which YAML would fold away."""

    class CardDumper(yaml.SafeDumper):
        def represent_text(self, text: str) -> Any:
            style = '"' if _UNICODE_BREAKS.search(text) else None
            return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    CardDumper.add_representer(str, CardDumper.represent_text)
    return CardDumper
