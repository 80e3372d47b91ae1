"""`personae memory`, as a user calls it, with the shipped small models."""

from __future__ import annotations

import json

import pytest

from personae.cli.app import run
from personae.data import Memory, Persona
from personae.settings import load_settings
from personae.store.memory_types import Scope
from personae.store.sqlite import open_store
from personae.store.types import NewTurn


@pytest.fixture
def call(capsys):
    """Runs a command; returns its exit code, what is on stdout, and what is on stderr."""

    def run_command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            run(["memory", *arguments])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run_command


def test_a_memory_is_added_found_edited_and_forgotten(call):
    assert call("list", "--json")[1].strip() == "[]"
    code, out, _ = call("add", "I have a dog called Volt.", "--subject", "Bo", "--json")
    added = json.loads(out)
    assert (code, added["outcome"]) == (0, "kept")
    found = json.loads(call("search", "Which pets?", "--json")[1])
    assert found[0]["text"] == "I have a dog called Volt."
    assert found[0]["ranks"] == {"meaning": 1}
    name = added["memory"]["id"]
    assert "now says" in call("edit", name.lower(), "I have a dog called Watt.")[2]
    code, out, _ = call("show", name)
    assert "revised (by hand): I have a dog called Watt." in out
    assert "Watt" in call("list", "--subject", "Bo")[1]
    code, _, err = call("forget", name, "--yes")
    assert (code, err.strip()) == (0, "Forgot 1 memories.")
    assert call("show", name)[0] == 2


def test_what_is_said_later_takes_the_place_of_what_it_contradicts(call):
    call("add", "I live in Rome.", "--subject", "Bo")
    _, _, err = call("add", "I live in Oslo.", "--subject", "Bo")
    assert err.startswith("superseded")
    assert "I live in Rome." in err
    held = json.loads(call("list", "--json")[1])
    assert [one["text"] for one in held] == ["I live in Oslo."]
    assert len(json.loads(call("list", "--past", "--json")[1])) == 2
    assert json.loads(call("add", "I live in Oslo!", "--subject", "Bo", "--json")[1])[
        "outcome"
    ] == ("repeated")


def test_an_export_comes_back_as_it_was(call, tmp_path):
    call("add", "I live in Rome.", "--subject", "Bo")
    call("add", "I live in Oslo.", "--subject", "Bo")
    with open_store(load_settings().database) as store:
        before = store.memories(Scope(past=True))
    file = tmp_path / "memories.jsonl"
    assert "Wrote 2 memories" in call("export", "--json", "--out", str(file))[2]
    assert call("import", str(file))[0] == 2  # the ids are there already
    for one in before:
        call("forget", one.id, "--yes")
    assert "Imported 2 memories" in call("import", str(file))[2]
    with open_store(load_settings().database) as store:
        assert store.memories(Scope(past=True)) == before


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"text": 7}', "text"), ("{", "line 2"), ("[1]", "line 2"),
        ('{"text": "x", "superseded_by": "nobody"}', "memory"),
        ('{"text": "x", "confidence": 7}', "confidence"),
        ('{"text": "x", "id": "a"}\n{"text": "y", "id": "a"}', "'a' already"),
        ('{"text": "of another version", "mood": "sad"}', "mood"),
        ('{"text": "cut off in the midd', "line 2"), ('{"text": "\udc9d"}', "UTF-8"),
        ('{"text": "x", "said_at": "yesterday"}', "said_at"),
        ('{"text": "x", "sources": ["nobody"]}', "memory"), ('{"text": ["x"]}', "text"),
    ],
)  # fmt: skip
def test_a_broken_export_is_named_and_nothing_of_it_is_kept(call, tmp_path, line, told):
    file = tmp_path / "memories.jsonl"
    whole = '{"text": "I am fine."}\n' + line + "\n"
    file.write_bytes(whole.encode("utf-8", "surrogateescape"))
    code, _, err = call("import", str(file))
    assert code != 0
    assert told in err
    assert "Traceback" not in err
    assert err.count("\n") == 1
    assert call("list", "--json")[1].strip() == "[]"


def test_an_audit_says_what_is_wrong_by_its_exit_code(call):
    assert call("audit")[0] == 0
    call("add", "I live in Rome.")
    code, out, _ = call("audit", "--json")
    assert code == 1
    assert {one["fault"] for one in json.loads(out)} == {"no provenance", "no subject"}


def test_a_session_is_learned_once_from_what_people_said(call):
    with open_store(load_settings().database) as store:
        session = store.create_session(
            Persona(name="Ana", id="ana"), user_name="Bo", method="plain", model="scripted"
        )
        turns = [
            NewTurn("Bo", "Hi! I have two dogs. I live in Rome."), NewTurn("Ana", "I have a cat."),
            NewTurn("Bo", "I live in Oslo."),
        ]  # fmt: skip
        store.append_exchange(session.id, turns)
    _, out, _ = call("learn", "latest", "--json")
    told = {one["text"]: one["outcome"] for one in json.loads(out)}
    assert told == {
        "I have two dogs.": "kept", "I live in Rome.": "kept",
        "I live in Oslo.": "superseded",
    }  # fmt: skip
    held = json.loads(call("list", "--holder", "Ana", "--subject", "Bo", "--json")[1])
    assert all(one["witnesses"] == ["Bo"] for one in held)  # as a chat keeps it
    assert {one["text"] for one in held} == {"I have two dogs.", "I live in Oslo."}
    assert json.loads(call("learn", "latest", "--json")[1]) == []
    assert call("audit", "--holder", "Ana")[0] == 0


def test_unknown_and_empty_names_are_refused_in_a_sentence(call):
    code, _, err = call("show", "nothing")
    assert (code, "memory" in err) == (2, True)
    assert call("add", "  ")[0] == 2
    code, _, err = call("forget", "", "--yes")
    assert code == 2


def test_a_session_that_is_over_is_found_by_its_topics(call):
    with open_store(load_settings().database) as store:
        session = store.create_session(
            Persona(name="Ana", id="ana"), user_name="Bo", method="plain", model="scripted"
        )
        store.append_exchange(session.id, [NewTurn("Bo", "I went swimming in the lake.")])
    (kept,) = json.loads(call("close", "latest", "--json")[1])
    assert (kept["kind"], kept["subject"]) == ("summary", "Bo")
    assert json.loads(call("close", "latest", "--json")[1]) == []
    (found,) = json.loads(call("events", "the lake", "--holder", "Ana", "--json")[1])
    assert found["score"] == found["overlap"] * found["recency"]
    assert "swimming" in call("events", "the lake")[1]
    assert json.loads(call("events", "violins", "--json")[1]) == []


def test_what_changed_between_sessions_is_consolidated(call):
    for text, session in (("I live in Rome.", "s1"), ("I live in Oslo.", "s2")):
        with open_store(load_settings().database) as store:
            store.keep_memories([Memory(text=text, holder="Ana", subject="Bo", session=session)])
    (step,) = json.loads(call("consolidate", "Ana", "--json")[1])
    assert step["strategy"] == "resolve"
    assert {one["text"] for one in step["before"]} == {"I live in Rome.", "I live in Oslo."}
    assert json.loads(call("consolidate", "Ana", "--json")[1]) == []
    assert "contradiction" in call("consolidate", "Ana")[1]
