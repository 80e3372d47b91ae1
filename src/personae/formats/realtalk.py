"""REALTALK: chats of two people over three weeks, with questions about what was said.

One chat is one dialogue; see `long_chats` for its labels. These are chats of real people: the
repository states no license, so that they are for measuring, not for passing on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from personae.data import Dialogue
from personae.formats.long_chats import chat, dated
from personae.registry import EntryInfo
from personae.text.parsing import Record, head_keys, json_values

ENTRY = EntryInfo(
    systems=("S101",),
    paper="REALTALK: A 21-Day Real-World Dataset for Long-Term Conversation (Lee et al., 2025)",
    reads="dialogue",
    extensions=(".json",),
)

_DATE = "%d.%m.%Y, %H:%M:%S"


def detects(head: bytes, path: Path) -> bool:
    """Whether the file begins with an object that has a first session of cleaned texts."""
    keys = head_keys(head)
    return {"name", "session_1"} <= keys and b'"clean_text"' in head


def read(source: Path) -> Iterator[Dialogue]:
    """The chat of the file, or of each object in it. Raises FormatError."""
    for number, (place, value) in enumerate(json_values(source)):
        record = Record.of(value, place, "chat")
        name = source.stem if number == 0 else f"{source.stem}-{number}"
        yield chat(record, record, name, text="clean_text", said_at=_said_at)


def _said_at(turn: Record, session: str) -> datetime | None:
    date = turn.text("date_time", session)
    return dated(date, _DATE, turn.place) if date else None
