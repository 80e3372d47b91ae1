"""Remarks on valid personas."""

from __future__ import annotations

from personae.data import Persona
from personae.formats.advice import advice
from personae.formats.character_card import persona_from_card

GOOD = {"name": "A", "statements": ["I am."], "greetings": ["Hello {{user}}, you look well."]}


def places(**fields) -> list[str]:
    return [one.place for one in advice(Persona.model_validate({**GOOD, **fields}))]


def test_a_good_persona_gets_no_remarks():
    assert places() == []


def test_what_is_missing_is_remarked():
    assert places(statements=[], greetings=[]) == ["statements", "description", "greetings"]
    assert places(statements=["I am.", " "]) == ["statements[1]"]


def test_real_people_need_consent():
    assert places(provenance={"real_person": True}) == ["provenance.consent"]
    assert places(provenance={"real_person": True, "consent": "signed"}) == []


def test_speaking_for_the_user_is_found_in_examples_and_greetings():
    def spoken(text):
        return [{"turns": [("{{user}}", "You: x"), ("{{char}}", text)]}]

    for text in ("Hi. {{user}}: I agree", "<USER> nods.", "Hi\nYou: fine", "{{user}} says yes"):
        assert places(examples=spoken(text)) == ["examples[0]"], text
        assert places(greetings=[text]) == ["greetings[0]"], text
    assert places(examples=spoken("Hello {{user}}, how do you do?")) == []


def test_lore_that_never_enters_is_found():
    entries = [{"content": "x"}, {"content": "x", "keys": ["(a+)+$"], "use_regex": True},
               {"content": "x", "keys": ["k"], "decorators": [("risu", "1"), ("depth", "2")]},
               {"content": "x", "constant": True}]  # fmt: skip
    assert places(lorebook={"entries": entries}) == [
        "lorebook.entries[0]", "lorebook.entries[1].keys", "lorebook.entries[2]",
    ]  # fmt: skip


def test_newer_versions_web_assets_and_code_are_remarked():
    assets = [{"type": "icon", "uri": "https://x.example/a.png"}, "junk",
              {"type": "other", "uri": "embeded://assets/other/code/a.lua"}]  # fmt: skip
    card = {"spec": "chara_card_v3", "spec_version": "4.0",
            "data": {"name": "A", "first_mes": "Hi", "assets": assets}}  # fmt: skip
    found = [one.place for one in advice(persona_from_card(card))]
    assert found == ["spec_version", "statements", "description", "assets[0]", "assets[2]"]
