"""Whole histories: users, their sessions, and what is asked where a history is cut."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from personae.data import Dialogue
from personae.errors import InvalidOption
from personae.formats.long_chats import SESSION
from personae.histories.asking import Asked, asked_of
from personae.histories.changes import PERIODS, TOPICS, Event, events_of
from personae.histories.people import Person, person
from personae.histories.sessions import EVENT, PERIOD, dialogue_of, tokens_of
from personae.histories.topics import Topic, shipped_topics

MAX_PEOPLE = 10_000
MAX_EACH = TOPICS


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a history is cut for questions: the number of turns before, and what is asked there.

    `events` are those that have happened by then.
    """

    end: int
    events: tuple[Event, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class History:
    """A user, all sessions as one dialogue, and the questions of each cut."""

    person: Person
    dialogue: Dialogue
    cuts: tuple[Cut, ...]

    def evidence(self, asked: Asked) -> tuple[str, ...]:
        """The ids of the turns that tell of a question's events, in order."""
        wanted = set(asked.evidence)
        return tuple(turn.id for turn in self.dialogue.turns if turn.labels.get(EVENT) in wanted)


def histories(
    people: int, *, sessions: int = 8, tokens: int = 0, each: int = 1, seed: int = 0,
    topics: Sequence[Topic] = (),
) -> Iterator[History]:  # fmt: skip
    """So many users; the same seed gives the same ones, and more only adds to them.

    Each has seven topics, `sessions` sessions in four periods and, with errands, about `tokens`
    tokens. After each later period `each` questions of every type are asked about what was told by
    then. Raises InvalidOption for numbers out of range.
    """
    if not 1 <= people <= MAX_PEOPLE:
        raise InvalidOption(f"There are 1 to {MAX_PEOPLE:,} users, not {people:,}.")
    if not 1 <= each <= MAX_EACH:
        raise InvalidOption(f"There are 1 to {MAX_EACH} questions of each type, not {each}.")
    known = tuple(topics) or shipped_topics()
    if len(known) < TOPICS:
        raise InvalidOption(f"A user has {TOPICS} topics, and there are only {len(known)}.")
    for number in range(people):
        yield _history(number, known, sessions, tokens, each, seed)


def _history(
    number: int, known: Sequence[Topic], sessions: int, tokens: int, each: int, seed: int
) -> History:
    rng = random.Random(f"histories/{seed}/{number}")
    someone = person(number, rng)
    topics = rng.sample(known, TOPICS)
    events = events_of(topics, rng)
    # Of its own, so that more errands leave questions and events as they are.
    told = dialogue_of(someone, topics, events, sessions, tokens, random.Random(f"{seed}/{number}"))
    cuts = tuple(
        _cut(someone, topics, events, told, period, each, rng) for period in range(1, len(PERIODS))
    )
    return History(someone, told, cuts)


def _cut(
    someone: Person, topics: Sequence[Topic], events: Sequence[Event], told: Dialogue, period: int,
    each: int, rng: random.Random,
) -> Cut:  # fmt: skip
    """After the last turn of a period."""
    past = tuple(event for event in events if event.period <= period)
    names = set(PERIODS[: period + 1])
    end = sum(turn.labels[PERIOD] in names for turn in told.turns)
    return Cut(end, past, tuple(asked_of(someone, topics, past, each, rng)))


def distance(history: History, cut: Cut, asked: Asked) -> tuple[int, int]:
    """Sessions and tokens from the oldest turn that is needed to the end of the history."""
    turns = history.dialogue.turns[: cut.end]
    wanted = set(asked.evidence)
    first = next(at for at, turn in enumerate(turns) if turn.labels.get(EVENT) in wanted)
    sessions = int(str(turns[-1].labels[SESSION])) - int(str(turns[first].labels[SESSION]))
    return sessions, sum(tokens_of(turn.text) for turn in turns[first:])
