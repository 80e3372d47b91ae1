"""Our own dialogues: one `Dialogue` as JSON a line, nothing lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from personae.data import Dialogue
from personae.errors import FormatError
from personae.registry import EntryInfo
from personae.text.parsing import head_record, json_lines

ENTRY = EntryInfo(reads="dialogue", extensions=(".jsonl",))


def detects(head: bytes, path: Path) -> bool:
    """Whether the first line is an object with an id and with turns by speakers."""
    record = head_record(head)
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        return False
    turns = record.get("turns")
    return isinstance(turns, list) and all(isinstance(t, dict) and "speaker" in t for t in turns)


def read(source: Path) -> Iterator[Dialogue]:
    """The dialogues of the file, as a stream. Raises FormatError naming line and field."""
    for place, value in json_lines(source):
        try:
            yield Dialogue.from_dict(value)
        except FormatError as error:
            raise place.fault(error.reason) from error


def write(dialogues: Iterable[Dialogue], target: Path) -> None:
    """One line a dialogue."""
    with target.open("w", encoding="utf-8", newline="\n") as file:
        for dialogue in dialogues:
            file.write(dialogue.to_json() + "\n")
