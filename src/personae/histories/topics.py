"""Topics: what one may like in each, what happens to people, and small talk; a text format.

    # cooking: what I make in the kitchen: a plan for the kitchen this weekend
    old: bottling jam | a crate of plums | a workshop on cabbage
    ? I burnt {o} again. | What did I burn? | {o} | the soup | the milk | the rice | the jam
    > Can I freeze potatoes? | Mashed, yes.

A topic has a name, what it is about, and what its users look for. A value has whom cliché gives it
to, what one does, what an event of it was, and what to recommend. A fact has what was told, what is
asked, what is answered, and what may stand there. Other lines that begin with # say nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from personae.histories import FILE
from personae.text.parsing import Place, read_text

GROUPS = ("old", "young", "woman", "man")
VALUES = 8  # two of each group, so that cliché tells nothing of what is right
LEAST_THINGS, OPTIONS = 4, 4
FILE_LIMIT_BYTES = 4 * 2**20
_TOPIC = re.compile(r"# ([a-z-]+): ([^:]+): ([^:]+)")
_VALUE = re.compile(rf"({'|'.join(GROUPS)}): (.+)")


@dataclass(frozen=True, slots=True)
class Value:
    """Something one may like: "grilling over charcoal"."""

    group: str
    doing: str
    event: str
    recommended: str


@dataclass(frozen=True, slots=True)
class FactKind:
    """Something that happened, with a gap `{o}` for one of the things."""

    told: str
    asked: str
    answered: str
    things: tuple[str, ...]


@dataclass(slots=True)
class Topic:
    """Grown line by line; nothing changes it after reading."""

    name: str
    about: str
    wanted: str
    values: list[Value] = field(default_factory=list)
    facts: list[FactKind] = field(default_factory=list)
    talk: list[tuple[str, str]] = field(default_factory=list)

    def value(self, doing: str) -> Value:
        """The value of these words."""
        return next(one for one in self.values if one.doing == doing)


@cache
def shipped_topics() -> tuple[Topic, ...]:
    """The topics that ship, in the order of their file."""
    return read_topics(FILE)


def read_topics(file: Path) -> tuple[Topic, ...]:
    """The topics of a file. Raises FormatError with the line that is wrong."""
    return parse_topics(read_text(file, FILE_LIMIT_BYTES), file)


def parse_topics(text: str, file: Path | None = None) -> tuple[Topic, ...]:
    """The topics of a text. Raises FormatError with the line that is wrong."""
    found = list[Topic]()
    for number, line in enumerate(text.splitlines(), start=1):
        place, given = Place(file, number), " ".join(line.split())
        if head := _TOPIC.fullmatch(given):
            found.append(Topic(head[1], head[2].strip(), head[3].strip()))
        elif given and not given.startswith("#"):
            if not found:
                raise place.fault("This stands before the first topic, `# name: about: wanted`.")
            _add(found[-1], given, place)
    _check(found, Place(file))
    return tuple(found)


def _add(topic: Topic, line: str, place: Place) -> None:
    """One line of a topic. Raises FormatError."""
    if value := _VALUE.fullmatch(line):
        doing, event, recommended = _parts(value[2], 3, 3, place)
        topic.values.append(Value(value[1], doing, event, recommended))
    elif line.startswith("? "):
        told, asked, answered, *things = _parts(line[2:], 3 + LEAST_THINGS, 0, place)
        if "{o}" not in told or "{o}" not in answered or "{o}" in asked:
            raise place.fault("What is told and answered has a gap {o}, and the question has none.")
        topic.facts.append(FactKind(told, asked, answered, tuple(things)))
    elif line.startswith("> "):
        asked, answered = _parts(line[2:], 2, 2, place)
        topic.talk.append((asked, answered))
    else:
        known = ", ".join(f"`{group}:`" for group in GROUPS)
        raise place.fault(f"A line begins with `# `, {known}, `? ` or `> `.")


def _parts(line: str, least: int, most: int, place: Place) -> list[str]:
    """What stands between the bars, none of it empty or twice."""
    parts = [part.strip() for part in line.split("|")]
    if not all(parts) or len(parts) < least or (most and len(parts) > most):
        wanted = f"{least}" if most == least else f"{least} or more"
        raise place.fault(
            f"The line has {len(parts)} parts between bars, not {wanted}, none empty."
        )
    things = parts[3:]
    if len(set(things)) < len(things):
        raise place.fault("Something stands in the line twice.")
    return parts


def _check(topics: list[Topic], place: Place) -> None:
    """Every topic is complete, and nothing is the same in two of them."""
    if not topics:
        raise place.fault("There is no topic. One begins with `# name: about: wanted`.")
    for topic in topics:
        counted = Counter(value.group for value in topic.values)
        if any(counted[group] * len(GROUPS) != VALUES for group in GROUPS):
            each = VALUES // len(GROUPS)
            raise place.fault(f"The topic {topic.name!r} must have {each} values of each group.")
        if not topic.facts or not topic.talk:
            raise place.fault(f"The topic {topic.name!r} must have a fact and a line of talk.")
    _once([topic.name for topic in topics], "name", place)
    _once([value.doing for topic in topics for value in topic.values], "value", place)


def _once(given: list[str], what: str, place: Place) -> None:
    doubled = next((one for at, one in enumerate(given) if one in given[:at]), None)
    if doubled is not None:
        raise place.fault(f"The {what} {doubled!r} is there twice.")
