"""Tables of studies name the file and the line of what cannot be read."""

from __future__ import annotations

import pytest

from personae.errors import FormatError
from personae.studies.interaction import read_participants
from personae.studies.personallm import read_scores
from personae.studies.story_words import read_essays
from personae.studies.tables import csv_rows


def test_rows_come_with_their_lines(tmp_path):
    file = tmp_path / "table.csv"
    file.write_text('a,b\n1,"x\ny"\n2,z\n', "utf-8")
    assert [(row, place.line) for row, place in csv_rows(file)] == [
        ({"a": "1", "b": "x\ny"}, 3), ({"a": "2", "b": "z"}, 4),
    ]  # fmt: skip


@pytest.mark.parametrize("read", [read_scores, read_essays, read_participants])
def test_a_cell_without_end_is_a_format_error(tmp_path, read):
    file = tmp_path / "table.csv"
    file.write_text("Group,text\n" + "x" * 200_000 + "\n", "utf-8")
    with pytest.raises(FormatError, match=r"table\.csv.*[Nn]ot a CSV file|Not a CSV file"):
        read(file)
