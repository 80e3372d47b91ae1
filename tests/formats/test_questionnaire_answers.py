"""Answers as a table."""

from __future__ import annotations

import pytest

from personae.errors import FormatError
from personae.formats.questionnaire_answers import read_answers
from personae.questionnaires.types import Answer


def test_rows_are_people_and_columns_items(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("person,1,2\nAna,5,\n\nBo,1,4.5\n")
    assert read_answers(file) == {
        "Ana": [Answer("1", 5.0), Answer("2", None)],
        "Bo": [Answer("1", 1.0), Answer("2", 4.5)],
    }


def test_people_without_names_are_numbered(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("1,2\n5,4\n3,2\n")
    assert list(read_answers(file)) == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "names no items"),
        ("person\nAna\n", "names no items"),
        ("1,1\n2,3\n", "there twice"),
        ("1,2\n", "no answers"),
        ("1,2\n3\n", "line 2: This row has 1 cells for 2 columns"),
        ("1,2\n3,x\n", "line 2: The answer to the item '2' is 'x'"),
        ("1,2\n3,nan\n", "not a number"),
        ("person,1\nAna,3\nAna,4\n", "'Ana' is there twice"),
        ('1,2\n"3,4\n', "Not a CSV file"),
    ],
)
def test_a_wrong_table_is_refused_in_a_sentence(tmp_path, text, sentence):
    file = tmp_path / "a.csv"
    file.write_text(text)
    with pytest.raises(FormatError, match=sentence):
        read_answers(file)
