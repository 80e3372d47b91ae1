"""Synthetic-Persona-Chat CSV: two personas and a generated conversation a row.

Stage directions on lines of their own (`[The next day]`) become narration; other lines without a
speaker go on with the turn before them. Where no line names a speaker, paragraphs alternate.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from personae.data import Dialogue, Persona, Turn
from personae.registry import EntryInfo
from personae.text.parsing import Place, lines

ENTRY = EntryInfo(
    systems=("S042",),
    aka=("spc",),
    paper="Synthetic-Persona-Chat (Jandaghi et al., 2023)",
    reads="dialogue",
    extensions=(".csv",),
)

COLUMNS = ("user 1 personas", "user 2 personas", "Best Generated Conversation")
NARRATOR = "Narrator"
_SPEAKERS = ("User 1", "User 2")
_LABEL = re.compile(r"[\s*]*[Uu]ser ?([12])\s*:[\s*]*")
_DIRECTION = re.compile(r"\[[^\]]*\]?|\([^)]*\)|\*[^*]+\*")


def detects(head: bytes, path: Path) -> bool:
    """Whether the header names the three columns."""
    first = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0].decode("utf-8", "ignore")
    return all(column.lower() in first.lower() for column in COLUMNS)


def read(source: Path) -> Iterator[Dialogue]:
    """One dialogue a row, as a stream; "User 2" is the answering side."""
    for position, (place, row) in enumerate(_rows(source)):
        turns = _turns(row[2])
        if not turns:
            raise place.fault("The conversation is empty.")
        yield Dialogue(
            id=f"{source.stem}-{position}",
            turns=tuple(turns),
            personas={
                name: Persona(name=name, statements=_statements(cell))
                for name, cell in zip(_SPEAKERS, row[:2], strict=True)
            },
            language="en",
            labels={"test_speaker": _SPEAKERS[1]},
        )


def _rows(source: Path) -> Iterator[tuple[Place, list[str]]]:
    """The rows with the lines on which they end; the header is checked and left out."""
    rows = csv.reader((f"{line}\n" for _, line in lines(source)), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(rows, [])]
        if header[:3] != [column.lower() for column in COLUMNS]:
            raise Place(source, 1).fault(f"The header is not {', '.join(COLUMNS)}.")
        for row in rows:
            place = Place(source, rows.line_num)
            if not row:
                continue
            if len(row) < 3:
                raise place.fault(f"The row has {len(row)} columns; it must have 3.")
            yield place, row
    except csv.Error as error:
        raise Place(source, rows.line_num).fault(f"This is not CSV: {error}.") from error


def _statements(cell: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in cell.split("\n") if line.strip())


def _turns(conversation: str) -> list[Turn]:
    if not any(_LABEL.match(line) for line in conversation.split("\n")):
        paragraphs = [part.strip() for part in re.split(r"\n\s*\n", conversation)]
        return [
            Turn(speaker=_SPEAKERS[number % 2], text=text)
            for number, text in enumerate(text for text in paragraphs if text)
        ]
    spoken: list[tuple[str, list[str]]] = []
    speaker = _opening_side(conversation)
    for line in conversation.split("\n"):
        found = _LABEL.match(line)
        if found:
            speaker = f"User {found[1]}"
            spoken.append((speaker, [_plain(line[found.end() :], line)]))
        elif not line.strip(" *"):
            continue
        elif _DIRECTION.fullmatch(line.strip()):
            spoken.append((NARRATOR, [line.strip()]))
        elif spoken and spoken[-1][0] != NARRATOR:
            spoken[-1][1].append(line.strip())
        else:
            spoken.append((speaker, [line.strip()]))
    return [_turn(name, "\n".join(filter(None, said))) for name, said in spoken if any(said)]


def _plain(text: str, line: str) -> str:
    """The text without the closing star of a line that is starred as a whole."""
    return (text.rstrip(" *") if line.startswith("*") and line.endswith(" *") else text).strip()


def _opening_side(conversation: str) -> str:
    """Who speaks before the first label: the one whom it does not name."""
    first = next(found for line in conversation.split("\n") if (found := _LABEL.match(line)))
    return _SPEAKERS[0] if first[1] == "2" else _SPEAKERS[1]


def _turn(name: str, text: str) -> Turn:
    if name == NARRATOR:
        return Turn(speaker=name, text=text.strip("[]()*"), kind="narration")
    return Turn(speaker=name, text=text)
