"""Answers to questionnaires kept in a file as they come, so that no item is asked twice.

JSON Lines: the first line says what was asked of whom and how, each other one is an answer with
`of`, the name of the asking that it belongs to.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from personae.data import JsonObject
from personae.errors import FormatError, InvalidOption
from personae.evaluate.record import repair_tail
from personae.questionnaires.types import Answer
from personae.text.parsing import Place, Record, json_records

ABOUT = "asked"


@dataclass(slots=True)
class AnswerSheet:
    """The answers so far, by asking and item, and the file that new ones go to, if any."""

    kept: dict[str, dict[str, Answer]] = field(default_factory=dict)
    out: IO[str] | None = None

    def of(self, asking: str) -> Mapping[str, Answer]:
        """The answers of one asking by item."""
        return self.kept.get(asking, {})

    def put(self, asking: str, answer: Answer) -> None:
        """Keep an answer, on the disk before anything else is asked."""
        self.kept.setdefault(asking, {})[answer.item] = answer
        if self.out is not None:
            line = {"of": asking, "item": answer.item, "value": answer.value}
            more: dict[str, Any] = {"probabilities": answer.probabilities, "text": answer.text}
            line |= {key: value for key, value in more.items() if value}
            self.out.write(json.dumps(line, ensure_ascii=False) + "\n")
            self.out.flush()


@contextmanager
def open_sheet(file: Path | None, about: JsonObject) -> Iterator[AnswerSheet]:
    """A sheet for what `about` describes; without a file it is kept in memory alone.

    A file that is there goes on. Raises InvalidOption where it is about something else,
    FormatError where it is no such file, or cannot be written.
    """
    if file is None:
        yield AnswerSheet()
        return
    about = json.loads(json.dumps(about))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        repair_tail(file)
        is_new = not file.exists() or not file.stat().st_size
        kept = {} if is_new else _kept(file, about)
        with file.open("a", encoding="utf-8") as out:
            if is_new:
                out.write(json.dumps({ABOUT: about}, ensure_ascii=False) + "\n")
            yield AnswerSheet(kept, out)
    except OSError as error:
        raise FormatError(f"The answers cannot be kept: {error.strerror}.", file=file) from error


def read_sheet(file: Path) -> tuple[JsonObject, dict[str, list[Answer]]]:
    """What a sheet is about, and its answers by asking. Raises FormatError."""
    found: dict[str, list[Answer]] = {}
    about: JsonObject = {}
    for number, record in enumerate(json_records(file)):
        if number == 0:
            about = record.record(ABOUT).fields
        else:
            found.setdefault(record.text("of"), []).append(_answer(record))
    return about, found


def _kept(file: Path, about: JsonObject) -> dict[str, dict[str, Answer]]:
    there, answers = read_sheet(file)
    for key in sorted({*there, *about}):
        if there.get(key) != about.get(key):
            raise InvalidOption(
                f"{file} has answers with {key}={there.get(key)!r}, not {about.get(key)!r}. Name "
                "another file, or ask as there."
            )
    return {asking: {one.item: one for one in found} for asking, found in answers.items()}


def _answer(record: Record) -> Answer:
    value = record.fields.get("value")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise _wrong(record.place, "value", value)
    shares = record.items("probabilities")
    if not all(isinstance(one, int | float) for one in shares):
        raise _wrong(record.place, "probabilities", shares)
    text = record.text("text", "")
    return Answer(record.text("item"), None if value is None else float(value), tuple(shares), text)


def _wrong(place: Place, key: str, value: object) -> FormatError:
    return place.fault(f"The field {key!r} is {value!r}, not a number.")
