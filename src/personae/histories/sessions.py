"""Sessions of a user with an assistant: the events in words, among small talk and errands."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from personae.data import Dialogue, Turn
from personae.errors import InvalidOption
from personae.formats.long_chats import SESSION
from personae.histories import wording
from personae.histories.changes import CHANGES, FACT, HEARD, LIKES, PERIODS, Event, day_of
from personae.histories.people import Person
from personae.histories.topics import Topic
from personae.histories.wording import REASON, capital, lowered

ASSISTANT = "Assistant"
EVENT, NOTE, PERIOD = "event", "side_note", "period"
MAX_SESSIONS, MAX_TOKENS = 400, 4_000_000
LETTERS_A_TOKEN = 4
_IN_TWO_BREATHS = 0.5

Line = tuple[str, str, str]  # what the user says, what the assistant answers, the event or ""


@dataclass(frozen=True, slots=True)
class Outline:
    """A session before it is worded: its period, number in it, and what is told in which topic."""

    period: int
    number: int
    told: tuple[tuple[Topic, tuple[Event, ...]], ...]


def tokens_of(text: str) -> int:
    """About how many tokens a text has: four letters each, so that no model is needed."""
    return max(1, round(len(text) / LETTERS_A_TOKEN))


def dialogue_of(
    person: Person, topics: Sequence[Topic], events: Sequence[Event], sessions: int, tokens: int,
    rng: random.Random,
) -> Dialogue:  # fmt: skip
    """All sessions one after the other; errands fill them up to about so many tokens.

    Labels say of each turn its session (from 1), its period, and, where it tells of an event, the
    event and its side note. Raises InvalidOption for fewer than four sessions or too many.
    """
    if not len(PERIODS) <= sessions <= MAX_SESSIONS:
        raise InvalidOption(f"There are 4 to {MAX_SESSIONS} sessions, not {sessions}.")
    if not 0 <= tokens <= MAX_TOKENS:
        raise InvalidOption(f"A history has 0 to {MAX_TOKENS:,} tokens, not {tokens:,}.")
    outlines = _outlines(topics, events, sessions, rng)
    talk = {topic.name: rng.sample(topic.talk, len(topic.talk)) for topic in topics}
    scripts = [
        list(_lines(person, one, number, talk, rng)) for number, one in enumerate(outlines, 1)
    ]
    _fill(scripts, tokens, rng)
    days = {
        event.id: f"{day_of(one.period, one.number):%m/%d/%Y}"
        for one in outlines for _, told in one.told for event in told
    }  # fmt: skip
    notes = {event.id: event.note(days) for event in events}
    turns = [
        turn
        for number, (one, lines) in enumerate(zip(outlines, scripts, strict=True), 1)
        for turn in _turns(person, one, number, lines, notes)
    ]
    personas = {person.name: person.persona}
    return Dialogue(id=person.id, turns=tuple(turns), personas=personas, language="en")


def _outlines(
    topics: Sequence[Topic], events: Sequence[Event], sessions: int, rng: random.Random
) -> list[Outline]:
    """Each event in some session of its period; what is of one topic stands together."""
    made = list[Outline]()
    by_name = {topic.name: topic for topic in topics}
    for period in range(len(PERIODS)):
        count = sessions // len(PERIODS) + (period < sessions % len(PERIODS))
        placed: list[dict[str, list[Event]]] = [{} for _ in range(count)]
        for event in rng.sample(events, len(events)):
            if event.period == period:
                placed[rng.randrange(count)].setdefault(event.topic, []).append(event)
        for number, told in enumerate(placed):
            parts = tuple((by_name[name], tuple(own)) for name, own in told.items())
            made.append(Outline(period, number, parts or ((rng.choice(topics), ()),)))
    return made


def _lines(
    person: Person, one: Outline, number: int, talk: dict[str, list[tuple[str, str]]],
    rng: random.Random,
) -> Iterator[Line]:  # fmt: skip
    """What is said in a session: hello, each topic with small talk and its events, goodbye.

    Nothing of the small talk is asked twice; where none is left there is an errand.
    """
    known = {"name": person.name, "age": person.age, "job": person.job, "town": person.town}
    if number == 1:
        yield _filled(rng.choice(wording.FIRST), rng.choice(wording.FIRST_ANSWERS), known)
    else:
        yield _filled(*rng.choice(wording.GREETINGS), known)
    for at, (topic, events) in enumerate(one.told):
        left = talk[topic.name]
        asked, answered = left.pop() if left else rng.choice(wording.ERRANDS)(rng)
        opening = f"{rng.choice(wording.OPENINGS)} " if at else ""
        yield opening + asked, answered, ""
        for event in events:
            yield from _told(event, topic, rng)
    yield _filled(*rng.choice(wording.FAREWELLS), known)


def _filled(user: str, assistant: str, known: dict[str, object]) -> Line:
    return user.format(**known), assistant.format(**known), ""


def _told(event: Event, topic: Topic, rng: random.Random) -> Iterator[Line]:
    """An event in the user's words, with what the assistant says to it."""
    answer = rng.choice(wording.ANSWERS[event.kind])
    if event.kind == FACT:
        # Not `format`: a topic from a user's file may have braces of its own.
        told = topic.facts[event.fact].told.replace("{o}", event.thing)
        text = rng.choice(wording.FACTS).format(told=lowered(told), Told=told)
    elif event.kind == CHANGES and rng.random() < _IN_TWO_BREATHS:
        first = rng.choice(wording.CHANGES_FIRST).format(**_words(event, topic, rng))
        yield first, rng.choice(wording.CHANGES_ASKED), event.id
        text = rng.choice(wording.CHANGES_THEN).format(**_words(event, topic, rng))
    else:
        forms = {LIKES: wording.LIKES, CHANGES: wording.CHANGES, HEARD: wording.HEARD}
        template = rng.choice(forms.get(event.kind, wording.TRIED))
        text = template.format(**_words(event, topic, rng))
        if event.kind == LIKES and (detail := rng.choice(wording.DETAILS)):
            text += " " + detail.format(event=topic.value(event.doing).event)
    yield text, answer, event.id


def _words(event: Event, topic: Topic, rng: random.Random) -> dict[str, str]:
    reason = rng.choice(REASON[event.reason].told) if event.reason else ""
    return {
        "about": topic.about, "doing": event.doing, "Doing": capital(event.doing),
        "old": event.old, "Old": capital(event.old), "Reason": reason, "who": event.who,
    }  # fmt: skip


def _fill(scripts: list[list[Line]], tokens: int, rng: random.Random) -> None:
    """Errands in random sessions, before the goodbye, until there are about so many tokens."""
    size = sum(tokens_of(said) + tokens_of(heard) for lines in scripts for said, heard, _ in lines)
    while size < tokens:
        said, heard = rng.choice(wording.ERRANDS)(rng)
        lines = rng.choice(scripts)
        lines.insert(_gap(lines, rng), (said, heard, ""))
        size += tokens_of(said) + tokens_of(heard)


def _gap(lines: Sequence[Line], rng: random.Random) -> int:
    """Some place after hello that is not between the two breaths of a change."""
    gaps = [
        at for at in range(1, len(lines))
        if not (lines[at][2] and lines[at][2] == lines[at - 1][2])
    ]  # fmt: skip
    return rng.choice(gaps)


def _turns(
    person: Person, one: Outline, number: int, lines: Sequence[Line],
    notes: dict[str, dict[str, str]],
) -> Iterator[Turn]:  # fmt: skip
    begun = datetime.combine(day_of(one.period, one.number), time(18), UTC)
    for at, (said, heard, event) in enumerate(lines):
        labels = {SESSION: number, PERIOD: PERIODS[one.period]}
        told = {EVENT: event, NOTE: notes[event]} if event else {}
        when = begun + timedelta(minutes=at)
        yield Turn(speaker=person.name, text=said, id=f"D{number}:{2 * at + 1}", said_at=when,
                   labels={**labels, **told})  # fmt: skip
        yield Turn(speaker=ASSISTANT, text=heard, id=f"D{number}:{2 * at + 2}", said_at=when,
                   labels=dict(labels))  # fmt: skip
