"""Answers to a questionnaire as a table: a row a person, a column an item."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

from personae.questionnaires.types import Answer
from personae.text.parsing import Place, read_text

if TYPE_CHECKING:
    from _csv import Reader as _Rows

PERSON = "person"
MAX_BYTES = 64 * 2**20


def read_answers(file: Path) -> dict[str, list[Answer]]:
    """The answers of every person of a CSV file; an empty cell is an item without an answer.

    The first line names the items, and `person` the column of the names; without one, people are
    numbered. Raises FormatError.
    """
    rows = csv.reader(io.StringIO(read_text(file, MAX_BYTES)), strict=True)
    try:
        columns = [name.strip() for name in next(rows, [])]
        _check_columns(columns, Place(file, 1))
        return _people(rows, columns, file)
    except csv.Error as error:
        raise Place(file, rows.line_num).fault(f"Not a CSV file: {error}.") from error


def _check_columns(columns: list[str], place: Place) -> None:
    if len(set(columns) - {PERSON}) == 0:
        raise place.fault("The first line names no items.")
    for name in columns:
        if columns.count(name) > 1:
            raise place.fault(f"The column {name!r} is there twice.")


def _people(rows: _Rows, columns: list[str], file: Path) -> dict[str, list[Answer]]:
    people: dict[str, list[Answer]] = {}
    for row in rows:
        place = Place(file, rows.line_num)
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(columns):
            raise place.fault(f"This row has {len(row)} cells for {len(columns)} columns.")
        cells = dict(zip(columns, map(str.strip, row), strict=True))
        name = cells.pop(PERSON, "") or str(len(people) + 1)
        if name in people:
            raise place.fault(f"The person {name!r} is there twice.")
        people[name] = [Answer(item, _value(cell, item, place)) for item, cell in cells.items()]
    if not people:
        raise Place(file).fault("This file has no answers.")
    return people


def _value(cell: str, item: str, place: Place) -> float | None:
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise place.fault(f"The answer to the item {item!r} is {cell!r}, not a number.")
    return value
