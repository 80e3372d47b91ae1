"""S076 HonkaiChat: events get into the replies, in their hours only, and rest for their cooldown.

The fine-tuning of the row is not built, so not checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import content_stems, in_parallel, mean
from personae.data import Event, Persona, Scene, Turn
from personae.lm.scripted import ScriptedModel
from personae.load import load_persona
from personae.speaker import Speaker
from personae.steps.describe_persona import persona_parts

if TYPE_CHECKING:
    from personae.encoders.types import Embedder
    from personae.lm.types import LanguageModel

CHARACTERS = {"ana": 8.0, "wenna": 17.0}  # and the hour at which the conversation begins
ACTIVE_TURNS = 3
_STEP_MINUTES = 11
_SCHEDULED_TURNS = 240
_KEPT_TURNS = 80
_OPTIONS = {"max_tokens": 48, "max_sentences": 2, "active_turns": ACTIVE_TURNS}
# Said to both characters: nothing in it points to an event of theirs.
SAID = (
    "Hello there.", "How are you?", "I just arrived, I don't know anybody here.", "I see.",
    "What have you been up to?", "Oh?", "I'm a teacher, by the way.", "Do you live alone?",
    "I have two sisters.", "That's nice.", "What makes you laugh?", "I read a lot.",
    "How was your childhood?", "Mm-hm.", "Do you have any plans for tomorrow?", "Okay.",
    "I like your accent.", "What is your favourite colour?", "Tell me more.",
    "Thank you for talking to me.",
)  # fmt: skip


class Spoken(NamedTuple):
    """A reply, the event it was made under ("" for none), and when."""

    text: str
    event: str
    now: datetime


def check(context: CheckContext) -> list[str]:
    """The schedule over 240 turns each, then 40 turns with events and the same without."""
    embedder = context.embedder()
    personas = [load_persona(name) for name in CHARACTERS]
    evidence = [check_schedule(persona, embedder, context.seed) for persona in personas]
    with_events, without = conversations(context.lm(), embedder, personas, context.seed)
    for persona, replies in zip(personas, with_events, strict=True):
        require_kept(persona, [(spoken.event, spoken.now) for spoken in replies])
    return evidence + check_windows(personas, with_events, without)


def check_schedule(persona: Persona, embedder: Embedder, seed: int) -> str:
    """Two days of turns without a model: only the schedule is asked. Raises CheckFailed."""
    lm = ScriptedModel(["Quite so."], context_tokens=1_000_000)
    speaker = Speaker(
        lm, "event-driven", options={"active_turns": ACTIVE_TURNS}, embedder=embedder, seed=seed
    )
    scene, schedule = Scene(persona=persona), list[tuple[str, datetime]]()
    start = _at(CHARACTERS.get(persona.id, 12.0))
    for number in range(_SCHEDULED_TURNS):
        now = start + timedelta(minutes=_STEP_MINUTES * number)
        scene = _at_time(scene.said(scene.user, SAID[number % len(SAID)]), now)
        notes = speaker.prompt(scene).notes
        event = str(notes.get("event", ""))
        schedule.append((event, now))
        own = Turn(speaker=persona.name, text="Quite so.", labels={"event": event})
        scene = scene.model_copy(update={"turns": (*scene.turns, own)[-_KEPT_TURNS:]})
    require_kept(persona, schedule)
    begun = begins(schedule)
    expect(len(begun) >= 10, f"Only {len(begun)} events begin in {len(schedule)} turns.")
    rests = list(repeats(schedule).values())
    return (
        f"{persona.name}: {len(begun)} events begin in {_SCHEDULED_TURNS} turns of two days, "
        f"{len({event for event, _ in begun})} of {len(persona.events)} kinds, none out of hours, "
        f"none within its cooldown (shortest rest {min(rests, default=0)} turns)"
    )


def require_kept(persona: Persona, schedule: Sequence[tuple[str, datetime]]) -> None:
    """Raise CheckFailed where an event was on out of its hours, or again within its cooldown."""
    events = {event.id: event for event in persona.events}
    for name, now in schedule:
        expect(
            not name or in_hours(events[name], now),
            f"{persona.name} was under {name!r} at {now:%H:%M}, outside its hours.",
        )
    for name, rest in repeats(schedule).items():
        cooldown = events[name].cooldown_turns
        expect(rest >= cooldown, f"{name!r} came back after {rest} turns, cooldown {cooldown}.")


def begins(schedule: Sequence[tuple[str, datetime]]) -> list[tuple[str, int]]:
    """(event, position) where one begins."""
    before = ["", *(event for event, _ in schedule)]
    return [
        (event, position)
        for position, ((event, _), last) in enumerate(zip(schedule, before, strict=False))
        if event and event != last
    ]


def repeats(schedule: Sequence[tuple[str, datetime]]) -> dict[str, int]:
    """For each event that came back, the fewest turns between its end and its next beginning."""
    last: dict[str, int] = {}
    found: dict[str, int] = {}
    starts = {position for _, position in begins(schedule)}
    for position, (event, _) in enumerate(schedule):
        if position in starts and event in last:
            rest = position - last[event] - 1
            found[event] = min(rest, found.get(event, rest))
        if event:
            last[event] = position
    return found


def in_hours(event: Event, now: datetime) -> bool:
    """Whether `now` is in the event's window, by counting through its minutes."""
    if event.hours is None:
        return True
    start, end = (round(hour * 60) for hour in event.hours)
    length = (end - start) % 1440 or (1440 if start != end else 0)
    return (now.hour * 60 + now.minute - start) % 1440 < length


def conversations(
    lm: LanguageModel, embedder: Embedder, personas: Sequence[Persona], seed: int
) -> tuple[list[list[Spoken]], list[list[Spoken]]]:
    """The replies of all characters with events, and those without."""
    jobs = [(persona, events) for events in (True, False) for persona in personas]

    def talk(job: tuple[Persona, bool]) -> list[Spoken]:
        persona, events = job
        options = {**_OPTIONS, "events": events}
        speaker = Speaker(lm, "event-driven", options=options, embedder=embedder)
        return converse(speaker, persona, seed)

    found = in_parallel(talk, jobs)
    return found[: len(personas)], found[len(personas) :]


def converse(speaker: Speaker, persona: Persona, seed: int) -> list[Spoken]:
    """One conversation over the fixed turns, eleven minutes apart."""
    scene, spoken = Scene(persona=persona), list[Spoken]()
    start = _at(CHARACTERS.get(persona.id, 12.0))
    for number, text in enumerate(SAID):
        now = start + timedelta(minutes=_STEP_MINUTES * number)
        scene = _at_time(scene.said(scene.user, text), now)
        reply = speaker.reply(scene, seed=seed + number)
        spoken.append(Spoken(reply.text, str(reply.draft.notes.get("event", "")), now))
        scene = scene.model_copy(update={"turns": (*scene.turns, reply.to_turn())})
    return spoken


def check_windows(
    personas: Sequence[Persona],
    with_events: Sequence[Sequence[Spoken]],
    without: Sequence[Sequence[Spoken]],
) -> list[str]:
    """The share of windows of three replies with a word that only the event has."""
    on: list[bool] = []
    off: list[bool] = []
    for persona, replies, plain in zip(personas, with_events, without, strict=True):
        words = {event.id: event_words(persona, event) for event in persona.events}
        for start, event in event_windows([spoken.event for spoken in replies]):
            span = slice(start, start + ACTIVE_TURNS)
            on.append(_mentions(replies[span], words[event]))
            off.append(_mentions(plain[span], words[event]))
    count = sum(map(len, with_events))
    shown = (
        f"{count} turns, {len(on)} windows of {ACTIVE_TURNS} replies under one event: its own "
        f"words occur in {mean(on):.0%} with events, in {mean(off):.0%} of the same windows without"
    )
    expect(len(on) >= 8, f"Only {len(on)} windows of {ACTIVE_TURNS} replies are under one event.")
    expect(mean(on) >= 0.5, f"{shown}; 50 % with events were wanted.")
    expect(mean(off) <= 0.1, f"{shown}; at most 10 % without were allowed.")
    return [shown]


def event_windows(events: Sequence[str]) -> list[tuple[int, str]]:
    """(start, event) of each window of three turns that are all under one event."""
    return [
        (start, event)
        for start, event in enumerate(events)
        if event and list(events[start : start + ACTIVE_TURNS]) == [event] * ACTIVE_TURNS
        and (start == 0 or events[start - 1] != event)
    ]  # fmt: skip


def event_words(persona: Persona, event: Event) -> set[str]:
    """Stems of what happens and of the topics that neither the card's prompt nor the user has."""
    card = " ".join(part.text for part in persona_parts(Scene(persona=persona), "full", True))
    known = content_stems(card) | content_stems(" ".join(SAID))
    return content_stems(" ".join([event.what_happened, *event.topics])) - known


def _mentions(replies: Sequence[Spoken], words: set[str]) -> bool:
    return any(content_stems(spoken.text) & words for spoken in replies)


def _at(hour: float) -> datetime:
    return datetime(2026, 5, 4, tzinfo=UTC) + timedelta(hours=hour)


def _at_time(scene: Scene, now: datetime) -> Scene:
    return scene.model_copy(update={"now": now})
