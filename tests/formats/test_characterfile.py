"""elizaOS character files."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.formats import characterfile

FILE = {
    "name": "Ana", "bio": ["One.", "Two."], "lore": ["Was born."], "topics": ["sea", "radio"],
    "messageExamples": [[{"user": "{{user1}}", "content": {"text": "Hi {{user1}}"}},
                         {"user": "ana", "content": {"text": "Hello."}}]],
    "postExamples": ["A post."], "adjectives": ["warm"], "system": "S",
    "knowledge": ["plain", {"id": "k", "path": "p.txt", "content": "long"}, {"directory": "x"}],
    "style": {"all": ["short"], "chat": ["calm"], "post": ["no"]},
}  # fmt: skip


def read(file):
    (persona,) = characterfile.read(file)
    return persona


def test_every_part_has_its_place(make_file):
    file = make_file("ana.character.json", FILE)
    persona = read(file)
    assert characterfile.detects(file.read_bytes(), file)
    assert (persona.description, persona.statements) == ("One.\nTwo.", ("Was born.",))
    assert persona.examples[0].turns == (("{{user}}", "Hi {{user}}"), ("{{char}}", "Hello."))
    assert (persona.style, persona.system_prompt) == ("short\ncalm", "S")
    assert persona.attributes == {"topics": "sea, radio"}
    assert [(one.text, one.id, one.source) for one in persona.knowledge] == [
        ("plain", "", ""), ("long", "k", "p.txt"),
    ]  # fmt: skip
    assert (persona.utterances, persona.traits.adjectives) == (("A post.",), ("warm",))


def test_older_files_with_a_text_for_a_bio_are_read(make_file):
    assert read(make_file("a.json", {"name": "A", "bio": "One.", "lore": []})).description == "One."


def test_the_shared_example_is_read(dataset_dir):
    persona = read(dataset_dir("characterfile") / "example.character.json")
    assert persona.name == "ExampleAgent"
    assert len(persona.examples) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [({"name": ""}, "no name"), ({"name": None}, "missing"), ({"bio": 5}, "must be a list"),
     ({"messageExamples": [5]}, r"messageExamples\[0\] must be a list"),
     ({"messageExamples": [[5]]}, "not an object"), ({"style": []}, "not an object")],
)  # fmt: skip
def test_wrong_types_are_refused(make_file, change, message):
    with pytest.raises(FormatError, match=message):
        read(make_file("a.json", {**FILE, **change}))


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["user", "content", "text", "all", "id"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(list(FILE)), JSON, max_size=5))
def test_any_object_is_read_or_refused(make_file, change):
    with contextlib.suppress(FormatError):
        read(make_file("a.json", {**FILE, **change}))
