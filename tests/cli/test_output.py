"""What commands print: nothing that a terminal would obey, and nothing lost in narrow tables."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.cli.output import plain, print_json, print_table, stderr, stdout


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link", "link"),
        ("a\rb\x08c\x7f\x9b2J", "abc2J"),
        ("line\n\ttab 漢 🙂", "line\n\ttab 漢 🙂"),
        (5, "5"),
    ],
)
def test_control_characters_are_not_shown(text, shown):
    assert plain(text) == shown


@given(st.text())
def test_what_is_shown_never_holds_a_control_character(text):
    assert not {c for c in plain(text) if ord(c) < 32 or 127 <= ord(c) < 160} - {"\n", "\t"}


def test_a_table_shows_text_as_it_is_but_for_control_characters(capsys):
    print_table(
        ("na[b]me", "\x1b[2Jx"), [("[red]a[/red]", "\x1b[31mb"), ("[/x]", None)], title="[t]"
    )
    out = capsys.readouterr().out
    assert "\x1b" not in out
    for word in ("na[b]me", "[red]a[/red]", "[/x]", "[t]", "None"):
        assert word in out


def test_a_narrow_table_folds_long_words(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    word = "x" * 20 + "y" * 20 + "z" * 20
    print_table(("name", "what"), [("a", word), ("b", "short")])
    out = capsys.readouterr().out
    assert "…" not in out
    assert [out.count(letter) for letter in "xyz"] == [20, 20, 20]
    assert max(map(len, out.splitlines())) <= 30


def test_json_keeps_every_character(capsys):
    print_json({"text": "\x1b[31m漢"})
    out = capsys.readouterr().out
    assert json.loads(out) == {"text": "\x1b[31m漢"}
    assert "\x1b" not in out  # JSON escapes it
    assert "漢" in out


def test_json_escapes_the_control_characters_that_json_would_let_pass(capsys):
    print_json({"a\x9b": "\x7f\x9b31m é"}, indent=None)
    out = capsys.readouterr().out
    assert json.loads(out) == {"a\x9b": "\x7f\x9b31m é"}
    assert not {"\x7f", "\x9b"} & set(out)
    assert out.count("\n") == 1


@pytest.mark.parametrize("console", [stdout, stderr])
def test_a_console_prints_what_a_stranger_wrote_without_what_a_terminal_would_obey(
    console, capsys, monkeypatch
):
    monkeypatch.setenv("FORCE_COLOR", "1")
    console().print("[bold]a\x1b]0;title\x07b\x1b[2Jc[/bold]", "d\x1b[31m")
    printed = capsys.readouterr()
    text = printed.out + printed.err
    assert "\x1b[1m" in text  # the console's own style
    assert not [bad for bad in ("\x1b]0", "\x1b[2J", "\x1b[31m", "\x07") if bad in text]
    assert plain(text).strip() == "a]0;titlebc d"  # what is left of a command is harmless


def test_json_has_null_for_numbers_that_it_lacks(capsys):
    print_json({"p": math.nan, "span": (-math.inf, 0.5), "by": {"a": [math.inf]}, 1: True})
    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert found == {"p": None, "span": [None, 0.5], "by": {"a": [None]}, "1": True}
