"""Role specifications: the shipped one, and how files that are none are refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae import roles
from personae.cli.app import run
from personae.data import Role
from personae.data.role import CATEGORIES
from personae.errors import FormatError, UnknownEntry
from personae.formats.role_file import open_role, read_role
from personae.load import load_persona

ROLE = """\
name: desk
character: Iris
outline: "{{char}} answers letters."
rules:
  - category: policy
    rule: I cannot lend books by post.
    in_bounds: [Fetch it at the desk., no]
    out_of_bounds: [I will post it to you.]
dialogues:
  - turns: [["{{user}}", "Hello?"], ["{{char}}", "Hello, how can I help?"]]
"""


def read(folder, text):
    file = folder / "role.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_role(file)


@pytest.mark.parametrize("name", roles.names())
def test_a_shipped_role_has_both_sides_of_every_category_and_survives_a_round_trip(name):
    role = open_role(name)
    assert role.name == name
    assert {one.category for one in role.rules} == set(CATEGORIES)
    assert all(one.in_bounds and one.out_of_bounds for one in role.rules)
    bad = {text for one in role.rules for text in one.out_of_bounds}
    assert role.dialogues
    assert not bad & set(role.replies())
    assert Role.from_json(role.to_json()) == role


def test_replies_are_those_of_the_dialogues_and_the_rules_but_not_the_users(tmp_path):
    role = read(tmp_path, ROLE)
    assert role.replies() == ("Hello, how can I help?", "Fetch it at the desk.", "no")


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("policy", "money", 5, "identity"),
        ("rules:", "rulez:", None, "rules: Field required"),
        ("    rule: I cannot lend books by post.", "    rule: ''", 6, "at least 1 character"),
        ('["{{user}}", "Hello?"]', '["Bo", "Hello?"]', 10, "said by 'Bo'"),
        ('["{{char}}", "Hello, how can I help?"]', '["{{user}}", "Hm"]', 10, "says nothing"),
        ("name: desk", "name: &a desk", None, None),
        ("character: Iris", "character: *a", 2, "aliases"),
        ("character: Iris", "character: !!str Iris", 2, "tags"),
        ("character: Iris", "character: [", None, "not YAML"),
        ("name: desk", "name: desk\nname: two", 2, "occurs twice"),
    ],
)
def test_a_fault_is_told_in_one_sentence_with_its_line(tmp_path, old, new, line, fault):
    text = ROLE.replace(old, new)
    assert text != ROLE
    if fault is None:
        assert read(tmp_path, text).name == "desk"
        return
    with pytest.raises(FormatError) as caught:
        read(tmp_path, text)
    assert fault in str(caught.value)
    assert "\n" not in str(caught.value)
    if line is not None:
        assert caught.value.line == line


@pytest.mark.parametrize("text", ["", "- a", "just text", b"\xff\xfe", "[" * 40, "a: " * 9])
def test_what_is_no_role_is_refused(tmp_path, text):
    with pytest.raises(FormatError, match=r"role\.yaml"):
        read(tmp_path, text)


@given(text=st.text(max_size=200))
def test_any_text_is_a_role_or_a_format_error(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    with pytest.raises(FormatError):
        read(folder, text.encode("utf-8", "replace"))


def test_an_unknown_role_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(UnknownEntry, match="phone-companion"):
        open_role("phone-companio")
    with pytest.raises(FormatError):
        open_role(str(tmp_path / "none.yaml"))


def test_the_command_shows_a_role_from_a_file(tmp_path, capsys):
    file = tmp_path / "role.yaml"
    file.write_text(ROLE)
    with pytest.raises(SystemExit) as caught:
        run(["role", "show", str(file), "--json"])
    assert not caught.value.code
    assert json.loads(capsys.readouterr().out)["rules"][0]["category"] == "policy"


def test_who_holds_a_role_is_a_persona_with_the_rules_as_statements():
    persona = load_persona("role:phone-companion")
    assert persona.name == "Marion"
    assert "I do not eat or drink." in persona.statements
    assert persona.greetings[0].startswith("Good morning, this is {{char}}.")
    with pytest.raises(UnknownEntry, match="phone-companion"):
        load_persona("role:phone")


def test_a_rule_without_statements_is_its_own(tmp_path):
    role = read(tmp_path, ROLE)
    assert role.statements() == ((0, "I cannot lend books by post."),)
    told = ROLE.replace(
        "    in_bounds", "    statements: [I post nothing., I lend.]\n    in_bounds"
    )
    assert read(tmp_path, told).statements() == ((0, "I post nothing."), (0, "I lend."))
