"""Cards travel between versions and containers without loss."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.data import Persona
from personae.formats import (
    character_card,
    character_card_png,
    charx,
    personae_card,
)
from personae.formats.character_card import card_from_persona, persona_from_card

TEXT = st.text(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
EXTRA = st.dictionaries(TEXT.map(lambda key: f"x_{key}"), JSON, max_size=3)
EXTENSIONS = st.dictionaries(TEXT.filter(lambda key: key != "personae"), JSON, max_size=3)


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    """A lorebook entry with extensions and keys of other applications."""
    fixed = {
        "keys": draw(st.lists(TEXT, max_size=2)),
        "content": draw(TEXT | TEXT.map(lambda text: f"@@depth 2\n@@mine x\n@@@role user\n{text}")),
        "extensions": draw(EXTENSIONS),
        "enabled": draw(st.booleans()),
        "insertion_order": draw(st.integers(-5, 99)),
        "use_regex": draw(st.booleans()),
    }
    return draw(EXTRA) | fixed


@st.composite
def cards(draw: st.DrawFn, version: int = 3) -> dict[str, Any]:
    """A valid card V2 or V3 with unknown keys and extensions everywhere."""
    texts = ("description", "personality", "scenario", "first_mes", "mes_example",
             "creator_notes", "system_prompt", "post_history_instructions", "creator",
             "character_version")  # fmt: skip
    data: dict[str, Any] = {key: draw(TEXT) for key in texts}
    data |= {
        "name": draw(TEXT.filter(lambda name: bool(name.strip()))),
        "alternate_greetings": draw(st.lists(TEXT, max_size=2)),
        "tags": draw(st.lists(TEXT, max_size=2)),
        "extensions": draw(EXTENSIONS),
    }
    if draw(st.booleans()):
        data["character_book"] = draw(EXTRA) | {
            "entries": draw(st.lists(entries(), max_size=2)),
            "extensions": draw(EXTENSIONS),
        }
    if version == 3:
        data |= {"group_only_greetings": draw(st.lists(TEXT, max_size=2)), "nickname": draw(TEXT),
                 "source": draw(st.lists(TEXT, max_size=2))}  # fmt: skip
    spec = f"chara_card_v{version}"
    return draw(EXTRA) | {
        "spec": spec, "spec_version": f"{version}.0", "data": draw(EXTRA) | data,
    }  # fmt: skip


def bare(persona: Persona) -> dict[str, Any]:
    """What a persona says, without the card that it was imported from."""
    return persona.model_copy(update={"card": {}}).to_dict()


FULL = Persona(
    name="Ana",
    nickname="Anita",
    statements=("I have two dogs.", "I live in Horta."),
    description="A biologist.",
    personality="warm",
    scenario="a garage",
    style="short",
    language="pt",
    traits={"ocean": {"openness": 0.9}, "mbti": "INFP", "adjectives": ["warm"]},
    attributes={"age": "34"},
    knowledge=[{"text": "Whales dive.", "source": "notes"}],
    utterances=("Nine tails!",),
    greetings=("Hello {{user}}", "You again?"),
    group_greetings=("Hello all",),
    examples=[{"turns": [("{{user}}", "Hi"), ("{{char}}", "Hi.\nHow are you?")]}],
    lorebook={
        "name": "Island",
        "scan_depth": 4,
        "token_budget": 200,
        "extensions": {"a": 1},
        "entries": [
            {"content": "A cat.", "keys": ["Volt"], "id": "volt", "priority": 2.5,
             "decorators": [("depth", "3")], "extensions": {"b": [1]}},
        ],
    },
    tools=[{"name": "look", "description": "Look."}],
    events=[{"id": "fog", "what_happened": "Fog came.", "hours": (5, 11)}],
    system_prompt="{{original}}",
    post_history_instructions="Be brief.",
    tags=("sea",),
    version="1.0",
    provenance={"creator": "us", "license": "CC0", "sources": ["fiction"], "real_person": True,
                "consent": "given"},
)  # fmt: skip


def at(seconds: int):
    return lambda: datetime.fromtimestamp(seconds, UTC)


def foreign(card: dict[str, Any]) -> dict[str, Any]:
    """All that other applications own in a card: unknown keys and extensions, by place."""
    data = card["data"]
    book = data.get("character_book") or {"entries": []}
    return {
        "around": {key: part for key, part in card.items() if key.startswith("x_")},
        "data": {key: part for key, part in data.items() if key.startswith("x_")},
        "extensions": data["extensions"],
        "book": {key: part for key, part in book.items() if key.startswith("x_")},
        "book extensions": book.get("extensions"),
        "entries": [
            {key: part for key, part in entry.items() if key.startswith("x_")}
            | {"extensions": entry["extensions"], "content": entry["content"]}
            for entry in book["entries"]
        ],
    }


def exact(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


slowly = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@slowly
@given(cards(version=2))
def test_v2_to_v3_to_v2_loses_nothing(card):
    before = copy.deepcopy(card)
    third = card_from_persona(persona_from_card(card), 3, clock=at(5))
    second = card_from_persona(persona_from_card(third), 2)
    assert card == before
    assert (second["spec"], second["spec_version"]) == ("chara_card_v2", "2.0")
    assert exact(foreign(third)) == exact(foreign(second)) == exact(foreign(card))
    for key, value in card["data"].items():
        if key != "character_book":
            assert exact(second["data"][key]) == exact(value), key


@slowly
@given(cards(version=3))
def test_a_v3_card_comes_back_as_it_was_apart_from_its_date(card):
    persona = persona_from_card(card)
    again = card_from_persona(persona, clock=at(7))
    assert again["data"].pop("modification_date") == 7
    assert exact(again) == exact(card)


@slowly
@given(cards(version=3))
def test_every_version_and_container_gives_the_same_persona(tmp_path, card):
    persona = persona_from_card(card)
    for version in (1, 2, 3):
        other = persona_from_card(card_from_persona(persona, version, clock=at(1)))
        assert bare(other) == bare(persona)


@settings(slowly, max_examples=15)
@given(cards(version=3))
def test_json_png_and_charx_carry_the_same_card(tmp_path, card):
    persona = persona_from_card(card)
    for module, name in (
        (character_card, "a.json"), (character_card_png, "a.png"), (charx, "a.charx"),
        (personae_card, "a.yaml"), (character_card, "b.json"),
    ):  # fmt: skip
        target = tmp_path / name
        options = {} if module is personae_card else {"clock": at(1)}
        module.write([persona], target, **options)
        assert module.detects(target.read_bytes()[:65_536], target)
        (persona,) = module.read(target)
    again = character_card.read_card(tmp_path / "b.json")
    again["data"].pop("modification_date")
    assert exact(again) == exact(card)


def test_our_own_fields_survive_every_container(tmp_path):
    for module, name in (
        (character_card, "a.json"), (character_card_png, "a.png"), (charx, "a.charx"),
        (personae_card, "a.yaml"), (personae_card, "b.json"),
    ):  # fmt: skip
        module.write([FULL], tmp_path / name)
        (read,) = module.read(tmp_path / name)
        assert bare(read) == bare(FULL), name


@pytest.mark.parametrize("version", [1, 2, 3])
def test_our_own_fields_survive_every_version(version):
    assert bare(persona_from_card(card_from_persona(FULL, version))) == bare(FULL)


@slowly
@given(cards(version=3), TEXT, st.lists(TEXT, max_size=2))
def test_a_change_changes_its_field_and_nothing_else(card, description, statements):
    persona = persona_from_card(card)
    changed = persona.model_copy(
        update={"description": description, "statements": tuple(statements)}
    )
    again = card_from_persona(changed, clock=at(1))
    assert again["data"]["description"] == description
    assert again["data"]["extensions"].get("personae", {}).get("statements", []) == statements
    after, before = foreign(again), foreign(card)
    after["extensions"] = {k: v for k, v in after["extensions"].items() if k != "personae"}
    assert exact(after) == exact(before)
    assert bare(persona_from_card(again)) == bare(changed)


@slowly
@given(cards(version=3))
def test_a_changed_lorebook_keeps_what_others_put_into_its_entries(card):
    persona = persona_from_card(card)
    if persona.lorebook is None:
        return
    book = persona.lorebook.model_copy(update={"token_budget": 123})
    changed = persona.model_copy(update={"lorebook": book})
    again = card_from_persona(changed, clock=at(1))
    assert again["data"]["character_book"]["token_budget"] == 123
    assert exact(foreign(again)) == exact(foreign(card))
    assert persona_from_card(again).lorebook == book
