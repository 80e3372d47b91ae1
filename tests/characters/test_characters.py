"""The shipped characters are what they claim to be."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml

from personae import characters
from personae.data import Event, Persona

NAMES = characters.names()
FIRST_PERSON = {
    "en": re.compile(r"(I|My)\b"),
    "es": re.compile(r"(Mi|Mis|Me|Le tengo|No (me|le|sé|soy|tengo|\w+o)|Soy|Estuve|\w+(o|é|í)) "),
    "fr": re.compile(r"(Je |J'|Mon |Ma |Mes )"),
    "zh": re.compile("我"),
}
MAX_WORDS = 20
MAX_CHARACTERS_ZH = 30  # Chinese has no spaces: about 1.5 characters a word
MAX_GREETING_CHARACTERS = 300
MAX_PROMPT_CHARACTERS = 4_000  # about 1,000 tokens: what describes the persona, with its examples


def raw_card(name: str) -> dict[str, Any]:
    card = yaml.safe_load(characters.path_of(name).read_text(encoding="utf-8"))
    assert isinstance(card, dict)
    return card


def persona_of(name: str) -> Persona:
    return Persona.from_dict(raw_card(name))


def normalised(text: str) -> str:
    kept = (c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
    return "".join(kept)


def all_texts(persona: Persona) -> list[str]:
    return [
        *persona.statements, *persona.greetings, *persona.group_greetings, *persona.utterances,
        persona.description, persona.personality, persona.style, persona.scenario,
        *(text for example in persona.examples for _, text in example.turns),
        *(passage.text for passage in persona.knowledge),
        *(event.what_happened for event in persona.events),
        *(entry.content for entry in (persona.lorebook.entries if persona.lorebook else ())),
    ]  # fmt: skip


def test_there_are_at_least_ten_characters_and_ana_is_one_of_them() -> None:
    assert len(NAMES) >= 10
    assert "ana" in NAMES


def test_the_characters_speak_at_least_four_languages_and_differ_in_age() -> None:
    assert {persona_of(name).language for name in NAMES} >= {"en", "es", "fr", "zh"}
    ages = {int(a) for n in NAMES if (a := persona_of(n).attributes.get("age", "")).isdigit()}
    assert min(ages) < 18
    assert max(ages) > 70


@pytest.mark.parametrize("name", NAMES)
def test_a_character_is_a_valid_persona_whose_id_is_its_file_name(name: str) -> None:
    persona = persona_of(name)
    assert persona.id == name
    assert Persona.from_json(persona.to_json()) == persona


@pytest.mark.parametrize("name", NAMES)
def test_a_card_begins_with_a_one_line_summary(name: str) -> None:
    first, second = characters.path_of(name).read_text(encoding="utf-8").splitlines()[:2]
    assert re.fullmatch(r"# \S.{9,98}", first)
    assert not second.startswith("#")
    assert characters.summaries()[name] == first[2:]


@pytest.mark.parametrize("name", NAMES)
def test_statements_are_short_and_in_the_first_person_of_the_language(name: str) -> None:
    persona = persona_of(name)
    assert len(persona.statements) >= 8
    for statement in persona.statements:
        assert FIRST_PERSON[persona.language].match(statement), statement
        assert statement[-1] in ".。", statement
        assert len(statement.split()) <= MAX_WORDS, statement
        if persona.language == "zh":
            assert len(statement) <= MAX_CHARACTERS_ZH, statement


@pytest.mark.parametrize("name", NAMES)
def test_the_text_is_in_the_declared_language(name: str) -> None:
    persona = persona_of(name)
    for text in all_texts(persona):
        letters = [c for c in re.sub(r"\{\{\w+\}\}", "", text) if c.isalpha()]
        chinese = sum("CJK" in unicodedata.name(c) for c in letters)
        if persona.language == "zh":
            assert chinese == len(letters), text
        else:
            assert chinese == 0, text
    common = {"en": "the|a|you|is|I|it", "es": "el|la|de|que|no|se", "fr": "le|la|de|je|et|on"}
    if persona.language in common:
        words = re.findall(r"\w+", " ".join(all_texts(persona)).lower())
        share = sum(word in common[persona.language].lower().split("|") for word in words)
        assert share / len(words) > 0.08


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_said_twice_in_one_card(name: str) -> None:
    persona = persona_of(name)
    texts = [normalised(text) for text in all_texts(persona)]
    assert len(set(texts)) == len(texts)


def test_no_two_characters_share_a_statement_or_a_line() -> None:
    seen: dict[str, str] = {}
    for name in NAMES:
        persona = persona_of(name)
        for text in (*persona.statements, *persona.utterances, *persona.greetings):
            other = seen.setdefault(normalised(text), name)
            assert other == name, f"{name} and {other} both say {text!r}"


@pytest.mark.parametrize("name", NAMES)
def test_a_character_has_everything_that_methods_draw_on(name: str) -> None:
    persona = persona_of(name)
    assert len(persona.greetings) >= 2
    assert len(persona.utterances) == 8
    assert persona.knowledge
    assert all(p.id and p.text and p.source for p in persona.knowledge)
    assert persona.traits.mbti
    assert len(persona.traits.adjectives) >= 4
    assert None not in persona.traits.ocean.model_dump().values()
    assert all((persona.description, persona.personality, persona.style, persona.scenario))
    assert len(persona.attributes) >= 4


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_exchanges_that_the_character_closes(name: str) -> None:
    persona = persona_of(name)
    assert len(persona.examples) >= 2
    for example in persona.examples:
        speakers = [speaker for speaker, _ in example.turns]
        assert speakers == ["{{user}}", "{{char}}"] * (len(speakers) // 2)
        assert speakers
        assert all(text.strip() for _, text in example.turns)


@pytest.mark.parametrize("name", NAMES)
def test_greetings_and_the_described_persona_fit_a_small_model(name: str) -> None:
    persona = persona_of(name)
    assert max(map(len, persona.greetings)) <= MAX_GREETING_CHARACTERS
    described = [
        *persona.statements, persona.description, persona.personality, persona.style,
        persona.scenario, *(text for example in persona.examples for _, text in example.turns),
        *(passage.text for passage in persona.knowledge),
        *(f"{key}: {value}" for key, value in persona.attributes.items()),
    ]  # fmt: skip
    assert sum(map(len, described)) <= MAX_PROMPT_CHARACTERS


@pytest.mark.parametrize("name", NAMES)
def test_only_known_macros_are_used(name: str) -> None:
    text = characters.path_of(name).read_text(encoding="utf-8")
    assert set(re.findall(r"\{\{(.*?)\}\}", text)) <= {"user", "char"}


@pytest.mark.parametrize("name", NAMES)
def test_provenance_names_creator_licence_and_sources(name: str) -> None:
    provenance = persona_of(name).provenance
    assert provenance.creator == "personae authors"
    assert provenance.license == "Apache-2.0"
    assert provenance.sources


def test_a_real_person_is_long_dead_and_well_sourced() -> None:
    real = [p for name in NAMES if (p := persona_of(name)).provenance.real_person]
    assert [persona.id for persona in real] == ["mary-anning"]
    for persona in real:
        died = re.search(r"died on .*(\d{4})$", persona.provenance.consent)
        assert died
        assert int(died.group(1)) < 1926
        assert len(persona.provenance.sources) >= 3


def test_at_least_three_characters_have_a_lorebook_with_keys_and_text() -> None:
    books = [book for name in NAMES if (book := persona_of(name).lorebook)]
    assert len(books) >= 3
    for book in books:
        assert book.entries
        for entry in book.entries:
            assert entry.keys
            assert entry.content.strip()
            assert entry.name
        ids = [entry.id for entry in book.entries]
        assert len(set(ids)) == len(ids)


def events() -> list[tuple[str, Event]]:
    return [(name, event) for name in NAMES for event in persona_of(name).events]


def test_the_fantasy_character_has_events_and_so_have_modern_ones() -> None:
    with_events = {name for name, _ in events()}
    assert len(persona_of("wenna").events) >= 8
    assert any("modern" in persona_of(name).tags for name in with_events)


@pytest.mark.parametrize(("name", "event"), events(), ids=lambda v: getattr(v, "id", v))
def test_an_event_says_what_happens_when_and_what_it_is_about(name: str, event: Event) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", event.id)
    assert len(event.topics) >= 3
    assert event.name
    assert event.effect_on_mood
    assert 20 <= len(event.what_happened) <= 200
    assert event.cooldown_turns >= 4
    if event.hours:
        assert all(0 <= hour <= 24 for hour in event.hours)
        assert event.hours[0] != event.hours[1]


@pytest.mark.parametrize("name", ["wenna", "ana", "delroy"])
def test_at_every_hour_of_the_day_some_event_may_happen(name: str) -> None:
    def open_at(event: Event, hour: float) -> bool:
        if event.hours is None:
            return True
        start, end = event.hours
        return start <= hour < end if start < end else hour >= start or hour < end

    found = persona_of(name).events
    assert len({event.id for event in found}) == len(found)
    assert all(any(open_at(event, half / 2) for event in found) for half in range(48))


def tables() -> list[tuple[str, dict[str, Any]]]:
    return [(name, tool) for name in NAMES for tool in raw_card(name).get("tools", ())]


def test_the_fantasy_character_has_a_shop() -> None:
    names = {tool.name for tool in persona_of("wenna").tools}
    assert {"check_stock", "sell_item", "give_errand"} <= names


@pytest.mark.parametrize(("name", "tool"), tables(), ids=lambda v: v if isinstance(v, str) else "")
def test_a_tool_answers_from_a_table_for_every_argument(name: str, tool: dict[str, Any]) -> None:
    table, parameters = tool["returns"], tool["parameters"]
    assert set(table) == {"by", "cases", "otherwise"}
    assert parameters["required"] == [table["by"]]
    assert set(parameters["properties"][table["by"]]["enum"]) == set(table["cases"])
    for answer in (*table["cases"].values(), table["otherwise"]):
        # A comma that is not quoted would leave a key without a value.
        assert answer
        assert None not in answer.values()


def test_stock_and_sales_agree_on_prices_and_on_what_is_sold_out() -> None:
    tools = {tool.name: tool for tool in persona_of("wenna").tools}
    stock = tools["check_stock"].returns
    sales = tools["sell_item"].returns
    assert isinstance(stock, dict)
    assert isinstance(sales, dict)
    for ware, shelf in stock["cases"].items():
        sale = sales["cases"][ware]
        assert sale["sold"] is (shelf["left"] > 0)
        if sale["sold"]:
            assert sale["paid_pennies"] == shelf["price_pennies"]


def test_prices_that_a_character_quotes_agree_with_its_stock() -> None:
    persona = persona_of("wenna")
    stock = next(tool for tool in persona.tools if tool.name == "check_stock").returns
    assert isinstance(stock, dict)
    quoted = " ".join(text for example in persona.examples for _, text in example.turns)
    assert "thirty feet, six pennies" in quoted
    assert stock["cases"]["hemp rope"]["price_pennies"] == 6
    assert "Nine, and I'll fill it with oil" in quoted
    assert stock["cases"]["oil lantern"]["price_pennies"] == 9


def test_every_yaml_file_of_the_folder_is_listed() -> None:
    assert sorted(Path(characters.FOLDER).glob("*.y*ml")) == [
        characters.path_of(name) for name in NAMES
    ]
