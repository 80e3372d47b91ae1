"""Decisions of a play's characters that we wrote down by hand, and the play's text to find them in.

The text is not shipped: it is read from the shared data sets, and any edition that has the lines
will do. `othello.yaml` says what was written when.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from personae.errors import FormatError
from personae.text.parsing import Place, Record, parse_json, read_text

FILE = Path(__file__).parent / "othello.yaml"
_LINE_NUMBER = re.compile(r"\[\s*\d{1,4}\s*\]")
_SPACED_MARK = re.compile(r"\s+([,.;:!?’')])")
_QUOTES = str.maketrans("’‘“”", "''\"\"")


@dataclass(frozen=True, slots=True)
class Moment:
    """A decision in a play: where it begins, what it is about, and the lines that explain it.

    The first option is what the character does.
    """

    at: str
    kind: str
    scenario: str
    question: str
    options: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """A character of a play, what is known of it, and its decisions in the play's order."""

    name: str
    description: tuple[str, ...]
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Play:
    """A play's roles, and where its text is: a file of the data sets and the parts that are it."""

    title: str
    file: str
    plots: tuple[int, ...]
    roles: tuple[Role, ...]


@cache
def othello() -> Play:
    """The shipped decisions."""
    given = yaml.safe_load(FILE.read_text("utf-8"))
    roles = tuple(
        Role(
            one["name"],
            tuple(one["description"]),
            tuple(
                Moment(
                    m["at"], m["kind"], m["scenario"], m["question"], tuple(m["options"]),
                    tuple(m["evidence"]),
                )
                for m in one["decisions"]
            ),
        )
        for one in given["characters"]
    )  # fmt: skip
    return Play(given["title"], given["text"]["file"], tuple(given["text"]["plots"]), roles)


def play_text(play: Play, folder: Path) -> str:
    """The play's text below the folder of data sets. Raises FormatError where it is not there.

    Read are `.json` files of CoSER (the plots named by the play, in that order).
    """
    source = folder / play.file
    given = Record.of(parse_json(read_text(source), Place(source)), Place(source), "file")
    plots = given.records("plots", required=True)
    if max(play.plots) >= len(plots):
        raise FormatError(f"There are only {len(plots)} plots in the file.", file=source)
    return "\n".join(as_read(plots[at].text("text")) for at in play.plots)


def as_read(text: str) -> str:
    """A printed edition's text without line numbers, stray spaces and curly quotes."""
    lines = (
        " ".join(_SPACED_MARK.sub(r"\1", _LINE_NUMBER.sub(" ", line)).split())
        for line in text.translate(_QUOTES).splitlines()
    )
    return "\n".join(line for line in lines if line)


def place_of(line: str, text: str) -> int:
    """Where a line begins in the text, however lines are broken; -1 where it does not stand."""
    pattern = r"\s+".join(re.escape(word) for word in as_read(line).split())
    found = re.search(pattern, text)
    return found.start() if found else -1
