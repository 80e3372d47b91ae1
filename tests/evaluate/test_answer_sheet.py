"""Answers kept in a file: resumed, refused, and read by strangers."""

from __future__ import annotations

import pytest

from personae.errors import FormatError, InvalidOption
from personae.evaluate.answer_sheet import open_sheet, read_sheet
from personae.questionnaires.types import Answer

ABOUT = {"questionnaire": "ipip-50", "seed": 1}
ONE = Answer("1", 2.5, (0.25, 0.75), "well")


def test_answers_are_there_again_when_the_sheet_is_opened_again(tmp_path):
    file = tmp_path / "new" / "sheet.jsonl"
    with open_sheet(file, ABOUT) as sheet:
        sheet.put("kim", ONE)
        sheet.put("kim", Answer("2", None))
    with open_sheet(file, ABOUT) as sheet:
        assert sheet.of("kim") == {"1": ONE, "2": Answer("2", None)}
        assert sheet.of("lee") == {}
    assert read_sheet(file) == (ABOUT, {"kim": [ONE, Answer("2", None)]})


def test_a_line_that_broke_off_is_forgotten(tmp_path):
    file = tmp_path / "sheet.jsonl"
    with open_sheet(file, ABOUT) as sheet:
        sheet.put("kim", ONE)
    with file.open("a") as out:
        out.write('{"of": "kim", "item": "2", "val')
    with open_sheet(file, ABOUT) as sheet:
        assert list(sheet.of("kim")) == ["1"]
        sheet.put("kim", Answer("2", 1.0))
    assert len(read_sheet(file)[1]["kim"]) == 2


def test_a_sheet_about_something_else_is_refused(tmp_path):
    file = tmp_path / "sheet.jsonl"
    with open_sheet(file, ABOUT) as sheet:
        sheet.put("kim", ONE)
    with (
        pytest.raises(InvalidOption, match="answers with seed=1, not 2"),
        open_sheet(file, {**ABOUT, "seed": 2}),
    ):
        pass


@pytest.mark.parametrize(
    "line", ['{"of": "k", "item": "1", "value": "x"}', '{"item": "1"}', "[]", "nonsense",
             '{"of": "k", "item": "1", "value": 1, "probabilities": ["a"]}'],
)  # fmt: skip
def test_a_damaged_sheet_is_refused_with_its_line(tmp_path, line):
    file = tmp_path / "sheet.jsonl"
    file.write_text('{"asked": {}}\n' + line + "\n")
    with pytest.raises(FormatError):
        read_sheet(file)


def test_without_a_file_it_is_kept_in_memory():
    with open_sheet(None, ABOUT) as sheet:
        sheet.put("kim", ONE)
        assert sheet.of("kim") == {"1": ONE}
