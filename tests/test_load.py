"""Personas by name and by path."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from personae import characters
from personae.data import Persona
from personae.errors import FormatError, InvalidOption, UnknownEntry
from personae.formats import character_card, character_card_png
from personae.load import load_persona, read_personas, write_personas, writer_of


class Shelf:
    """A store with one persona."""

    def find_persona(self, name: str, /) -> Persona | None:
        return Persona(name="Zoe", description="stored") if name == "Zoe" else None

    def persona_names(self) -> tuple[str, ...]:
        return ("Zoe",)


@pytest.mark.parametrize("name", characters.names())
def test_shipped_characters_load_by_name_and_are_complete(name):
    persona = load_persona(name)
    assert persona.statements
    assert persona.greetings
    assert persona.examples
    assert load_persona(characters.path_of(name)) == persona


def test_stored_personas_load_by_name():
    assert load_persona("Zoe", store=Shelf()).description == "stored"


def test_unknown_names_get_the_nearest_known_ones():
    with pytest.raises(UnknownEntry, match="Did you mean 'Zoe'"):
        load_persona("Zoey", store=Shelf())
    with pytest.raises(UnknownEntry, match="ana"):
        load_persona("anna")


@pytest.mark.parametrize(
    "url", ["http://x.example/a.png", "https://x.example", "file:///etc/passwd"]
)
def test_urls_are_refused(url):
    with pytest.raises(InvalidOption, match="is a URL, and personae fetches nothing"):
        load_persona(url)


def test_what_looks_like_a_path_is_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for missing in ("a.png", "x/ana", Path("ana"), "~/nothing.yaml"):
        with pytest.raises(FormatError, match="no such file"):
            load_persona(missing)
    with pytest.raises(FormatError, match="not a file"):
        load_persona(str(tmp_path))
    for odd in ("x" * 5_000, "x/\0"):
        with pytest.raises(FormatError):
            load_persona(odd)
    with pytest.raises(UnknownEntry):
        load_persona("")
    with pytest.raises(InvalidOption, match="home folder"):
        load_persona("~nobody-here/x.yaml")


def test_a_file_comes_before_a_name_and_a_folder_does_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "henk").mkdir()
    (tmp_path / "ana").write_text(json.dumps({"name": "Mine", "first_mes": "Hi"}))
    assert load_persona("ana").name == "Mine"
    assert load_persona("henk").name == "Henk Wolters"


def test_the_content_of_a_file_decides_and_not_its_ending(tmp_path):
    persona = Persona(name="A", statements=("I am.",))
    for module, name in ((character_card, "card.txt"), (character_card_png, "picture.dat")):
        module.write([persona], tmp_path / name)
        assert load_persona(tmp_path / name).statements == ("I am.",)


def test_files_of_no_known_format_and_of_several_personas_are_refused(tmp_path):
    odd = tmp_path / "odd.json"
    odd.write_text('{"hello": 1}')
    with pytest.raises(FormatError, match="format"):
        load_persona(odd)
    several = {
        str(n): {"character_name": "A", "gender": "", "movie_name": "m", "mbti": "",
                 "biography": [], "paraphrasis_1": [], "paraphrasis_2": []} for n in range(2)
    }  # fmt: skip
    odd.write_text(json.dumps(several))
    with pytest.raises(FormatError):
        load_persona(odd)


def test_personas_are_read_in_a_given_format(tmp_path):
    file = tmp_path / "a.json"
    write_personas([Persona(name="A")], file, "personae-card")
    assert [persona.name for persona in read_personas(file, "personae-card")] == ["A"]
    with pytest.raises(FormatError):
        list(read_personas(file, "character-card"))
    with pytest.raises(UnknownEntry, match="character-card"):
        read_personas(file, "charater-card")


@pytest.mark.parametrize(
    ("name", "format_name"),
    [("a.png", "character-card-png"), ("a.APNG", "character-card-png"), ("a.charx", "charx"),
     ("a.json", "character-card"), ("a.yml", "personae-card")],
)  # fmt: skip
def test_the_ending_says_the_format_to_write(name, format_name):
    assert writer_of(Path(name)).name == format_name


def test_formats_that_cannot_be_written_are_refused(tmp_path):
    with pytest.raises(InvalidOption, match="names no format"):
        write_personas([], tmp_path / "a.xyz")
    with pytest.raises(InvalidOption, match="read, not written"):
        write_personas([], tmp_path / "a.json", "prodigy")
    with pytest.raises(InvalidOption, match="holds no personas"):
        write_personas([], tmp_path / "a.json", "lorebook")
    with pytest.raises(InvalidOption, match="no option 'version'"):
        write_personas([Persona(name="A")], tmp_path / "a.yaml", version=2)
    assert list(tmp_path.iterdir()) == []
