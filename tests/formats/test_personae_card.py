"""Our own card in YAML and JSON."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from personae.data import Persona
from personae.errors import FormatError
from personae.formats import personae_card


def read(file) -> Persona:
    (persona,) = personae_card.read(file)
    return persona


def test_words_that_yaml_would_take_for_something_else_are_text(make_file):
    text = "name: Nils\nlanguage: no\nstatements: [yes, 2020-01-01, 12:30, 0x1f, 1e3, on]\n"
    persona = read(make_file("a.yaml", text))
    assert persona.language == "no"
    assert persona.statements == ("yes", "2020-01-01", "12:30", "0x1f", "1e3", "on")


def test_numbers_among_the_attributes_are_text(make_file):
    persona = read(make_file("a.yaml", "name: A\nattributes: {age: 34, height: 1.7}\n"))
    assert persona.attributes == {"age": "34", "height": "1.7"}


def test_json_is_read_as_well(make_file):
    file = make_file("a.json", {"name": "A", "statements": ["I am."]})
    assert personae_card.detects(file.read_bytes(), file)
    assert read(file).statements == ("I am.",)


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("name: A\nstatments: [x]\n", "statments: Extra inputs", 2),
        ("name: A\ntraits:\n  ocean:\n    openness: 7\n", r"traits\.ocean\.openness", 4),
        ("name: A\n\nstatements:\n  - ok\n  - [no]\n", r"statements\.1", 5),
        ("name: A\nname: B\n", "occurs twice", 2),
        ("name: A\nx: [1\ny: 2\n", "not YAML", 3),
        ("name: &a A\nnickname: *a\n", "aliases", 2),
        ("name: !!python/object/apply:os.system [ls]\n", "tags", 1),
        ("name: A\nx: !!binary aGk=\n", "tags", 2),
        ("name: 1.0e+999\n", "too large", 1),
        ("- a\n", "not a list of fields", None),
        ("", "not a list of fields", None),
        ("description: no name\n", "name: Field required", 1),
        ("name: 5\n", "name: Input should be a valid string", 1),
        ("{? [a, b] : c}", "not YAML", 1),
        ("name: A\n---\nname: B\n", "not YAML", 2),
        ('name: "\\ud800"\n', ".", None),
    ],
)
def test_bad_cards_are_refused_with_their_line(make_file, text, message, line):
    file = make_file("a.yaml", text)
    with pytest.raises(FormatError, match=message) as caught:
        read(file)
    assert caught.value.file == file
    if line is not None:
        assert caught.value.line == line


def test_a_bomb_of_aliases_and_deep_nesting_are_refused(make_file):
    bomb = "a: &a [x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
    )
    with pytest.raises(FormatError, match="aliases"):
        read(make_file("a.yaml", bomb))
    with pytest.raises(FormatError, match=r"64 levels|nesting depth"):
        read(make_file("a.yaml", "x: " + "[" * 5_000))
    with pytest.raises(FormatError, match="deep"):
        read(make_file("a.json", '{"x":' + "[" * 100_000))
    with pytest.raises(FormatError, match="values"):
        read(make_file("a.yaml", "x: [" + "1," * 300_000 + "]"))


def test_files_that_are_too_large_or_not_utf_8_are_refused(make_file):
    with pytest.raises(FormatError, match="larger than 4 MB"):
        read(make_file("a.yaml", b"x" * (personae_card.MAX_BYTES + 1)))
    with pytest.raises(FormatError, match="not UTF-8"):
        read(make_file("a.yaml", b"name: caf\xe9\n"))
    with pytest.raises(FormatError):
        read(make_file("a.yaml", b"name: a\0b\n"))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text(alphabet="name: A[]{}&*!-\n\"'|>#?,%", max_size=60))
def test_any_file_is_read_or_refused(make_file, content):
    for name in ("a.yaml", "a.json"):
        with contextlib.suppress(FormatError):
            read(make_file(name, content))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(deadline=None, max_examples=60,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@example("a\x85b\u2028c\ufeff", [], {})
@given(TEXT, st.lists(TEXT, max_size=3), st.dictionaries(TEXT, TEXT, max_size=3))
def test_any_text_round_trips(tmp_path, description, statements, attributes):
    persona = Persona(
        name="A", description=description, statements=tuple(statements), attributes=attributes
    )
    for name in ("a.yaml", "a.json"):
        personae_card.write([persona], tmp_path / name)
        assert read(tmp_path / name) == persona


def test_all_faults_are_listed_with_their_lines(make_file):
    file = make_file("a.yaml", "name: A\ntypo: 1\nstatements: text\n")
    assert [fault.partition(": Inp")[0] for fault in personae_card.faults(file)] == [
        "Not a valid persona: statements",
        "Not a valid persona: typo: Extra inputs are not permitted (line 2).",
    ]
    assert personae_card.faults(make_file("b.yaml", "name: A\n")) == ()


def test_one_card_holds_one_persona(tmp_path):
    with pytest.raises(FormatError, match="holds one persona, not 2"):
        personae_card.write([Persona(name="A"), Persona(name="B")], tmp_path / "a.yaml")
    assert list(tmp_path.iterdir()) == []


def test_what_belongs_to_other_formats_is_not_detected(make_file):
    for content in (
        {"name": "A", "first_mes": "x", "greetings": []}, {"spec": "chara_card_v3", "data": {}},
        {"type": "TinyPerson", "persona": {"name": "A", "style": "x"}}, {"name": "A"}, [],
    ):  # fmt: skip
        file = make_file("a.json", content)
        assert not personae_card.detects(json.dumps(content).encode(), file)
