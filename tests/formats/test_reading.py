"""Tests of personae.formats.reading, and laws that hold for every dialogue format."""

from __future__ import annotations

import os

import pytest

from personae.data import Dialogue, Turn
from personae.errors import FormatError, InvalidOption, UnknownEntry
from personae.formats.reading import (
    detect,
    dialogue_formats,
    find_data,
    read_dialogues,
    read_personas,
    writable_formats,
    write_dialogues,
)

TWO = [
    Dialogue(
        id="d-0",
        turns=(Turn(speaker="A", text="Hi there."), Turn(speaker="B", text="Hello, you.")),
        labels={"test_speaker": "B"},
    )
]
SAMPLES = {
    "xpersona/En_persona_test.json": "xpersona",
    "synthetic-persona-chat/Synthetic-Persona-Chat_valid.csv": "synthetic-persona-chat",
    "msc/session-3-valid.json": "msc",
    "msc/parse-session-1-valid.json": "msc",
    "dailydialog/test_original.json": "dailydialog",
    "taskmaster/sample.json": "taskmaster",
}


@pytest.mark.parametrize(("name", "format_name"), SAMPLES.items())
def test_the_shared_files_are_recognised(dataset_dir, name, format_name):
    folder, _, file = name.partition("/")
    assert detect(dataset_dir(folder) / file).name == format_name


def test_the_shared_characters_are_recognised_as_personas(dataset_dir):
    file = dataset_dir("prodigy-characters") / "characters.json"
    assert detect(file, "persona").name == "prodigy"
    assert len(list(read_personas(file))) == 339
    with pytest.raises(InvalidOption, match="holds personas, not dialogues"):
        read_dialogues(file, "prodigy")


# FoCus takes no dialogue without labels of what grounds it: tests/formats/test_focus.py has both.
@pytest.mark.parametrize("name", sorted(set(writable_formats()) - {"focus"}))
def test_what_a_format_writes_it_recognises_and_reads_as_the_same_words(tmp_path, name):
    ending = dialogue_formats()[name].info.extensions[0]
    file = tmp_path / f"out{ending}"
    assert write_dialogues(TWO, file, name) == 1
    assert detect(file).name == name
    (back,) = read_dialogues(file)
    assert [turn.text for turn in back.turns] == ["Hi there.", "Hello, you."]
    # Reading is stable: the same file gives the same ids.
    assert [d.id for d in read_dialogues(file)] == [back.id]


@pytest.mark.parametrize("name", dialogue_formats())
@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"[" * 100_000, b'{"a":' * 100_000, b'[{"x": 1}', b"{}\n", b"7", b"null\n",
     b'["', b"\x00" * 99, b'{"conversations": {}, "messages": 3, "dialog": 1}'],
)  # fmt: skip
def test_hostile_bytes_are_format_errors_in_every_format(make_file, name, content):
    file = make_file("hostile" + dialogue_formats()[name].info.extensions[0], content)
    with pytest.raises(FormatError) as caught:
        list(read_dialogues(file, name))
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize("name", dialogue_formats())
def test_a_missing_or_unreadable_source_is_a_format_error(tmp_path, name):
    module = dialogue_formats()[name].load()
    for source in (tmp_path / "nothing.json", tmp_path):
        with pytest.raises(FormatError):
            list(module.read(source))


def test_a_file_is_found_in_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PERSONAE_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path.parent)
    (tmp_path / "set").mkdir()
    write_dialogues(TWO, tmp_path / "set" / "x.jsonl")
    assert find_data("set/x.jsonl") == tmp_path / "set" / "x.jsonl"
    assert list(read_dialogues("set/x.jsonl")) == TWO
    with pytest.raises(FormatError, match="neither here nor in"):
        find_data("set/y.jsonl")
    with pytest.raises(FormatError, match="cannot be used"):
        find_data("x" * 5000)


def test_an_unknown_format_is_told_at_once_with_the_nearest(make_file):
    file = make_file("x.json", "[]")
    with pytest.raises(UnknownEntry, match="'xpersona'"):
        read_dialogues(file, "xpersonna")
    with pytest.raises(UnknownEntry):
        write_dialogues([], file, "xpersonna")


def test_short_names_of_formats_are_known(make_file):
    file = make_file("x.txt", "1 hello\tthere\n")
    assert len(list(read_dialogues(file, "convai2"))) == 1


def test_options_of_a_reader_are_checked(make_file):
    file = make_file("session-1-x.json", "[]")
    assert list(read_dialogues(file, "msc", joined=True)) == []
    with pytest.raises(InvalidOption, match=r"no option 'join'\. Its options: joined"):
        read_dialogues(file, "msc", join=True)
    with pytest.raises(InvalidOption, match="is not a bool"):
        read_dialogues(file, "msc", joined="yes")


def test_files_that_nothing_recognises_are_refused(make_file):
    with pytest.raises(FormatError, match="No dialogue format recognises"):
        read_dialogues(make_file("x.json", '{"strange": 1}'))


def test_a_folder_names_its_files(make_file):
    file = make_file("x.json", "[]")
    with pytest.raises(FormatError, match=r"name one file in it: x\.json"):
        read_dialogues(file.parent)


def test_formats_without_a_writer_are_refused(tmp_path):
    with pytest.raises(InvalidOption, match=r"cannot be written\. These can: .*parlai"):
        write_dialogues(TWO, tmp_path / "x.json", "xpersona")


def test_existing_files_are_kept_unless_they_may_be_replaced(tmp_path):
    file = tmp_path / "x.jsonl"
    file.write_text("precious", encoding="utf-8")
    with pytest.raises(InvalidOption, match="exists"):
        write_dialogues(TWO, file, overwrite=False)
    assert file.read_text(encoding="utf-8") == "precious"
    write_dialogues(TWO, file)
    assert list(read_dialogues(file)) == TWO
    with pytest.raises(InvalidOption, match="is a folder"):
        write_dialogues(TWO, tmp_path)


def test_a_failure_while_writing_leaves_the_old_file_and_nothing_else(tmp_path):
    file = tmp_path / "x.jsonl"
    file.write_text("precious", encoding="utf-8")

    def breaking():
        yield TWO[0]
        raise FormatError("The source breaks here.")

    with pytest.raises(FormatError, match="breaks here"):
        write_dialogues(breaking(), file)
    assert file.read_text(encoding="utf-8") == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["x.jsonl"]


def test_a_file_can_be_rewritten_from_itself(tmp_path):
    file = tmp_path / "x.jsonl"
    write_dialogues(TWO * 3, file)
    assert write_dialogues(read_dialogues(file), file) == 3
    assert len(list(read_dialogues(file))) == 3


def test_written_files_have_the_usual_permissions(tmp_path):
    usual = tmp_path / "usual"
    usual.touch()
    write_dialogues(TWO, tmp_path / "x.jsonl")
    assert os.stat(tmp_path / "x.jsonl").st_mode == usual.stat().st_mode  # noqa: PTH116


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty. No dialogue format"),
        (b" \n", "The file is empty. No dialogue format"),
        ('{"name": "Jos\xe9"}'.encode("latin-1"), "The file is not UTF-8 text. No dialogue format"),
        ("{}".encode("utf-16"), "The file is not UTF-8 text. No dialogue format"),
        (b"{}" + "é".encode() * 40_000, ": No dialogue format"),  # the head ends inside a letter
    ],
)
def test_a_file_that_no_format_recognises_is_told_why(tmp_path, content, reason):
    file = tmp_path / "x.json"
    file.write_bytes(content)
    with pytest.raises(FormatError, match=reason):
        detect(file)


def test_a_full_disk_leaves_nothing_and_is_a_sentence(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("personae.formats.dialogues.write", full)
    target = tmp_path / "out.jsonl"
    target.write_text("as before")
    with pytest.raises(FormatError, match=r"out\.jsonl: .*No space left on device"):
        write_dialogues(TWO, target)
    assert [file.name for file in tmp_path.iterdir()] == ["out.jsonl"]
    assert target.read_text() == "as before"
