"""Tables of studies: CSV with a heading, a row at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from personae.text.parsing import Place, read_text


def csv_rows(file: Path) -> Iterator[tuple[dict[str, str], Place]]:
    """Each row by the names of its columns, and where it stands. Raises FormatError."""
    rows = csv.DictReader(io.StringIO(read_text(file), newline=""))
    try:
        for row in rows:
            yield row, Place(file, rows.line_num)
    except csv.Error as error:
        raise Place(file, rows.line_num).fault(f"Not a CSV file: {error}.") from error
