"""`personae chat`, in a real terminal and as JSON lines."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from personae.cli.output import plain
from personae.settings import load_settings
from personae.store.sqlite import open_store

PERSONAE = [sys.executable, "-c", "from personae.cli import main; main()"]
WAIT_S = 20


class Terminal:
    """A process in a pseudo terminal: type into it, wait for what it shows."""

    def __init__(self, arguments: list[str]) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [*PERSONAE, *arguments],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True, close_fds=True,
            preexec_fn=lambda: _take_terminal(slave),
            env={**os.environ, "TERM": "xterm", "COLUMNS": "200", "LINES": "50"},
        )  # fmt: skip
        os.close(slave)
        self._raw = b""
        self._seen = 0

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def line(self, text: str) -> None:
        self.type(text + "\r")

    def expect(self, pattern: str) -> str:
        """What was shown since the last match, up to and with `pattern`."""
        deadline = time.monotonic() + WAIT_S
        while True:
            text = plain(self._raw.decode(errors="replace"))
            found = re.compile(pattern).search(text, self._seen)
            if found:
                shown = text[self._seen : found.end()]
                self._seen = found.end()
                return shown
            if time.monotonic() > deadline or not self._read():
                state = f"exit code {self.process.poll()}"
                raise AssertionError(f"{pattern!r} is not in {text[self._seen :]!r} ({state})")

    def _read(self) -> bool:
        if not select.select([self._master], [], [], 0.2)[0]:
            return self.process.poll() is None
        try:
            piece = os.read(self._master, 65536)
        except OSError:  # the other side was closed
            return False
        self._raw += piece
        return bool(piece)

    def end(self) -> int:
        """The exit code, after reading what is left."""
        deadline = time.monotonic() + WAIT_S
        while self._read() and time.monotonic() < deadline:
            pass
        return self.process.wait(WAIT_S)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)


def _take_terminal(slave: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


@pytest.fixture
def terminal():
    """Opens chats in terminals of their own, and closes them."""
    opened: list[Terminal] = []

    def open_chat(*arguments: str) -> Terminal:
        opened.append(Terminal(["chat", *arguments]))
        return opened[-1]

    yield open_chat
    for one in opened:
        one.close()


@pytest.fixture
def script(tmp_path):
    def write(*replies: str, **options) -> str:
        file = tmp_path / f"script{len(list(tmp_path.iterdir()))}.yaml"
        file.write_text(json.dumps({"replies": list(replies), **options}))
        return f"scripted:{file}"

    return write


@pytest.fixture
def card(tmp_path):
    file = tmp_path / "zed.yaml"
    file.write_text(
        "id: zed\nname: Zed [bold]\nnickname: Zed\nstatements: [I sleep.]\n"
        "greetings: ['Evening, {{user}}.', 'Yawn, {{user}}.']\n"
    )
    return str(file)


def stored_texts() -> list[str]:
    with open_store(load_settings().database) as store:
        return [turn.text for turn in store.path_to(store.list_sessions()[0].id)]


def test_a_talk_from_greeting_to_quit(terminal, card, script, tmp_path):
    talk = terminal(card, "--model", script("First reply.", "Second reply."), "--user", "Bo")
    talk.expect(r"Zed \[bold\] \(guard on scripted:.*\)\. /help lists")
    talk.expect(r"Zed: Evening, Bo\.")
    talk.expect("Bo: ")
    talk.line("Hello there.")
    talk.expect(r"Zed: First reply\.")
    talk.expect("Bo: ")
    talk.line("/why")
    why = talk.expect(r"time +first token")
    assert re.search(r"method +guard on scripted:", why)
    assert re.search(r"candidate +1\. 'First reply\.'", why)
    assert re.search(r"prompt +identity \(system, \d+ tokens\)", why)
    talk.expect("Bo: ")
    talk.line("/why prompt")
    talk.expect(r"assistant: Evening, Bo\.\s+user: Hello there\.")
    talk.line("/regenerate")
    talk.expect(r"Zed: Second reply\.")
    talk.expect("Bo: ")
    talk.line("/branch")
    talk.expect(r" 1\. First reply\.\s+\*2\. Second reply\.")
    talk.line("/branch 1")
    talk.expect(r"Zed: First reply\.")
    talk.line("/branch 3")
    talk.expect("takes a number from 1 to 2")
    talk.line("/method rule-based-role max_words=9")
    talk.expect("Replying with rule-based-role from now on")
    talk.line("/method 'open")
    talk.expect("does not parse")
    talk.line("/method nonsense")
    talk.expect("no method named 'nonsense'")
    talk.line("/save talk.txt")
    talk.expect("Saved 3 turns to talk.txt|cannot|format")
    target = tmp_path / "[red]talk.jsonl"
    talk.line(f"/save {target}")
    talk.expect(r"Saved 3 turns to .*\[red\]talk\.jsonl")
    talk.line(f"/save {target}")
    talk.expect("is there already")
    talk.line("/undo")
    talk.expect(r"Took back 2 turns\.")
    talk.line("/undo")
    talk.expect("nothing to undo")
    talk.line("/regenrate")
    talk.expect("Did you mean '/regenerate'")
    talk.line("/memory")
    talk.expect("brings nothing back")
    talk.line("/help")
    talk.expect(r"/why +how the last reply came about")
    talk.line("/quit")
    talk.expect(r"Kept as session \S+\.")
    assert talk.end() == 0
    (saved,) = map(json.loads, target.read_text().splitlines())
    assert [turn["text"] for turn in saved["turns"]][1:] == ["Hello there.", "First reply."]
    with open_store(load_settings().database) as store:
        (session,) = store.list_sessions()
        assert (session.method, session.options["max_words"]) == ("rule-based-role", 9)
        assert session.turn_count == 4


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    folder = tmp_path / "cwd"
    folder.mkdir()
    monkeypatch.chdir(folder)


def test_ctrl_c_stops_the_reply_and_ctrl_d_ends_the_talk(terminal, card, script):
    slow = script(" ".join(["one", *(f"word{number}" for number in range(300))]), delay_s=0.05)
    # `plain` shows every word as it comes; the guard would wait for the sentence's end.
    options = ("--method", "plain", "--option", "max_tokens=400")
    talk = terminal(card, "--model", slow, "--user", "Bo", *options)
    talk.expect("Bo: ")
    talk.line("Count for me.")
    talk.expect("Zed: one")
    talk.type("\x03")
    talk.expect("Stopping")
    talk.expect("Stopped")
    talk.expect("Bo: ")
    # CPython misses a signal between the prompt and the wait for input: nobody is that quick.
    time.sleep(0.5)
    talk.type("half a line")
    talk.expect("half a line")
    time.sleep(0.2)
    talk.type("\x03")
    talk.expect("/quit leaves")
    talk.expect("Bo: ")
    talk.type("\x04")
    talk.expect("Kept as session")
    assert talk.end() == 0
    assert stored_texts()[1:] == ["Count for me."]


def test_a_talk_that_was_killed_goes_on_with_the_reply_that_is_owed(terminal, card, script):
    slow = script("word " * 300, delay_s=0.05)
    talk = terminal(card, "--model", slow, "--user", "Bo")
    talk.expect("Bo: ")
    talk.line("Are you there?")
    talk.expect("Zed: word")
    os.kill(talk.process.pid, signal.SIGKILL)
    assert talk.end() == -signal.SIGKILL
    again = terminal(card, "--model", script("Here I am."))
    again.expect(r"Going on with session \S+, 2 turns so far")
    again.expect(r"Zed: Evening, Bo\.\s+Bo: Are you there\?")
    again.expect(r"Zed: Here I am\.")
    again.expect("Bo: ")
    again.line("/quit")
    assert again.end() == 0
    assert stored_texts()[1:] == ["Are you there?", "Here I am."]


def test_what_a_terminal_would_obey_is_not_shown(terminal, tmp_path, script):
    card = tmp_path / "evil.yaml"
    card.write_text('id: e\nname: "E\\e]0;gotcha\\avil"\ngreetings: ["\\e[2JHello."]\n')
    talk = terminal(str(card), "--model", script("\x1b]0;gotcha\x07Fine."), "--user", "Bo")
    talk.expect("Hello")
    talk.expect("Bo: ")
    talk.line("Hi.")
    talk.expect("Fine")
    talk.line("/why")
    talk.expect("first token")
    talk.expect("Bo: ")
    talk.type("\x04")
    assert talk.end() == 0
    assert b"\x1b]" not in talk._raw
    assert b"\x1b[2J" not in talk._raw


@pytest.fixture
def chat(capsys, monkeypatch):
    """Runs `personae chat` on lines of input; returns exit code, stdout and stderr."""
    import io

    from personae.cli import app

    def run(*arguments: str, lines: tuple[str, ...] = ()) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        with pytest.raises(SystemExit) as stopped:
            app.run(["chat", *arguments])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


def test_json_mode_answers_each_line_with_one(chat, card, script):
    model = script("First.", "Second.")
    lines = ("Hi.", "", "/nonsense", "x" * 20_001, "And?", "/why", "/undo")
    code, out, _ = chat(card, "--model", model, "--user", "Bo", "--json", lines=lines)
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [next(iter(one)) for one in told] == ["reply", "error", "error", "reply", "reply"]
    assert [one.get("reply") for one in told] == ["First.", None, None, "Second.", "Second."]
    assert "/nonsense" in told[1]["error"]
    assert "20,001" in told[2]["error"]
    assert stored_texts() == ["Evening, {{user}}.", "Hi.", "First."]


def test_a_fixed_turn_takes_the_place_of_the_reply_and_is_kept_for_the_role(chat, script):
    from personae.formats.role_turns import read_labelled

    model = script("I had soup.")
    lines = ("Lunch?", "/fix identity: I am only a voice.", "/fix I am only a voice.", "/fix",
             "/branch", "/undo", "/quit")  # fmt: skip
    command = ("role:phone-companion", "--model", model, "--method", "plain", "--json")
    _, out, _ = chat(*command, lines=lines)
    told = [json.loads(line) for line in out.splitlines()]
    assert [next(iter(one)) for one in told] == ["reply", "fixed", "error", "error", "branches"]
    assert "That is what was said" in told[2]["error"]
    assert [one["text"] for one in told[4]["branches"]] == ["I had soup.", "I am only a voice."]
    good, bad = read_labelled(Path(told[1]["file"]))
    assert (good.reply, bad.reply, bad.category) == (
        "I am only a voice.", "I had soup.", "identity",
    )  # fmt: skip
    assert good.heard == "Lunch?"


def test_who_holds_no_role_has_nothing_to_be_fixed(chat, card, script):
    _, out, _ = chat(card, "--model", script("Hm."), "--json", lines=("Hi.", "/fix Well."))
    assert "holds no role" in json.loads(out.splitlines()[-1])["error"]


def test_in_json_mode_every_line_of_the_output_is_json(chat, card, script):
    model = script("First.", "Second.", "Third.")
    chat(card, "--model", model, "--user", "Bo", lines=("My dog Rex barks.",))
    lines = ("/memory", "Does my dog bark?", "/memory", "/regenerate", "/branch", "/branch 1",
             "/method", "/help", "/undo", "/quit")  # fmt: skip
    code, out, _ = chat(card, "--model", model, "--user", "Bo", "--new", "--json", lines=lines)
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [next(iter(one)) for one in told] == [
        "memories", "reply", "memories", "reply", "branches", "branches",
    ]  # fmt: skip
    assert told[0]["memories"] == []
    assert [one["text"] for one in told[2]["memories"]] == ['Bo once said: "My dog Rex barks."']
    assert [[one["taken"] for one in said["branches"]] for said in told[4:]] == [
        [False, True],
        [True, False],
    ]


def test_a_pipe_works_like_a_terminal_without_prompts(chat, card, script):
    code, out, err = chat(card, "--model", script("Fine."), "--user", "Bo", lines=("Hi.",))
    assert (code, out) == (0, "Zed: Evening, Bo.\nZed: Fine.\n")
    assert "Kept as session" in err


def test_a_command_that_fails_ends_no_talk_but_gives_a_pipe_exit_code_1(
    chat, card, script, tmp_path
):
    lines = ("Hi.", f"/save {tmp_path}/nowhere/talk.jsonl", "/save ~nobody-here/x.jsonl",
             f"/save {tmp_path}/{'x' * 300}.jsonl", "And?")  # fmt: skip
    code, out, err = chat(card, "--model", script("Fine.", "Yes."), "--user", "Bo", lines=lines)
    assert (code, out) == (1, "Zed: Evening, Bo.\nZed: Fine.\nZed: Yes.\n")
    told = " ".join(err.split())
    assert "nowhere/talk.jsonl: This file cannot be written: No such file or directory" in told
    assert "Nobody here has the home folder" in told
    assert "File name too long" in told
    assert stored_texts()[1:] == ["Hi.", "Fine.", "And?", "Yes."]


def test_sessions_go_on_until_a_new_one_is_begun(chat, card, script):
    model = script("Fine.")
    assert chat(card, "--model", model, lines=("One.",))[0] == 0
    assert "Going on" in chat(card, "--model", model, lines=("Two.",))[2]
    out = chat(card, "--model", model, "--new", "--greeting", "1", lines=("Three.",))[1]
    assert "Yawn" in out
    assert stored_texts() == ["Yawn, {{user}}.", "Three.", "Fine."]
    with open_store(load_settings().database) as store:
        assert [session.turn_count for session in store.list_sessions()] == [3, 5]
        first = store.list_sessions()[1].id
    assert "5 turns so far" in chat(card, "--model", model, "--session", first)[2]


def test_a_session_goes_on_with_the_method_given_to_it(chat, card, script):
    model = script("Fine.")
    arguments = ("--method", "rule-based-role", "--option", "max_words=7")
    chat(card, "--model", model, lines=("One.",))
    chat(card, "--model", model, *arguments, lines=("Two.",))
    chat(card, "--model", model, lines=("Three.",))
    with open_store(load_settings().database) as store:
        (session,) = store.list_sessions()
        leaf = store.path_to(session.id)[-1]
        assert session.method == store.turn_details(leaf.id)["method"] == "rule-based-role"
        assert session.options["max_words"] == 7


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--new", "--session", "x"], 2, "give one"),
        (["--session", "x"], 2, "no session named 'x'"),
        (["--method", "plian"], 2, "Did you mean 'plain'"),
        (["--user", "Zed"], 2, "both named 'Zed'"),
        (["--model", "gguf:nowhere.gguf"], 1, "nowhere.gguf"),
        (["--greeting", "-1"], 2, "--greeting"),
    ],
)
def test_a_wrong_request_begins_no_session(chat, card, arguments, code, said):
    model = () if "--model" in arguments else ("--model", "scripted")
    status, out, err = chat(card, *model, *arguments)
    assert (status, out) == (code, "")
    assert said in err
    if load_settings().database.exists():
        with open_store(load_settings().database) as store:
            assert store.list_sessions() == ()


def test_a_session_belongs_to_its_character(chat, card, script):
    chat(card, "--model", script("Fine."), lines=("One.",))
    with open_store(load_settings().database) as store:
        (session,) = store.list_sessions()
    code, _, err = chat("ana", "--model", "scripted", "--session", session.id)
    assert code == 2
    assert "is with Zed [bold], not Ana" in err


def test_an_endpoint_that_is_down_ends_no_talk(chat, card, monkeypatch):
    monkeypatch.setattr("personae.lm.openai.OpenAIModel._sleep", lambda *_: None)
    model = "openai:x@http://127.0.0.1:9/v1"
    code, out, _ = chat(card, "--model", model, "--json", lines=("Hi.", "Again."))
    errors = [json.loads(line)["error"] for line in out.splitlines()]
    assert code == 0
    assert len(errors) == 2
    assert "127.0.0.1:9" in errors[0]
    # Going on, the reply that is owed fails as well, and the talk still goes on.
    code, out, _ = chat(card, "--model", model, "--json", lines=("/undo",))
    assert code == 0
    assert len(out.splitlines()) == 1
    assert stored_texts() == ["Evening, {{user}}.", "Hi."]


def test_a_home_that_cannot_be_written_is_one_sentence(chat, card, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PERSONAE_HOME", str(tmp_path / "file"))
    code, out, err = chat(card, "--model", "scripted", lines=("Hi.",))
    assert (code, out) == (1, "")
    assert "PERSONAE_HOME" in err
    assert err.count("\n") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_home_is_one_sentence(chat, card, monkeypatch, tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    monkeypatch.setenv("PERSONAE_HOME", str(home))
    code, out, err = chat(card, "--model", "scripted", lines=("Hi.",))
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert list(Path(home).iterdir()) == []


def test_the_write_log_says_what_was_kept_of_both(chat, card, script):
    model = script("I grew up on a farm near Porto.", "Second.")
    lines = ("/memory log", "My dog Rex barks.", "/memory log")
    code, out, _ = chat(
        card, "--model", model, "--user", "Bo", "--remember-own", "--json", lines=lines
    )
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert told[0] == {"log": []}
    kept = {one["about"]: one for one in told[2]["log"]}
    assert kept["Bo"]["text"] == "My dog Rex barks."
    assert kept["Bo"]["outcome"] == "kept"
    assert len(kept) == 2
    assert chat(card, "--model", model, "--new", lines=("/memory log",))[2].count(
        "Nothing was kept"
    )


@pytest.mark.parametrize("flag", ["--remember-own", "--shared-memory"])
def test_without_memory_nothing_more_can_be_kept(chat, card, script, flag):
    code, _, err = chat(card, "--model", script("A."), "--no-memory", flag)
    assert (code, "--no-memory keeps nothing" in err) == (2, True)
