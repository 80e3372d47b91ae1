"""Scripts that are made up: scenes of a cast in which dated facts are planted among small talk.

DialSim (S120) replays series whose scripts have owners. A made script is a dialogue of ours with
the questions that its facts answer, worded by template: who, what, when, a hop over another fact,
and what was never said. Everything follows from the seed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from personae.data import Dialogue, Turn
from personae.errors import InvalidOption
from personae.formats.long_chats import QUESTIONS, SESSION, ChatQuestion, question_label
from personae.statements import everyday

MULTI_HOP, TEMPORAL, SINGLE, NEVER = 1, 2, 4, 5
MAX_SCENES = 1000
CAST = ("Mara", "Tobias", "Ines", "Oskar", "Leila", "Bruno")
_BY_NAME = 0.2  # of the lines that tell no fact
_FIRST_DAY = datetime(2024, 1, 8, 18, tzinfo=UTC)
_SMALL_TALK = (
    "How was your day?", "It has been raining since noon.", "Shall we get something to eat?",
    "I hardly slept last night.", "That sounds good to me.", "You always say that!",
    "Who left the window open?", "I will be back in a minute.", "Did you hear that noise?",
    "Let us talk about something else.", "I am so glad you came.", "Pass me the salt, please.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Relation:
    """How a fact is told, and asked for by whom it is about, by what, and over another fact."""

    told: str
    what: str
    who: str
    when: str
    hop: str
    objects: tuple[str, ...]


RELATIONS = (
    Relation("I adopted {o} today.", "Which animal did {s} adopt?", "Who adopted {o}?",
             "When did {s} adopt {o}?", "the one who adopted {o}",
             ("a beagle", "a tortoise", "a parrot", "a ferret", "a hedgehog", "a greyhound")),
    Relation("I have just moved to {o}.", "Where did {s} move to?", "Who moved to {o}?",
             "When did {s} move to {o}?", "the one who moved to {o}",
             ("Graz", "Bergen", "Lyon", "Porto", "Galway", "Tartu")),
    Relation("I start as {o} on Monday.", "What did {s} start to work as?", "Who started as {o}?",
             "When did {s} start as {o}?", "the one who started as {o}",
             ("a glazier", "a surveyor", "a piano tuner", "a pilot", "a tailor", "a beekeeper")),
    Relation("I took up {o} this week.", "What did {s} take up?", "Who took up {o}?",
             "When did {s} take up {o}?", "the one who took up {o}",
             ("archery", "weaving", "fencing", "pottery", "judo", "origami")),
    Relation("I bought {o} yesterday.", "What did {s} buy?", "Who bought {o}?",
             "When did {s} buy {o}?", "the one who bought {o}",
             ("a canoe", "a tractor", "a harp", "a telescope", "a caravan", "a loom")),
    Relation("I signed up for {o}.", "What did {s} sign up for?", "Who signed up for {o}?",
             "When did {s} sign up for {o}?", "the one who signed up for {o}",
             ("a sailing course", "a cheese course", "a Welsh course", "a tango course",
              "a welding course", "a diving course")),
    Relation("I lost {o} on the way here.", "What did {s} lose?", "Who lost {o}?",
             "When did {s} lose {o}?", "the one who lost {o}",
             ("a passport", "an umbrella", "a wedding ring", "a violin", "a ledger", "a lantern")),
    Relation("I won {o} in the raffle.", "What did {s} win?", "Who won {o}?",
             "When did {s} win {o}?", "the one who won {o}",
             ("a ham", "a clock", "a hammock", "a kettle", "a globe", "a sledge")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """What somebody told, in which turn, on which day."""

    subject: str
    relation: Relation
    thing: str
    turn: str
    day: str


def made_script(scenes: int, seed: int = 0, *, cast: Sequence[str] = CAST) -> Dialogue:
    """A script of so many scenes; four of five people tell of each relation, one fact a scene.

    Raises InvalidOption for a number of scenes below 2 or above 1,000.
    """
    if not 2 <= scenes <= MAX_SCENES:
        raise InvalidOption(f"A script has 2 to {MAX_SCENES:,} scenes, not {scenes:,}.")
    rng = random.Random(seed)
    pairs = [(name, relation) for name in cast for relation in RELATIONS]
    rng.shuffle(pairs)
    left = {at: rng.sample(one.objects, len(one.objects)) for at, one in enumerate(RELATIONS)}
    facts, turns, day = list[Fact](), list[Turn](), _FIRST_DAY
    told = pairs[: min(scenes, len(pairs) * 4 // 5)]
    telling = set(rng.sample(range(scenes), len(told)))
    coming = iter(told)
    for number in range(1, scenes + 1):
        day += timedelta(days=rng.randint(1, 5))
        pair = next(coming) if number - 1 in telling else None
        thing = left[RELATIONS.index(pair[1])].pop() if pair else ""
        made = list(_scene(rng, number, day, cast, pair, thing))
        turns += made
        if pair:
            line = pair[1].told.format(o=thing)
            turn = next(one for one in made if one.text == line and one.speaker == pair[0])
            facts.append(Fact(*pair, thing, turn.id, _date(day)))
    asked = [*_asked(facts), *_never(facts, pairs[len(told) :])]
    labels = {QUESTIONS: [question_label(one) for one in asked]}
    return Dialogue(id=f"made-{scenes}-{seed}", turns=tuple(turns), language="en", labels=labels)


def _scene(
    rng: random.Random, number: int, day: datetime, cast: Sequence[str],
    pair: tuple[str, Relation] | None, thing: str,
) -> Iterator[Turn]:  # fmt: skip
    """Three or four people who speak in a random order, of whom one may tell a fact."""
    first = pair[0] if pair else rng.choice(cast)
    present = [first, *rng.sample([one for one in cast if one != first], rng.randint(2, 3))]
    length = rng.randint(9, 14)
    place = rng.randrange(1, length - 2)
    before = ""
    for at in range(length):
        is_fact = pair is not None and at == place
        speaker = first if is_fact else rng.choice([one for one in present if one != before])
        others = [one for one in present if one != speaker]
        line = pair[1].told.format(o=thing) if is_fact and pair else _filler(rng, others)
        before = speaker
        yield Turn(
            speaker=speaker,
            text=line,
            id=f"D{number}:{at + 1}",
            said_at=day + timedelta(minutes=at),
            labels={SESSION: number},
        )


def _filler(rng: random.Random, others: Sequence[str]) -> str:
    """Something that is no fact; now and then said to somebody by name."""
    line = rng.choice(_fillers())
    return f"{rng.choice(others)}! {line}" if rng.random() < _BY_NAME else line


@cache
def _fillers() -> tuple[str, ...]:
    """Small talk, and everyday statements that name nothing that a fact may be about."""
    things = "|".join(
        re.escape(thing.split()[-1]) for relation in RELATIONS for thing in relation.objects
    )
    apart = re.compile(rf"\b(?:{things})", re.IGNORECASE)
    return (*_SMALL_TALK, *(line for line in everyday() if not apart.search(line)))


def _asked(facts: Sequence[Fact]) -> Iterator[ChatQuestion]:
    """What the facts answer: what, who, when, and what another fact of the same person says."""
    for fact in facts:
        relation, others = fact.relation, [one for one in facts if one != fact]
        named = {"s": fact.subject, "o": fact.thing}
        alike = tuple(one for one in relation.objects if one != fact.thing)
        evidence = (fact.turn,)
        yield ChatQuestion(relation.what.format(**named), fact.thing, evidence, SINGLE, alike)
        names = tuple(dict.fromkeys(one.subject for one in others if one.subject != fact.subject))
        if len(names) >= 4:
            who = relation.who.format(**named)
            yield ChatQuestion(who, fact.subject, evidence, SINGLE, names)
        days = tuple(dict.fromkeys(one.day for one in others if one.day != fact.day))
        yield ChatQuestion(relation.when.format(**named), fact.day, evidence, TEMPORAL, days)
        for other in others:
            if other.subject == fact.subject:
                known = other.relation.hop.format(o=other.thing)
                text = relation.what.format(s=known)
                yield ChatQuestion(text, fact.thing, (other.turn, fact.turn), MULTI_HOP, alike)


def _never(
    facts: Sequence[Fact], untold: Sequence[tuple[str, Relation]]
) -> Iterator[ChatQuestion]:  # fmt: skip
    """What nobody told: the same questions about other people."""
    for name, relation in untold:
        said = [fact for fact in facts if fact.relation is relation]
        yield ChatQuestion(relation.what.format(s=name), "", (), NEVER, relation.objects)
        for fact in said:
            text = relation.when.format(s=name, o=fact.thing)
            days = tuple(dict.fromkeys(one.day for one in facts))
            yield ChatQuestion(text, "", (), NEVER, days)


def _date(day: datetime) -> str:
    return f"{day.day} {day:%B %Y}"
