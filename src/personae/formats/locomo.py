"""LoCoMo: long conversations between two invented people, with questions about what was said.

One conversation is one dialogue; see `long_chats` for its labels. Files with one conversation and
the list of all (`locomo10.json`) are read. Upstream the data are CC BY-NC 4.0.
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
    paper="Evaluating Very Long-Term Conversational Memory of LLM Agents (Maharana et al., 2024)",
    reads="dialogue",
    extensions=(".json",),
)

_DATE = "%I:%M %p on %d %B, %Y"


def detects(head: bytes, path: Path) -> bool:
    """Whether the file begins with a conversation of `speaker_a`, bare or in the list of all."""
    keys = head_keys(head)
    is_bare = "session_1" in keys and b'"speaker_a"' in head
    return is_bare or {"sample_id", "conversation"} <= keys


def read(source: Path) -> Iterator[Dialogue]:
    """The conversation of the file, or each of the list. Raises FormatError."""
    for number, (place, value) in enumerate(json_values(source)):
        record = Record.of(value, place, "conversation")
        is_bare = "conversation" not in record.fields
        sessions = record if is_bare else record.record("conversation")
        name = record.text("sample_id", source.stem if number == 0 else f"{source.stem}-{number}")
        yield chat(sessions, record, name, text="text", said_at=_said_at)


def _said_at(turn: Record, session: str) -> datetime | None:
    return dated(session, _DATE, turn.place) if session else None
