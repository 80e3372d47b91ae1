"""`personae cards`."""

from __future__ import annotations

import json

import pytest

from personae.cli.app import run
from personae.data import Persona
from personae.formats import character_card_png, charx, personae_card
from personae.load import load_persona
from personae.media.archive import packed
from personae.settings import load_settings
from personae.store.sqlite import open_store


@pytest.fixture
def personae(capsys):
    """Run the command line: exit code, stdout, stderr."""

    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            run([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return int(stopped.value.code or 0), shown.out, shown.err

    return call


def test_show_prints_what_matters(personae):
    code, out, err = personae("cards", "show", "ana")
    assert (code, err) == (0, "")
    for expected in ("Ana Bettencourt", "three-legged cat", "INFP", "3 entries", "Apache-2.0"):
        assert expected in out


def test_show_gives_the_whole_persona_as_json(personae):
    code, out, _ = personae("cards", "show", "ana", "--json")
    shown = json.loads(out)
    assert code == 0
    assert Persona.from_dict(shown["persona"]) == load_persona("ana")
    assert shown["remarks"] == []


def test_a_card_cannot_write_control_codes_or_markup_to_the_terminal(personae, tmp_path):
    file = tmp_path / "a.yaml"
    personae_card.write([Persona(name="[red]A", description="\x1b]0;evil\x07 [bold]x")], file)
    code, out, _ = personae("cards", "show", file)
    assert code == 0
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "[red]A" in out
    assert "[bold]x" in out


def test_stored_personas_are_found(personae):
    with open_store(load_settings().database) as store:
        store.save_persona(Persona(name="Zoe", statements=("I am stored.",)))
    code, out, _ = personae("cards", "show", "Zoe")
    assert code == 0
    assert "I am stored." in out


def test_looking_at_a_card_makes_no_database(personae):
    personae("cards", "show", "ana")
    personae("cards", "validate", "ana")
    assert not load_settings().database.exists()


def test_validate_lists_every_fault_with_its_place(personae, tmp_path):
    bad, worse, good = tmp_path / "bad.json", tmp_path / "worse.yaml", tmp_path / "good.yaml"
    book = {"entries": [{"keys": 1}]}
    data = {"name": "A", "first_mes": 5.5, "tags": {}, "character_book": book}
    bad.write_text(json.dumps({"spec": "chara_card_v2", "data": data}))
    worse.write_text("name: A\nstatments: [x]\ngreetings: 7\n")
    good.write_text("name: A\nstatements: [I am.]\nprovenance: {real_person: true}\n")
    code, out, _ = personae("cards", "validate", bad, worse, good, "nobody")
    assert code == 1
    for expected in ("bad.json: invalid", "tags must be a list", "character_book.entries[0].keys",
                     "statments", "line 2", "line 3", "good.yaml: valid", "provenance.consent",
                     "no character named 'nobody'"):  # fmt: skip
        assert expected in out, expected
    code, out, _ = personae("cards", "validate", bad, good, "--json")
    reports = json.loads(out)
    assert code == 1
    assert [report["is_valid"] for report in reports] == [False, True]
    assert len(reports[0]["findings"]) == 2
    assert {one["level"] for one in reports[1]["findings"]} == {"warning"}


def test_valid_cards_exit_with_zero(personae):
    assert personae("cards", "validate", "ana", "henk")[0] == 0


@pytest.mark.parametrize(
    "content", [b"", b"\0\0", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"{" * 99_999]
)
def test_damaged_files_are_one_sentence_and_exit_one(personae, tmp_path, content):
    for ending in ("json", "png", "charx", "yaml"):
        file = tmp_path / f"a.{ending}"
        file.write_bytes(content)
        for command in (("show", file), ("validate", file), ("convert", file, tmp_path / "b.png")):
            code, out, err = personae("cards", *command)
            assert code == 1
            assert "Traceback" not in out + err
            assert "unexpectedly" not in err
        assert not (tmp_path / "b.png").exists()


@pytest.mark.parametrize("name", ["a.png", "a.charx", "a.json", "a.yaml"])
def test_convert_writes_by_the_ending(personae, tmp_path, name):
    target = tmp_path / name
    code, out, err = personae("cards", "convert", "ana", target)
    assert (code, out) == (0, "")
    assert "Wrote Ana Bettencourt" in err
    converted = load_persona(target)
    assert converted.statements == load_persona("ana").statements
    assert converted.lorebook == load_persona("ana").lorebook


def test_convert_overwrites_only_by_force(personae, tmp_path):
    target = tmp_path / "a.json"
    target.write_text("mine")
    code, _, err = personae("cards", "convert", "ana", target)
    assert (code, target.read_text()) == (2, "mine")
    assert "--force" in err
    assert personae("cards", "convert", "ana", target, "--force")[0] == 0
    assert load_persona(target).name == "Ana Bettencourt"
    assert personae("cards", "convert", "ana", tmp_path, "--force")[0] == 2


def test_convert_takes_a_format_and_a_version(personae, tmp_path):
    target = tmp_path / "a.json"
    code, out, _ = personae("cards", "convert", "ana", target, "--version", 2, "--json")
    assert (code, json.loads(out)["format"]) == (0, "character-card")
    assert json.loads(target.read_text())["spec"] == "chara_card_v2"
    code, *_ = personae("cards", "convert", "ana", target, "--to", "personae-card", "--force")
    assert (code, json.loads(target.read_text())["id"]) == (0, "ana")
    code, _, err = personae("cards", "convert", "ana", tmp_path / "b.json", "--to", "chrx")
    assert code == 2
    assert "charx" in err


def test_convert_carries_assets_and_says_what_it_leaves(personae, tmp_path):
    origin, other = tmp_path / "a.charx", tmp_path / "b.charx"
    card = {"spec": "chara_card_v3", "spec_version": "3.0", "data": {"name": "A", "first_mes": "x"}}
    origin.write_bytes(packed({"card.json": json.dumps(card).encode(), "assets/a.bin": b"\0\1"}))
    assert personae("cards", "convert", origin, other)[0] == 0
    assert charx.read_members(other)["assets/a.bin"] == b"\0\1"
    code, _, err = personae("cards", "convert", origin, tmp_path / "c.json")
    assert code == 0
    assert "1 files beside the card" in err
    assert personae("cards", "convert", origin, tmp_path / "d.png")[0] == 0
    (persona,) = character_card_png.read(tmp_path / "d.png")
    assert persona.name == "A"


def test_a_folder_that_is_missing_is_one_sentence(personae, tmp_path):
    code, _, err = personae("cards", "convert", "ana", tmp_path / "no" / "a.json")
    assert code == 1
    assert "cannot be written" in err


def test_statements_that_clash_are_told_where_asked_for(personae, tmp_path, monkeypatch, word_nli):
    monkeypatch.setattr("personae.cli.opening.open_shipped_nli", lambda who: word_nli)
    card = tmp_path / "bo.yaml"
    card.write_text("name: Bo\nstatements: [I have dogs., I sing., I have no dogs.]\n")
    assert "contradict" not in personae("cards", "validate", card)[1]
    code, out, _ = personae("cards", "validate", "--consistency", card)
    assert code == 0
    assert "'I have dogs.' and 'I have no dogs.' contradict each other" in " ".join(out.split())


@pytest.mark.parametrize("card", ["ana", "a.yaml"])
def test_what_is_not_stored_needs_no_store(personae, card, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("name: Bo\nid: bo\n")
    database = load_settings().database
    database.parent.mkdir()
    database.write_bytes(b"not a database, and not to be touched")
    assert personae("cards", "show", card)[0] == 0
    assert personae("cards", "convert", card, tmp_path / "b.json")[0] == 0
    code, _, err = personae("cards", "show", "somebody")
    assert (code, "is not a database" in err) == (1, True)
