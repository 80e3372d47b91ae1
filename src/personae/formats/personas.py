"""Our own personas, many to a file: one `Persona` as JSON a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from personae.data import Persona
from personae.errors import FormatError
from personae.media.atomic_file import write_atomically
from personae.registry import EntryInfo
from personae.text.parsing import head_record, json_lines

ENTRY = EntryInfo(reads="persona", extensions=(".jsonl",))


def detects(head: bytes, path: Path) -> bool:
    """Whether it is a .jsonl file whose first line has a name and the fields of a Persona."""
    record = head_record(head) if path.suffix.lower() == ".jsonl" else None
    return (
        isinstance(record, dict)
        and isinstance(record.get("name"), str)
        and set(record) <= set(Persona.model_fields)
    )


def read(source: Path) -> Iterator[Persona]:
    """The personas of the file, as a stream. Raises FormatError naming line and field."""
    for place, value in json_lines(source):
        try:
            yield Persona.from_dict(value)
        except FormatError as error:
            raise place.fault(error.reason) from error


def write_personas(personas: Iterable[Persona], target: Path) -> int:
    """One line a persona, replaced in one step; returns how many. Raises FormatError."""
    lines = [one.to_json() + "\n" for one in personas]
    write_atomically(target, "".join(lines).encode())
    return len(lines)
