"""Habits as text: what usually happens when somebody does what they do again and again (S005).

    :event I walk my dog every morning.
    :from I have a dog.
    :preconditions
    - My dog waits at the door with its lead.
    :static-conditions
    …

`:event` begins a habit. `:from` (may be left out) is the statement of a persona that it unfolds.
The five sections stand once each, in any order, with one to twelve facts. Empty lines and lines
that begin with `#` say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from personae.errors import FormatError
from personae.text.parsing import Place

SECTIONS = ("preconditions", "static-conditions", "postconditions", "goals", "episodes")
FACTS_LIMIT = 12  # of one section
HABITS_LIMIT = 2_000  # of one file
FACT_LIMIT_CHARACTERS = 300
_NOWHERE = Place()
_EVENT = re.compile(r"I(?:'m|'ve)? \w")


@dataclass(frozen=True, slots=True)
class Habit:
    """A habitual schema: the header, five lists of facts, and the statement it comes from."""

    event: str
    preconditions: tuple[str, ...]
    static_conditions: tuple[str, ...]
    postconditions: tuple[str, ...]
    goals: tuple[str, ...]
    episodes: tuple[str, ...]
    source: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        """All facts, section by section."""
        return tuple(fact for name in SECTIONS for fact in self.section(name))

    @property
    def text(self) -> str:
        """Header and facts joined: what is compared with a message."""
        return " ".join((self.event, *self.facts))

    def section(self, name: str) -> tuple[str, ...]:
        """The facts of a section by its name in the text."""
        facts: tuple[str, ...] = getattr(self, name.replace("-", "_"))
        return facts


def parse_habits(text: str, place: Place = _NOWHERE) -> tuple[Habit, ...]:
    """The habits of a text, at least one. Raises FormatError with the line that is wrong."""
    found: list[Habit] = []
    reading: _Reading | None = None
    for at, line in _numbered(text, place):
        if line.startswith(":event"):
            found += [reading.done()] if reading else []
            reading = _Reading(at, _header(line, at))
        elif reading is None:
            raise at.fault(f"A habit begins with ':event I …', not with {line[:60]!r}.")
        else:
            reading.take(line, at)
        if len(found) >= HABITS_LIMIT:
            raise at.fault(f"There are more than {HABITS_LIMIT} habits.")
    if reading is None:
        raise place.fault("There is no habit: none begins with ':event'.")
    return (*found, reading.done())


def write_habits(habits: Iterable[Habit]) -> str:
    """The text that `parse_habits` reads as these habits."""
    return "\n".join(_written(habit) for habit in habits)


@dataclass(slots=True)
class _Reading:
    """A habit of which some lines have been read."""

    place: Place
    event: str
    source: str = ""
    sections: dict[str, list[str]] = field(default_factory=dict)
    current: str = ""

    def take(self, line: str, at: Place) -> None:
        """Read one more line."""
        if line.startswith(":from"):
            self._take_source(line, at)
        elif line.startswith(":"):
            self._begin(line, at)
        elif line.startswith("- ") and self.current:
            self._add(line[2:].strip(), at)
        elif line.startswith("- "):
            raise at.fault("A fact stands under the name of a section, as ':goals'.")
        else:
            raise at.fault(f"A fact begins with '- '; this line does not: {line[:60]!r}.")

    def _take_source(self, line: str, at: Place) -> None:
        text = line.removeprefix(":from").strip()
        if self.source or self.sections or not text:
            raise at.fault("':from STATEMENT' stands once, right after ':event'.")
        self.source = _short(text, at)

    def _begin(self, line: str, at: Place) -> None:
        self._close(at)
        name = line[1:]
        if name not in SECTIONS:
            raise at.fault(f"There is no section {line[:60]!r}; the sections are {_known()}.")
        if name in self.sections:
            raise at.fault(f"The section ':{name}' stands here a second time.")
        self.current, self.sections[name] = name, []

    def _add(self, fact: str, at: Place) -> None:
        facts = self.sections[self.current]
        if len(facts) == FACTS_LIMIT:
            raise at.fault(f"The section ':{self.current}' has more than {FACTS_LIMIT} facts.")
        facts.append(_short(fact, at))

    def _close(self, at: Place) -> None:
        if self.current and not self.sections[self.current]:
            raise at.fault(f"The section ':{self.current}' has no fact.")

    def done(self) -> Habit:
        """The habit. Raises FormatError where a section is missing or empty."""
        self._close(self.place)
        missing = [name for name in SECTIONS if name not in self.sections]
        if missing:
            raise self.place.fault(
                f"The habit has no section ':{missing[0]}'; it needs {_known()}."
            )
        before, lasting, after, goals, episodes = (tuple(self.sections[name]) for name in SECTIONS)
        return Habit(self.event, before, lasting, after, goals, episodes, self.source)


def _numbered(text: str, place: Place) -> Iterator[tuple[Place, str]]:
    """The lines that say something, each with its place."""
    for number, line in enumerate(text.split("\n"), start=place.line or 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield Place(place.file, number), line.strip()


def _header(line: str, at: Place) -> str:
    text = line.removeprefix(":event").strip()
    if not _EVENT.match(text):
        raise at.fault(f"The event is told by who does it ('I walk my dog.'), not {text[:60]!r}.")
    return _short(text, at)


def _short(text: str, at: Place) -> str:
    if not text or len(text) > FACT_LIMIT_CHARACTERS:
        raise at.fault(f"A fact has 1 to {FACT_LIMIT_CHARACTERS} characters, not {len(text)}.")
    return text


def _known() -> str:
    return ", ".join(f"':{name}'" for name in SECTIONS)


def _written(habit: Habit) -> str:
    lines = [f":event {habit.event}", *([f":from {habit.source}"] if habit.source else [])]
    for name in SECTIONS:
        lines += [f":{name}", *(f"- {fact}" for fact in habit.section(name))]
    return "\n".join([*lines, ""])


def is_parsed(text: str) -> bool:
    """Whether `parse_habits` takes the text."""
    try:
        parse_habits(text)
    except FormatError:
        return False
    return True


def joined(facts: Sequence[str]) -> str:
    """Facts as the lines of a prompt."""
    return "\n".join(f"- {fact}" for fact in facts)
