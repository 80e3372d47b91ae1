"""TinyTroupe agents."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.formats import tinytroupe_agent
from personae.formats.tinytroupe_agent import first_person

AGENT = {
    "type": "TinyPerson",
    "persona": {
        "name": "Lila", "age": 28, "education": "Sorbonne", "style": "Friendly.",
        "occupation": {"title": "Linguist", "organization": "N/A", "description": "You are free."},
        "personality": {"traits": ["You are curious."],
                        "big_five": {"openness": "Very high. So.", "neuroticism": "unknown"}},
        "preferences": {"likes": ["Baking."]},
        "relationships": [{"name": "Emma", "description": "Your best friend."}],
        "other_facts": ["You grew up with your aunt."],
    },
}  # fmt: skip


def read(file):
    (persona,) = tinytroupe_agent.read(file)
    return persona


def test_an_agent_becomes_a_persona_that_speaks_in_the_first_person(make_file):
    file = make_file("Lila.agent.json", AGENT)
    persona = read(file)
    assert tinytroupe_agent.detects(file.read_bytes(), file)
    assert persona.statements == (
        "My occupation: Linguist (N/A).", "My education: Sorbonne.",
        "I grew up with my aunt.", "I like: Baking.", "I am curious.", "Emma: My best friend.",
    )  # fmt: skip
    assert persona.description == "I am free."
    assert persona.attributes == {"age": "28", "education": "Sorbonne", "occupation": "Linguist"}
    assert persona.traits.ocean.to_dict() == {"openness": 0.95}


@pytest.mark.parametrize(
    ("second", "first"),
    [
        ("You are a linguist.", "I am a linguist."),
        ("Your boss pushes you to reduce your costs.", "My boss pushes me to reduce my costs."),
        ("He works with you.", "He works with me."),
        ("They trust you, and you know.", "They trust me, and I know."),
        ("You were late. you're tired.", "I was late. I'm tired."),
        ("Lila grew up in Paris.", "Lila grew up in Paris."),
    ],
)
def test_second_person_becomes_first_by_rule(second, first):
    assert first_person(second) == first


def test_all_shared_agents_are_read(dataset_dir):
    files = sorted(dataset_dir("tinytroupe-agents").glob("examples/*/*.json"))
    personas = {file.name: read(file) for file in files}
    assert len(personas) == 16
    assert personas["Oscar.agent.json"].traits.ocean.agreeableness == 0.5
    assert all(len(persona.statements) >= 4 for persona in personas.values())


@pytest.mark.parametrize(
    ("content", "message"),
    [({"type": "TinyPerson"}, ""), ({"type": "x", "persona": {}}, "not a TinyTroupe agent"),
     ([], "is a list"), ({"type": "TinyPerson", "persona": {"name": 5}}, "must be a string"),
     ({"type": "TinyPerson", "persona": {"relationships": 5}}, "must be a list"), ("{", "JSON")],
)  # fmt: skip
def test_what_is_no_agent_is_refused_or_named_after_its_file(make_file, content, message):
    file = make_file("Some_One.agent.json", content)
    if not message:
        assert read(file).name == "Some One"
        return
    with pytest.raises(FormatError, match=message):
        read(file)


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([*AGENT["persona"], "traits", "big_five"]), inner, max_size=5),
    max_leaves=15,
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON)
def test_any_persona_object_is_read_or_refused(make_file, content):
    with contextlib.suppress(FormatError):
        read(make_file("a.json", {"type": "TinyPerson", "persona": content}))
