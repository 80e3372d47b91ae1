"""SillyTavern chats: JSON Lines, a header and then one message a line.

Swipes, dates and all other fields of a message stay in `labels["fields"]`, so that writing gives
the same lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from personae.data import Dialogue, Turn, TurnKind
from personae.errors import FormatError
from personae.formats.sides import answering_side, kept_fields
from personae.registry import EntryInfo
from personae.text.parsing import Record, dump_json, head_keys, json_lines

ENTRY = EntryInfo(aka=("st-chat",), reads="dialogue", extensions=(".jsonl",))

_HUMANIZED = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2}) ?@(\d{1,2})h ?(\d{1,2})m ?(\d{1,2})s(?: ?\d{1,3}ms)?"
)
_WRITTEN_OUT = ("%B %d, %Y %I:%M%p", "%B %d, %Y %I:%M %p")
_HEADER_KEYS = {"chat_metadata", "user_name", "character_name"}
_MOST_RECENT_SECOND = 10**11  # larger numbers are milliseconds


def detects(head: bytes, path: Path) -> bool:
    """Whether the first line is a chat's header or a message."""
    keys = head_keys(head)
    return "chat_metadata" in keys or {"name", "mes", "is_user"} <= keys


def read(source: Path) -> Iterator[Dialogue]:
    """The file's one dialogue; the character is the answering side."""
    header: dict[str, Any] = {}
    turns: list[Turn] = []
    character = ""
    for place, value in json_lines(source):
        record = Record.of(value, place, "line")
        if not turns and not header and "mes" not in record.fields:
            if not _HEADER_KEYS & record.fields.keys():
                raise place.fault("This is neither the header of a chat nor a message.")
            header = record.fields
            continue
        turn = _turn(record)
        turns.append(turn)
        if not character and turn.kind == "utterance" and not record.fields.get("is_user"):
            character = turn.speaker
    if not header and not turns:
        raise FormatError("The file is empty.", file=source)
    named = header.get("character_name")
    speakers = {turn.speaker for turn in turns}
    labels: dict[str, Any] = {"header": header} if header else {}
    if answering := named if isinstance(named, str) and named in speakers else character:
        labels["test_speaker"] = answering
    yield Dialogue(id=source.stem, turns=tuple(turns), labels=labels)


def write(dialogues: Iterable[Dialogue], target: Path) -> None:
    """One chat. Raises FormatError for more than one dialogue: a file holds one."""
    several = list(dialogues)
    if len(several) > 1:
        raise FormatError(
            f"A SillyTavern file holds one chat; there are {len(several)} dialogues. "
            "Write one of them with --limit 1, or use another format."
        )
    with target.open("w", encoding="utf-8", newline="\n") as file:
        for dialogue in several:
            for row in _rows(dialogue):
                file.write(dump_json(row) + "\n")


def moment(written: object) -> datetime | None:
    """A `send_date` in any of the spellings that SillyTavern has used; None when it is none."""
    try:
        if isinstance(written, int | float) and not isinstance(written, bool):
            seconds = written / 1000 if written > _MOST_RECENT_SECOND else written
            return datetime.fromtimestamp(seconds, UTC)
        if not isinstance(written, str):
            return None
        if found := _HUMANIZED.fullmatch(written.strip()):
            return datetime(*(int(number) for number in found.groups()))  # type: ignore[arg-type]
        for pattern in _WRITTEN_OUT:
            try:
                return datetime.strptime(written.strip(), pattern)
            except ValueError:
                continue
        return datetime.fromisoformat(written.strip())
    except (ValueError, OverflowError, OSError):
        return None


def _turn(record: Record) -> Turn:
    fields = record.rest("name", "mes")
    return Turn(
        speaker=record.text("name", "User" if record.fields.get("is_user") else "Character"),
        text=record.text("mes"),
        kind=_kind(record),
        said_at=moment(record.fields.get("send_date")),
        labels={"fields": fields},
    )


def _kind(record: Record) -> TurnKind:
    extra = record.fields.get("extra")
    if isinstance(extra, dict) and extra.get("type") == "narrator":
        return "narration"
    return "event" if record.fields.get("is_system") else "utterance"


def _rows(dialogue: Dialogue) -> Iterator[dict[str, Any]]:
    character = answering_side(dialogue)
    user = next((name for name in dialogue.speakers if name != character), "User")
    header = dialogue.labels.get("header")
    if isinstance(header, dict):
        yield header
    else:
        yield {"user_name": user, "character_name": character, "chat_metadata": {}}
    for turn in dialogue.turns:
        fields = kept_fields(turn.labels)
        own = {"is_user": turn.kind == "utterance" and turn.speaker != character}
        if turn.kind not in ("utterance", "narration"):
            own["is_system"] = True
        sent = {"send_date": turn.said_at.isoformat()} if turn.said_at else {}
        told = {"extra": {"type": "narrator"}} if turn.kind == "narration" else {}
        yield {"name": turn.speaker, **own, **sent, **told, **fields, "mes": turn.text}
