"""What docs/characters.md tells authors is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from personae.data import Event, Persona, Tool
from personae.errors import FormatError

PAGE = Path(__file__).parents[2] / "docs" / "characters.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)


def test_the_complete_example_is_a_valid_character() -> None:
    persona = Persona.from_dict(yaml.safe_load(BLOCKS[0]))
    assert BLOCKS[0].startswith("# ")
    assert len(persona.statements) >= 8
    assert len(persona.greetings) >= 2
    assert all(s.startswith(("I ", "My ")) for s in persona.statements)
    assert len(persona.examples) >= 2
    assert persona.events
    assert persona.lorebook


def test_a_misspelt_field_of_the_example_is_an_error_as_the_page_says() -> None:
    value = yaml.safe_load(BLOCKS[0])
    value["statments"] = value.pop("statements")
    with pytest.raises(FormatError, match="statments"):
        Persona.from_dict(value)


def test_the_tool_example_is_valid_and_its_table_covers_the_enum() -> None:
    (raw,) = yaml.safe_load(BLOCKS[1])["tools"]
    tool = Tool.from_dict(raw)
    assert isinstance(tool.returns, dict)
    argument = tool.parameters["properties"][tool.returns["by"]]
    assert set(argument["enum"]) == set(tool.returns["cases"])


def test_the_table_of_fields_names_every_field_of_a_persona_and_no_other() -> None:
    rows = re.findall(r"^\| (`.*?) \|", TEXT, flags=re.MULTILINE)
    named = {field for row in rows for field in re.findall(r"`(\w+)`", row)}
    mentioned = set(re.findall(r"`(\w+)`", TEXT))
    fields = set(Persona.model_fields)
    assert named <= fields
    assert fields <= named | mentioned


def test_the_fields_of_events_are_explained() -> None:
    for field in ("hours", "weight", "topics", "cooldown_turns"):
        assert field in Event.model_fields
        assert f"`{field}" in TEXT
