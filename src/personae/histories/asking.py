"""Seven types of questions about a history, each with four answers, and what makes one right.

The four answers are worded alike and differ in one thing, which was drawn by chance from what all
four are drawn from: without the history nothing tells the right one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from personae.histories import wording
from personae.histories.changes import CHANGES, FACT, Event, line_of
from personae.histories.people import Person
from personae.histories.topics import OPTIONS, Topic
from personae.histories.wording import REASON, REASONS, listed

# The names of the published files, by ours.
TYPES = {
    "fact": "recall_user_shared_facts",
    "latest": "acknowledge_latest_preferences",
    "sequence": "track_full_preference_evolution",
    "reasons": "revisit_reasons_behind_preference_updates",
    "recommend": "provide_preference_aligned_recommendations",
    "new": "suggest_new_ideas",
    "generalise": "generalize_to_new_scenarios",
}
_LEAST_LINE = 3  # likings in a line whose order is asked for
_WRONG = OPTIONS - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. `meant` says of each option what it claims: a thing, reason or order.

    `evidence` are the events that tell the right one. `outdated` and `cliche` are the places of
    the answers that was right before, and that goes by cliché; -1: there is none.
    """

    type: str
    topic: str
    text: str
    options: tuple[str, ...]
    right: int
    meant: tuple[Any, ...]
    evidence: tuple[str, ...]
    outdated: int = -1
    cliche: int = -1
    about: str = ""  # of what more exactly: the event of a fact or of a reason


@dataclass(frozen=True, slots=True)
class _Draft:
    """A question before its options are shuffled: the right claim first."""

    words: Mapping[str, str]
    claims: Sequence[Any]
    evidence: Sequence[Event]
    outdated: Any = None
    cliche: Any = None
    about: str = ""


def asked_of(
    person: Person, topics: Sequence[Topic], events: Sequence[Event], each: int, rng: random.Random
) -> list[Asked]:
    """So many questions of each type about the events, of topics by chance; fewer where it must."""
    found = list[Asked]()
    for type_, make in _MAKERS.items():
        made = [
            (topic, draft)
            for topic in topics
            if (draft := make(person, topic, [e for e in events if e.topic == topic.name], rng))
        ]
        for topic, draft in rng.sample(made, min(each, len(made))):
            found.append(_finished(type_, topic, draft, rng))
    return found


def _finished(type_: str, topic: Topic, draft: _Draft, rng: random.Random) -> Asked:
    """In words, and shuffled."""
    order = rng.sample(range(OPTIONS), OPTIONS)
    template = rng.choice(wording.OPTION[type_])
    claims = [draft.claims[at] for at in order]
    texts = tuple(template.format(**_claimed(type_, topic, claim, draft)) for claim in claims)
    known = {"about": topic.about, "wanted": topic.wanted, **draft.words}
    return Asked(
        type=type_,
        topic=topic.name,
        text=rng.choice(wording.ASKED[type_]).format(**known),
        options=texts,
        right=order.index(0),
        meant=tuple(claims),
        evidence=tuple(dict.fromkeys(one.id for one in draft.evidence)),
        outdated=claims.index(draft.outdated) if draft.outdated in claims else -1,
        cliche=claims.index(draft.cliche) if draft.cliche in claims else -1,
        about=draft.about,
    )


def _claimed(type_: str, topic: Topic, claim: Any, draft: _Draft) -> dict[str, str]:
    """The words of an option for its claim."""
    if type_ == "fact":
        return {"answer": draft.words["answered"].replace("{o}", claim)}
    if type_ == "sequence":
        return {"order": listed(claim)}
    if type_ in ("reasons", "generalise"):
        return {"yours": REASON[claim].yours, "advice": REASON[claim].advice}
    value = topic.value(claim)
    return {"doing": value.doing, "recommended": value.recommended}


def _fact(
    person: Person, topic: Topic, events: Sequence[Event], rng: random.Random
) -> _Draft | None:
    told = [one for one in events if one.kind == FACT]
    if not told:
        return None
    one = rng.choice(told)
    kind = topic.facts[one.fact]
    wrong = rng.sample([thing for thing in kind.things if thing != one.thing], _WRONG)
    words = {"asked": kind.asked, "answered": kind.answered}
    return _Draft(words, [one.thing, *wrong], [one], about=one.id)


def _latest(
    person: Person, topic: Topic, events: Sequence[Event], rng: random.Random
) -> _Draft | None:
    line = line_of(events, topic.name)
    if len(line) < 2:
        return None
    last, held = line[-1], {one.doing for one in line}
    never = rng.sample([v.doing for v in topic.values if v.doing not in held], _WRONG - 1)
    return _Draft({}, [last.doing, last.old, *never], [last], outdated=last.old)


def _sequence(
    person: Person, topic: Topic, events: Sequence[Event], rng: random.Random
) -> _Draft | None:
    """The wrong orders follow the same pattern as the right one, with the likings exchanged."""
    line = line_of(events, topic.name)
    order = tuple(one.doing for one in line)
    held = tuple(dict.fromkeys(order))
    if len(held) < _LEAST_LINE:
        return None
    others = [dict(zip(held, one, strict=True)) for one in permutations(held) if one != held]
    wrong = [tuple(names[doing] for doing in order) for names in rng.sample(others, _WRONG)]
    return _Draft({}, [order, *wrong], line)


def _reasons(
    person: Person, topic: Topic, events: Sequence[Event], rng: random.Random
) -> _Draft | None:
    changes = [one for one in line_of(events, topic.name) if one.kind == CHANGES]
    if not changes:
        return None
    one = rng.choice(changes)
    claims = _reason_claims(one, changes, rng)
    return _Draft({"old": one.old, "doing": one.doing}, claims, [one], about=one.id)


def _generalise(
    person: Person, topic: Topic, events: Sequence[Event], rng: random.Random
) -> _Draft | None:
    changes = [one for one in line_of(events, topic.name) if one.kind == CHANGES]
    if not changes:
        return None
    claims = _reason_claims(changes[-1], changes, rng)
    scenario = rng.choice(wording.SCENARIOS)
    return _Draft({"scenario": scenario}, claims, changes[-1:], about=changes[-1].id)


def _reason_claims(one: Event, changes: Sequence[Event], rng: random.Random) -> list[str]:
    """The reason, one of another change of the same liking where there is one, and others."""
    own = [other.reason for other in changes if other.reason != one.reason]
    near = rng.sample(own, min(1, len(own)))
    rest = [r.name for r in REASONS if r.name not in (one.reason, *near)]
    return [one.reason, *near, *rng.sample(rest, _WRONG - len(near))]


def _recommend(
    person: Person, topic: Topic, events: Sequence[Event], rng: random.Random
) -> _Draft | None:
    """What fits the latest liking, what fitted the one before, what cliché says, and another."""
    line = line_of(events, topic.name)
    if len(line) < 2:
        return None
    last, held = line[-1], {one.doing for one in line}
    free = [value for value in topic.values if value.doing not in held]
    fitting = [value.doing for value in free if value.group == person.group]
    if not fitting:
        return None
    cliche = rng.choice(fitting)
    other = rng.choice([value.doing for value in free if value.doing != cliche])
    claims = [last.doing, last.old, cliche, other]
    return _Draft({}, claims, [last], outdated=last.old, cliche=cliche)


def _new(
    person: Person, topic: Topic, events: Sequence[Event], rng: random.Random
) -> _Draft | None:
    """Three that came up, told by the user of anybody, and one that did not."""
    said = {one.doing: one for one in events if one.doing}
    if len(said) < _WRONG:
        return None
    wrong = rng.sample(sorted(said), _WRONG)
    right = rng.choice([value.doing for value in topic.values if value.doing not in said])
    return _Draft({}, [right, *wrong], [said[doing] for doing in wrong])


_Maker = Callable[[Person, Topic, Sequence[Event], random.Random], _Draft | None]
_MAKERS: dict[str, _Maker] = {
    "fact": _fact, "latest": _latest, "sequence": _sequence, "reasons": _reasons,
    "recommend": _recommend, "new": _new, "generalise": _generalise,
}  # fmt: skip


def true_claims(
    type_: str, meant: Sequence[Any], events: Sequence[Event], topic: str, about: str = ""
) -> list[int]:
    """The options that are true by the events, read from their graph alone: a history's oracle.

    It knows nothing of which one was meant to be right.
    """
    line = line_of(events, topic)
    by_id = {one.id: one for one in events}
    said = {one.doing for one in events if one.topic == topic and one.doing}
    order = [one.doing for one in line]
    is_true: Callable[[Any], bool] = {
        "fact": lambda claim: claim == by_id[about].thing,
        "latest": lambda claim: claim == order[-1],
        "sequence": lambda claim: list(claim) == order,
        "reasons": lambda claim: claim == by_id[about].reason,
        "recommend": lambda claim: claim == order[-1],
        "new": lambda claim: claim not in said,
        "generalise": lambda claim: claim == line[-1].reason,
    }[type_]
    return [at for at, claim in enumerate(meant) if is_true(claim)]
