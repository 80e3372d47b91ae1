"""Questions and people that ship for studies of what a persona does: written for personae, CC0.

210 multiple-choice items of three levels in six subjects, 60 attitude statements with reversed
ones, 162 kinds of people in 12 categories, thirty paraphrases of "a helpful assistant", and lists
of attributes. Items and people of your own are read from files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from personae.errors import FormatError
from personae.text.lettered import LETTERS
from personae.text.parsing import Record, json_records, read_text

FOLDER = Path(__file__).parent
ITEMS_LIMIT, PEOPLE_LIMIT = 100_000, 5_000
PERSONA_LIMIT_CHARS = 2_000
_OPTIONS = range(2, len(LETTERS) + 1)


@dataclass(frozen=True, slots=True)
class Item:
    """A multiple-choice question; `answer` is the position of the right option."""

    id: str
    question: str
    options: tuple[str, ...]
    answer: int
    subject: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement to agree with or not; agreeing with a reversed one speaks against it."""

    id: str
    attitude: str
    text: str
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class Lists:
    """Control paraphrases and attributes; `experts` of a subject: in it, related, of another."""

    controls: tuple[str, ...]
    names: tuple[str, ...]
    colors: tuple[str, ...]
    education: tuple[str, ...]
    experts: Mapping[str, tuple[str, ...]]
    bias: Mapping[str, tuple[str, ...]]
    baselines: tuple[str, ...]


@cache
def knowledge() -> tuple[Item, ...]:
    """The shipped items, by subject and level."""
    return read_items(FOLDER / "knowledge.jsonl")


@cache
def attitudes() -> tuple[Statement, ...]:
    """The shipped statements, by attitude."""
    return tuple(
        Statement(f"{attitude}-{number:02}", attitude, text[2:], text.startswith("-"))
        for attitude, texts in shipped("attitudes.yaml").items()
        for number, text in enumerate(texts, 1)
    )


@cache
def people() -> dict[str, tuple[str, ...]]:
    """The shipped people by category: "a nurse", "a blind person" …"""
    return {name: tuple(listed) for name, listed in shipped("people.yaml").items()}


@cache
def lists() -> Lists:
    """The shipped control paraphrases and attributes."""
    found = shipped("lists.yaml")
    plain = {name: tuple(value) for name, value in found.items() if isinstance(value, list)}
    grouped = {
        name: {key: tuple(part) for key, part in value.items()}
        for name, value in found.items()
        if isinstance(value, dict)
    }
    return Lists(experts=grouped["experts"], bias=grouped["bias"], **plain)


def told(person: str) -> str:
    """How a persona is told: "You are a nurse."; a whole sentence as it is; nobody as nothing."""
    text = person.strip()
    return text if not text or text.endswith((".", "!", "?")) else f"You are {text}."


def spread_over(groups: Mapping[str, Sequence[str]], count: int) -> list[tuple[str, str]]:
    """`count` (group, member) pairs: as many of each group as there are, spread over its list."""
    shares, left = dict.fromkeys(groups, 0), min(count, sum(map(len, groups.values())))
    while left:
        for name, members in groups.items():
            if left and shares[name] < len(members):
                shares[name], left = shares[name] + 1, left - 1
    return [
        (name, members[at * len(members) // shares[name]])
        for name, members in groups.items()
        for at in range(shares[name])
    ]


def told_color(color: str) -> str:
    """How a favourite colour is told."""
    return f"Your favourite colour is {color}."


def read_items(file: Path) -> tuple[Item, ...]:
    """Items of a JSON Lines file: question, options, answer, and if you like id, subject, level.

    `answer` is the right option's letter, or its position from 0. Raises FormatError with the line.
    """
    items: list[Item] = []
    for record in json_records(file):
        items.append(_item(record, len(items) + 1))
        if len(items) > ITEMS_LIMIT:
            raise FormatError(f"There are more than {ITEMS_LIMIT} items.", file=file)
    if not items:
        raise FormatError("There is no item.", file=file)
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise FormatError(f"Two items have the id {item.id!r}.", file=file)
        seen.add(item.id)
    return tuple(items)


def read_people(file: Path) -> dict[str, tuple[str, ...]]:
    """People of a text file, one a line, under headings like "# profession" if you like.

    Raises FormatError where there is nobody, somebody twice, or a line is too long.
    """
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    category = ""
    for number, raw in enumerate(read_text(file).split("\n"), 1):
        line = raw.strip()
        if line.startswith("#"):
            category = line.lstrip("# ").strip()
        elif line:
            if len(line) > PERSONA_LIMIT_CHARS or line in seen:
                fault = "is there twice" if line in seen else "is too long"
                raise FormatError(f"The persona {line[:60]!r} {fault}.", file=file, line=number)
            seen.add(line)
            found.setdefault(category, []).append(line)
    if not 1 <= len(seen) <= PEOPLE_LIMIT:
        raise FormatError(f"There are {len(seen)} personas, not 1 to {PEOPLE_LIMIT}.", file=file)
    return {name: tuple(listed) for name, listed in found.items()}


def _item(record: Record, number: int) -> Item:
    options = record.texts("options")
    if len(options) not in _OPTIONS or len(set(options)) < len(options):
        raise record.place.fault(
            f"An item has 2 to {len(LETTERS)} different options; this has {len(options)}"
            f"{' with equal ones' if len(options) in _OPTIONS else ''}."
        )
    level = record.fields.get("level", 0)
    return Item(
        id=record.text("id", f"item-{number:04}"),
        question=record.text("question"),
        options=options,
        answer=_answer(record, len(options)),
        subject=record.text("subject", ""),
        level=level if isinstance(level, int) else 0,
    )


def _answer(record: Record, count: int) -> int:
    """The right option's position, given as a letter or a number."""
    given = record.fields.get("answer")
    at = LETTERS.find(given.upper()) if isinstance(given, str) and len(given) == 1 else given
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < count:
        raise record.place.fault(
            f"The answer {str(given)[:20]!r} is no letter A to {LETTERS[count - 1]}, and no "
            f"position 0 to {count - 1}."
        )
    return at


def shipped(name: str) -> dict[str, Any]:
    """What a shipped YAML file of this folder holds."""
    import yaml

    found: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return found
