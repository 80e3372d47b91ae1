"""Plain chat logs: `Name: text` lines, with or without timestamps, as WhatsApp and others export.

Known stamps: `[2024-01-31 10:15:00]`, `31.01.24, 10:15 -`, `[1/31/24, 10:15:00 PM]`, `[10:15]`.
Whether the day or the month comes first is read off the whole file. A line of dashes ends a
dialogue; other lines go on with the turn before them (our own writer indents those by four).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from personae.data import Dialogue, Turn, TurnKind
from personae.errors import FormatError
from personae.registry import EntryInfo
from personae.text.parsing import Place, head_keys, lines

ENTRY = EntryInfo(aka=("whatsapp", "txt"), reads="dialogue", extensions=(".txt", ".log", ".md"))

_STAMP = re.compile(
    r"\[?(?:(?P<date>\d{1,4}[./-]\d{1,2}[./-]\d{1,4})(?:,?\s+|T))?"
    r"(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s?"
    r"(?P<half>[AaPp]\.?\s?[Mm]\b\.?)?(?P<zone>Z|[+-]\d{2}:\d{2})?"
    r"(?:\]:?|\s+-|(?=\s|<))\s*"
)
_SAID = re.compile(
    r"<(?P<nick>[^<>:]{1,40})> ?(?P<typed>.*)|(?P<name>[^:<>\[\]]{1,40}): ?(?P<text>.*)"
)
_NAME = re.compile(r"[^\W\d][^:<>\[\]]{0,39}")
_MAX_NAME_WORDS = 5
_SEPARATOR = re.compile(r"-{3,}|={3,}|\*{3,}|—{1,}")
_INDENT = "    "
_MARKS = str.maketrans("", "", "\u200e\u200f\u202a\u202c\ufeff")

Order = Literal["day", "month"]


@dataclass(slots=True)
class _Heard:
    """A turn being read: mutable, seen only by `read`."""

    speaker: str
    text: list[str]
    place: Place
    stamp: re.Match[str] | None = None
    kind: TurnKind = "utterance"
    blank_lines: int = 0


def detects(head: bytes, path: Path) -> bool:
    """Whether a text file begins with somebody's line."""
    if path.suffix.lower() not in (*ENTRY.extensions, "") or not head or b"\x00" in head:
        return False
    text = head.decode("utf-8-sig", errors="ignore").translate(_MARKS)
    first = next((line for line in text.split("\n") if line.strip()), "").rstrip("\r")
    if first.startswith("{") or head_keys(head):
        return False
    return bool(_STAMP.match(first)) or _said(first) is not None


def read(source: Path) -> Iterator[Dialogue]:
    """The dialogues of the file. Raises FormatError when it does not begin with a turn."""
    episodes = _episodes(source)
    order = _order_of(episodes)
    for position, heard in enumerate(episodes):
        turns = tuple(_turn(each, order) for each in heard)
        yield Dialogue(id=f"{source.stem}-{position}", turns=turns)


def write(dialogues: Iterable[Dialogue], target: Path) -> None:
    """Utterances only; with timestamps where every utterance of every dialogue has one.

    Raises FormatError for a speaker's name that could not be read back.
    """
    spoken = [
        (dialogue.id, [turn for turn in dialogue.turns if turn.kind == "utterance"])
        for dialogue in dialogues
    ]
    is_stamped = all(turn.said_at for _, said in spoken for turn in said)
    with target.open("w", encoding="utf-8", newline="\n") as file:
        for number, (name, said) in enumerate(spoken):
            if number:
                file.write("---\n")
            for turn in said:
                file.write(_line(turn, is_stamped, name))


def _episodes(source: Path) -> list[list[_Heard]]:
    episodes: list[list[_Heard]] = [[]]
    is_stamped: bool | None = None
    for place, line in lines(source):
        line = line.translate(_MARKS)
        heard = episodes[-1]
        if not line:
            if heard:
                heard[-1].blank_lines += 1
            continue
        if _SEPARATOR.fullmatch(line.strip()) and not line.startswith(_INDENT):
            episodes.append([])
            continue
        stamp = _STAMP.match(line)
        if is_stamped is None:
            is_stamped = stamp is not None
        begun = _begun(line, stamp if is_stamped else None, is_stamped, place)
        if begun:
            heard.append(begun)
        elif heard:
            _go_on(heard[-1], line)
        elif line.strip():
            raise place.fault(f"{line.strip()[:40]!r} is not a turn; write it as 'Name: text'.")
    return [heard for heard in episodes if heard]


def _begun(line: str, stamp: re.Match[str] | None, is_stamped: bool, place: Place) -> _Heard | None:
    """The turn that a line begins, or None when the line goes on with the turn before."""
    if is_stamped and stamp is None:
        return None
    rest = line[stamp.end() :] if stamp else line
    said = _said(rest, is_stamped=is_stamped)
    if said:
        return _Heard(said[0], [said[1]], place, stamp)
    return _Heard("System", [rest], place, stamp, "event") if stamp else None


def _said(line: str, *, is_stamped: bool = False) -> tuple[str, str] | None:
    """Name and text of a line. Without stamps a name is short and does not begin with a digit."""
    found = _SAID.fullmatch(line)
    if not found:
        return None
    name = (found["nick"] or found["name"]).strip()
    text = found["typed"] if found["nick"] else found["text"]
    if not name or text.startswith("//"):
        return None
    looks_like_name = (
        _NAME.fullmatch(name) and len(name.split()) <= _MAX_NAME_WORDS and not line[0].isspace()
    )
    return (name, text) if is_stamped or looks_like_name else None


def _go_on(heard: _Heard, line: str) -> None:
    if heard.text == [""] and not line.startswith(_INDENT):
        heard.text.clear()
    heard.text += [""] * heard.blank_lines
    heard.blank_lines = 0
    heard.text.append(line.removeprefix(_INDENT))


def _order_of(episodes: list[list[_Heard]]) -> Order:
    """Whether dates of this file begin with the day or the month, where the year is last."""
    has_half_days = False
    for heard in (each for episode in episodes for each in episode if each.stamp):
        numbers = _numbers(heard.stamp)
        has_half_days = has_half_days or bool(heard.stamp and heard.stamp["half"])
        if numbers and numbers[0] < 32 and numbers[0] > 12:
            return "day"
        if numbers and numbers[0] < 32 and numbers[1] > 12:
            return "month"
    return "month" if has_half_days else "day"


def _numbers(stamp: re.Match[str] | None) -> list[int]:
    date = stamp["date"] if stamp else None
    return [int(number) for number in re.split(r"[./-]", date)] if date else []


def _turn(heard: _Heard, order: Order) -> Turn:
    stamp = heard.stamp
    said_at = _moment(stamp, order, heard.place) if stamp and stamp["date"] else None
    labels = {"time": stamp["clock"]} if stamp and not stamp["date"] else {}
    return Turn(
        speaker=heard.speaker,
        text="\n".join(heard.text),
        kind=heard.kind,
        said_at=said_at,
        labels=labels,
    )


def _moment(stamp: re.Match[str], order: Order, place: Place) -> datetime:
    first, second, third = _numbers(stamp)
    if first > 31:
        year, month, day = first, second, third
    else:
        day, month = (first, second) if order == "day" else (second, first)
        year = third + 2000 if third < 100 else third
    hour, _, rest = stamp["clock"].partition(":")
    half = (stamp["half"] or "").lower()
    hours = int(hour) % 12 + 12 * half.startswith("p") if half else int(hour)
    text = f"{year:04}-{month:02}-{day:02}T{hours:02}:{rest}{stamp['zone'] or ''}"
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise place.fault(f"{stamp[0].strip()[:40]!r} is not a date and time.") from error


def _line(turn: Turn, is_stamped: bool, dialogue_id: str) -> str:
    if _said(f"{turn.speaker}: ") != (turn.speaker, "") or _STAMP.match(turn.speaker):
        raise FormatError(
            f"The name {turn.speaker!r} in the dialogue {dialogue_id!r} cannot begin a line of a "
            "chat log: names have up to 40 characters and 5 words, no colon and no brackets, and "
            "begin with a letter."
        )
    text = turn.text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", f"\n{_INDENT}")
    stamp = f"[{turn.said_at.isoformat(sep=' ')}] " if is_stamped and turn.said_at else ""
    return f"{stamp}{turn.speaker}: {text}\n"
