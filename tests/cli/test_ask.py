"""`personae ask`: one reply, nothing stored."""

from __future__ import annotations

import json
import os
import sqlite3

import pytest

from personae.cli import app
from personae.settings import load_settings


@pytest.fixture
def ask(capsys):
    """Runs `personae ask` with the scripted model; returns exit code, stdout and stderr."""

    def run(*arguments: str, model: str = "scripted") -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            app.run(["ask", *arguments, "--model", model])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


@pytest.fixture
def script(tmp_path):
    """A scripted model that says these texts."""

    def write(*texts: str) -> str:
        file = tmp_path / "script.yaml"
        file.write_text(json.dumps(list(texts)))
        return f"scripted:{file}"

    return write


def test_the_reply_is_printed_and_nothing_else(ask, script):
    assert ask("ana", "Hi.", model=script("Good morning.")) == (0, "Good morning.\n", "")
    assert not load_settings().database.exists()


def test_the_json_holds_all_that_the_issue_names(ask):
    code, out, _ = ask("ana", "Hi.", "--json", "--method", "in-character", "--seed", "4")
    told = json.loads(out)
    assert code == 0
    assert set(told) == {
        "reply", "method", "model", "candidates", "evidence", "usage", "timings",
    }  # fmt: skip
    assert told["method"] == "in-character"
    assert told["model"] == "scripted"
    assert told["candidates"][0].keys() >= {"text", "scores"}
    assert set(told["usage"]) == {"prompt_tokens", "completion_tokens", "cached_tokens"}
    assert set(told["timings"]) == {"total_s", "first_token_s", "first_shown_s"}


def test_the_same_seed_gives_the_same_reply(ask):
    first, again, other = (ask("ana", "How are you today?", "--seed", s)[1] for s in "112")
    assert first == again != other


def test_options_reach_the_method(ask, script):
    model = script("One thing. Two things. Three things.")
    arguments = ("--option", "max_sentences=1")
    assert ask("ana", "Hi.", *arguments, model=model)[1] == "One thing.\n"


def test_what_a_terminal_would_obey_is_not_printed(ask, script):
    model = script("\x1b[31mRed.\x1b[0m")
    assert ask("ana", "Hi.", "--method", "plain", model=model)[1] == "Red.\n"


def test_a_history_comes_before_the_message(ask, tmp_path, script):
    file = tmp_path / "before.jsonl"
    messages = [{"role": "user", "content": "I am Bo."}, {"role": "assistant", "content": "Hi Bo."}]
    file.write_text(json.dumps({"messages": messages}) + "\n")
    asked = ("ana", "Who am I?", "--method", "plain", "--json")
    code, out, err = ask(*asked, "--history", str(file))
    with_history = json.loads(out)["usage"]["prompt_tokens"]
    without = json.loads(ask(*asked)[1])["usage"]["prompt_tokens"]
    assert (code, err) == (0, "")
    assert with_history - without == 7  # the words of both turns and their labels


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["anna", "Hi."], 2, "no character named 'anna'. Did you mean 'ana'"),
        (["nowhere/x.json", "Hi."], 1, "There is no such file"),
        (["http://x.org/c.png", "Hi."], 2, "fetches nothing"),
        (["ana", ""], 2, "The message is empty."),
        (["ana", " \n "], 2, "The message is empty."),
        (["ana", "x" * 20_001], 2, "20,001 characters; at most 20,000"),
        (["ana", "Hi.", "--method", "plian"], 2, "Did you mean 'plain'"),
        (["ana", "Hi.", "--option", "k"], 2, "name=value"),
        (["ana", "Hi.", "--option", "k=1"], 2, "has no option 'k'"),
        (["ana", "Hi.", "--option", "max_tokens=0"], 2, "greater than or equal to 1"),
        (["ana", "Hi.", "--history", "nowhere.jsonl"], 1, "nowhere.jsonl"),
        (["ana", "Hi.", "--user", "Ana Ruiz"], 0, ""),
        (["ana", "Hi.", "--user", "ANA"], 2, "both named 'ANA'"),
    ],
)
def test_bad_input_is_one_sentence(ask, arguments, code, said):
    status, out, err = ask(*arguments)
    assert status == code
    assert said in err
    assert err.count("\n") <= 1
    assert bool(out) == (code == 0)


@pytest.mark.parametrize(
    ("model", "code", "said"),
    [
        ("nonsense", 2, "no model named 'nonsense'"),
        ("gguf:nowhere.gguf", 1, "nowhere.gguf"),
        ("scripted:nowhere.yaml", 1, "nowhere.yaml"),
        ("openai:x@localhost:80", 2, "no scheme"),
    ],
)
def test_a_model_that_is_not_there_is_one_sentence(ask, model, code, said):
    status, out, err = ask("ana", "Hi.", model=model)
    assert (status, out) == (code, "")
    assert said in err
    assert err.count("\n") == 1


def test_an_endpoint_that_is_down_is_one_sentence(ask, monkeypatch):
    monkeypatch.setattr("personae.lm.openai.OpenAIModel._sleep", lambda *_: None)
    status, out, err = ask("ana", "Hi.", model="openai:x@http://127.0.0.1:9/v1")
    assert (status, out) == (1, "")
    assert "127.0.0.1:9" in err
    assert err.count("\n") == 1


def test_a_message_of_odd_bytes_is_read_as_it_can_be(ask):
    code, out, _ = ask("ana", os.fsdecode(b"Hi \xff there you"), "--json")
    assert code == 0
    assert "\\udc" not in out


def test_a_read_only_home_is_no_hindrance(ask, script, tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    monkeypatch.setenv("PERSONAE_HOME", str(home))
    assert ask("ana", "Hi.", model=script("Fine."))[:2] == (0, "Fine.\n")
    assert list(home.iterdir()) == []


def test_a_broken_database_is_one_sentence_when_it_is_needed(ask):
    database = load_settings().database
    database.parent.mkdir(parents=True)
    database.write_bytes(b"not a database" * 100)
    assert ask("ana", "Hi.")[0] == 0  # a shipped character needs no store
    code, out, err = ask("somebody", "Hi.")
    assert (code, out) == (1, "")
    assert str(database) in err
    assert err.count("\n") == 1
    assert database.read_bytes() == b"not a database" * 100


def test_a_locked_database_can_still_be_read(ask, script):
    from personae.data import Persona
    from personae.store.sqlite import open_store

    with open_store(load_settings().database) as store:
        store.save_persona(Persona(name="Zed", statements=("I sleep.",)))
    other = sqlite3.connect(load_settings().database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert ask("Zed", "Hi.", model=script("Zzz."))[:2] == (0, "Zzz.\n")
    finally:
        other.close()


@pytest.mark.embedded
@pytest.mark.slow
def test_the_embedded_model_replies(ask, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    arguments = ("ana", "What do you do for a living?", "--json", "--option", "max_tokens=24")
    first, second = (ask(*arguments, model="embedded") for _ in range(2))
    assert first[0] == 0, first[2]
    told = json.loads(first[1])
    assert told["reply"]
    assert told["model"] == "embedded"
    assert told["usage"]["completion_tokens"] > 0
    assert json.loads(second[1])["reply"] == told["reply"]
