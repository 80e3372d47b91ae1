"""Character cards V1, V2 and V3 as JSON."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from personae.data import Persona
from personae.errors import FormatError
from personae.formats import character_card
from personae.formats.character_card import (
    BACKFILL_WARNING,
    backfill,
    card_faults,
    card_from_persona,
    notes_of,
    persona_from_card,
)

V1 = {
    "name": "Ana",
    "description": "A biologist.",
    "personality": "warm",
    "scenario": "a garage",
    "first_mes": "Hello {{user}}",
    "mes_example": "<START>\n{{user}}: Hi\n{{char}}: Hi.\nHow are you?\n"
    "<start>\nYou: Bye\nAna: Bye",
}


def wrapped(version=3, spec_version=None, **data):
    return {
        "spec": f"chara_card_v{version}",
        "spec_version": spec_version or f"{version}.0",
        "data": {**V1, **data},
    }


def clock() -> datetime:
    return datetime.fromtimestamp(1_700_000_000, UTC)


def read(file) -> Persona:
    (persona,) = character_card.read(file)
    return persona


@pytest.mark.parametrize("card", [V1, wrapped(2), wrapped(3), {"data": V1}])
def test_every_version_gives_the_same_persona(card):
    persona = persona_from_card(card)
    assert (persona.name, persona.description, persona.greetings) == (
        "Ana", "A biologist.", ("Hello {{user}}",),
    )  # fmt: skip
    assert [example.turns for example in persona.examples] == [
        (("{{user}}", "Hi"), ("{{char}}", "Hi.\nHow are you?")),
        (("{{user}}", "Bye"), ("{{char}}", "Bye")),
    ]
    assert persona.id == persona_from_card(V1).id


def test_fields_of_v2_and_v3_have_their_places():
    persona = persona_from_card(
        wrapped(
            nickname="Anita", alternate_greetings=["Two"], group_only_greetings=["All"],
            system_prompt="S", post_history_instructions="P", tags=["sea"], creator="us",
            character_version=1.5, source=["https://x.example/1"], creator_notes="never prompted",
        )
    )  # fmt: skip
    assert persona.display_name == "Anita"
    assert persona.greetings == ("Hello {{user}}", "Two")
    assert persona.group_greetings == ("All",)
    assert (persona.system_prompt, persona.post_history_instructions) == ("S", "P")
    assert (persona.tags, persona.version) == (("sea",), "1.5")
    assert persona.provenance.creator == "us"
    assert persona.provenance.sources == ("https://x.example/1",)
    assert "never prompted" not in str(persona.model_copy(update={"card": {}}).to_dict())


def test_old_pygmalion_names_are_understood():
    persona = persona_from_card({"char_name": "Ana", "char_persona": "p", "char_greeting": "g"})
    assert (persona.name, persona.description, persona.greetings) == ("Ana", "p", ("g",))


def test_nulls_count_as_missing_and_are_mended_on_export():
    card = wrapped(2, tags=None, extensions=None, character_book=None, creator_notes=None)
    again = card_from_persona(persona_from_card(card), 2)["data"]
    assert (again["tags"], again["extensions"], again["creator_notes"]) == ([], {}, "")


def test_a_v3_export_has_all_that_must_be_there():
    data = card_from_persona(Persona(name="A"), clock=clock)["data"]
    assert data["group_only_greetings"] == []
    assert data["extensions"]["personae"] == {"id": Persona(name="A").id}
    assert data["creation_date"] == data["modification_date"] == 1_700_000_000
    required = ("description", "tags", "creator", "character_version", "mes_example", "first_mes",
                "system_prompt", "post_history_instructions", "alternate_greetings",
                "personality", "scenario", "creator_notes")  # fmt: skip
    assert set(required) <= data.keys()


def test_the_creation_date_of_an_imported_card_is_left_alone():
    kept = card_from_persona(persona_from_card(wrapped(creation_date=0)), clock=clock)["data"]
    assert (kept["creation_date"], kept["modification_date"]) == (0, 1_700_000_000)
    assert "creation_date" not in card_from_persona(persona_from_card(wrapped()))["data"]


def test_sources_are_only_appended_to():
    persona = persona_from_card(wrapped(source=["a", "b"]))
    provenance = persona.provenance.model_copy(update={"sources": ("b", "c")})
    changed = persona.model_copy(update={"provenance": provenance})
    assert card_from_persona(changed)["data"]["source"] == ["a", "b", "c"]


def test_an_id_survives_a_rename():
    persona = persona_from_card(wrapped())
    renamed = persona.model_copy(update={"name": "Bea"})
    again = persona_from_card(card_from_persona(renamed))
    assert (again.name, again.id) == ("Bea", persona.id)


def test_copies_of_fields_around_the_data_follow_a_change():
    card = {**wrapped(2), "name": "Ana", "description": "other", "fav": True}
    renamed = persona_from_card(card).model_copy(update={"name": "Bea"})
    again = card_from_persona(renamed, 2)
    assert (again["name"], again["description"], again["fav"]) == ("Bea", "other", True)


def test_the_back_fill_warns_and_has_no_decorators():
    entry = {"keys": ["k"], "content": "@@depth 3\n\nText", "extensions": {}, "enabled": True,
             "insertion_order": 1, "use_regex": False}  # fmt: skip
    card = wrapped(creator_notes="Mine.", character_book={"entries": [entry], "extensions": {}})
    third = card_from_persona(persona_from_card(card), clock=clock)
    second = backfill(third)
    assert (second["spec"], second["spec_version"]) == ("chara_card_v2", "2.0")
    assert second["data"]["creator_notes"] == f"{BACKFILL_WARNING}\n\nMine."
    assert second["data"]["character_book"]["entries"][0]["content"] == "Text"
    assert third["data"]["character_book"]["entries"][0] == entry
    assert third["data"]["creator_notes"] == "Mine."


@pytest.mark.parametrize(
    ("version", "note"),
    [("3.0", ""), ("2.9", ""), ("3.1", "newer than 3.0"), ("10.0", "newer"), ("x", "not a number"),
     (None, "not a number")],
)  # fmt: skip
def test_newer_versions_are_imported_with_a_note(version, note):
    card = {**wrapped(), "spec_version": version}
    notes = notes_of(persona_from_card(card))
    assert len(notes) == bool(note)
    assert note in "".join(notes)
    assert notes_of(Persona(name="A")) == ()


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ([], "the whole must be an object, but is a list"),
        ({"spec": "chara_card_v3", "data": [1]}, "data must be an object, but is a list"),
        ({"spec": "lorebook_v3", "data": {"entries": []}}, "a lorebook, not a character"),
        ({"hello": 1}, "none of the fields of a card"),
        (wrapped(name=""), "name is missing"),
        (wrapped(name="x" * 2_000), "more than 1000 characters"),
        (wrapped(description=["x"]), "description must be text, but is a list"),
        (wrapped(tags=[1]), "tags must be a list of texts, but holds a number"),
        (wrapped(extensions=[]), "extensions must be an object, but is a list"),
        (wrapped(character_book=[]), "character_book must be an object"),
        (wrapped(character_book={"entries": [5]}), r"entries\[0\] must be an object"),
        (wrapped(character_book={"entries": [{"keys": {}}]}), r"entries\[0\]\.keys must be a list"),
        (wrapped(character_book={"scan_depth": "x"}), "scan_depth must be a number"),
        (wrapped(extensions={"personae": {"traits": {"mbti": "X"}}}),
         r"extensions\.personae\.traits\.mbti"),
        (wrapped(extensions={"personae": []}), r"extensions\.personae must be an object"),
    ],
)  # fmt: skip
def test_wrong_types_are_named_by_their_place(card, message):
    with pytest.raises(FormatError, match=message):
        persona_from_card(card)


def test_all_faults_are_listed():
    assert len(card_faults(wrapped(name=1, tags=3, description={}, scenario=[]))) == 3
    assert card_faults(wrapped()) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["name", "data", "entries", "keys", "extensions", "personae", "spec",
                         "character_book", "tags", "first_mes", "traits", "content", "x"]),
        inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(JSON)
@example(
    {"name": "A", "first_mes": "", "character_book": {"entries": [{"insertion_order": 1e308}]}}
)
def test_any_json_is_a_card_or_is_refused(value):
    for card in (value, {"spec": "chara_card_v3", "data": value}, {"data": {**V1, "extensions": {
        "personae": value}}}):  # fmt: skip
        with contextlib.suppress(FormatError):
            persona = persona_from_card(card)
            assert persona_from_card(card_from_persona(persona)).name == persona.name


def test_a_persona_whose_card_is_no_card_can_be_exported():
    persona = Persona(name="A", description="d", card={"name": 5, "tags": "x", "mbti": "INFP"})
    data = card_from_persona(persona)["data"]
    assert (data["name"], data["tags"], data["mbti"]) == ("A", [], "INFP")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"), (b"{", "not JSON"), (b'{"name": NaN}', "NaN"), (b"[1e999]", "too large"),
        (b"[" + b"9" * 5_000 + b"]", "digits"), (b'{"a":' * 100_000, "deep"),
        (b'{"a":' * 80 + b"1" + b"}" * 80, "deep"), (b"\x89PNG\r\n\x1a\n", "not JSON"),
        (b"\0\0\0", "not JSON"), (b" " * (17 * 2**20), "larger than 16 MB"),
    ],
)  # fmt: skip
def test_files_that_are_no_json_are_refused(make_file, content, message):
    file = make_file("a.json", content)
    with pytest.raises(FormatError, match=message) as caught:
        read(file)
    assert str(file) in str(caught.value)


def test_latin_1_half_pairs_and_byte_order_marks_are_forgiven(make_file):
    text = json.dumps({**V1, "name": "José"}, ensure_ascii=False)
    assert read(make_file("a.json", text.encode("latin-1"))).name == "José"
    assert read(make_file("a.json", b"\xef\xbb\xbf" + text.encode())).name == "José"
    half = '{"name": "\\ud83d", "first_mes": "\\ud83d\\ude00 \\\\ud83d"}'
    persona = read(make_file("a.json", half))
    assert (persona.name, persona.greetings) == ("\ufffd", ("\U0001f600 \\ud83d",))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(make_file, content):
    with contextlib.suppress(FormatError):
        read(make_file("a.json", content))


def test_cards_are_told_from_other_json(make_file):
    for content, is_card in (
        (V1, True), (wrapped(2), True), (wrapped(3), True), ({"data": V1}, True),
        ({"char_name": "x", "char_persona": "y"}, True), ({"name": "x", "statements": []}, False),
        ({"spec": "lorebook_v3", "data": {}}, False), ([V1], False), ({}, False),
    ):  # fmt: skip
        file = make_file("a.json", content)
        assert character_card.detects(file.read_bytes(), file) is is_card, content
    long = make_file(
        "b.json", {"data": {**V1, "description": "x" * 99_999}, "spec": "chara_card_v2"}
    )
    assert character_card.detects(long.read_bytes()[:65_536], long)


def test_one_card_holds_one_persona_and_versions_are_one_to_three(tmp_path):
    with pytest.raises(FormatError, match="one persona, not 0"):
        character_card.write([], tmp_path / "a.json")
    with pytest.raises(FormatError, match="choose 1, 2 or 3"):
        character_card.write([Persona(name="A")], tmp_path / "a.json", version=4)
    assert list(tmp_path.iterdir()) == []
