"""What happens to a user in four periods: dated events, and each liking as a line of updates.

As in PersonaMem a change names the liking that it puts an end to, the reason, and the event that it
follows, so that walking back along `before` gives the whole line.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from personae.histories.topics import Topic
from personae.histories.wording import REASONS, WHO

PERIODS = ("initial", "next week", "next month", "next year")
STARTS = (0, 7, 37, 402)  # days after the first one
TOPICS = 7  # of each user
LIKES, CHANGES, TRIED, HEARD, FACT = "likes", "changes", "tried", "heard", "fact"
# How often a liking changes, and how often it comes back to one that it had before.
_TIMES, _WEIGHTS = (1, 2, 3), (2, 3, 5)
_BACK = 0.3
_FIRST_DAY = date(2024, 1, 8)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that the user tells of: a liking, its change, or something that is none.

    `doing` is what is liked, tried or heard of, `thing` what stands in a fact's gap; `old` is what
    a change puts an end to, `before` the event that had begun it.
    """

    id: str
    topic: str
    kind: str
    period: int
    doing: str = ""
    old: str = ""
    reason: str = ""
    before: str = ""
    who: str = ""
    fact: int = -1
    thing: str = ""

    def note(self, days: Mapping[str, str]) -> dict[str, str]:
        """The side note of the turn that tells of it, in the words of the paper's files."""
        told = {"Event": self.id, "Date": days[self.id]}
        if self.kind == LIKES:
            return told | {"[Fact] Likes": self.doing}
        if self.kind == CHANGES:
            return told | {
                "[Old Fact] Likes": self.old,
                "[Updated Fact] Likes": self.doing,
                "[Reasons of Change]": self.reason,
                "Old Event Date": days[self.before],
            }
        return told | {"[Fact]": self.thing or self.doing}

    def to_dict(self) -> dict[str, Any]:
        """A JSON object without what is empty."""
        return {key: value for key, value in asdict(self).items() if value not in ("", -1)}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Event:
        """The event of `to_dict`."""
        return cls(**value)


def day_of(period: int, session: int) -> date:
    """The day of a period's session, from 0: one every other day."""
    return _FIRST_DAY + timedelta(days=STARTS[period] + 2 * session)


def events_of(topics: Sequence[Topic], rng: random.Random) -> list[Event]:
    """Of each topic a liking with one to three changes, something tried, heard of, and facts."""
    found = list[Event]()
    for topic in topics:
        line = _line(topic, rng)
        held = {one.doing for one in line}
        free = [one.doing for one in topic.values if one.doing not in held]
        tried, heard = rng.sample(free, 2)
        found += line
        found += [
            Event(f"{topic.name}-t", topic.name, TRIED, rng.randrange(4), doing=tried),
            Event(f"{topic.name}-h", topic.name, HEARD, rng.randrange(4), doing=heard,
                  who=rng.choice(WHO)),
        ]  # fmt: skip
        found += [
            Event(f"{topic.name}-f{at}", topic.name, FACT, rng.randrange(4), fact=at,
                  thing=rng.choice(kind.things))
            for at, kind in enumerate(topic.facts)
        ]  # fmt: skip
    return found


def _line(topic: Topic, rng: random.Random) -> list[Event]:
    """The linear graph of a liking: the first one, and its changes in periods of their own."""
    changes = rng.choices(_TIMES, _WEIGHTS)[0]
    periods = sorted(rng.sample((1, 2, 3), changes))
    reasons = rng.sample(REASONS, changes)
    new = [one.doing for one in rng.sample(topic.values, len(topic.values))]
    line = [Event(f"{topic.name}-0", topic.name, LIKES, 0, doing=new.pop())]
    for number, (period, reason) in enumerate(zip(periods, reasons, strict=True), start=1):
        last = line[-1]
        gone = {(one.old, one.doing) for one in line}
        # One may come back to what one liked before, but not twice the same way.
        gone.add((last.doing, last.doing))
        back = [one.doing for one in line[:-1] if (last.doing, one.doing) not in gone]
        is_back = bool(back) and rng.random() < _BACK
        doing = rng.choice(back) if is_back else new.pop()
        line.append(
            Event(f"{topic.name}-{number}", topic.name, CHANGES, period, doing=doing,
                  old=last.doing, reason=reason.name, before=last.id)
        )  # fmt: skip
    return line


def line_of(events: Sequence[Event], topic: str) -> list[Event]:
    """The line of a topic's liking, found by walking back from its last event."""
    own = {one.id: one for one in events if one.topic == topic and one.kind in (LIKES, CHANGES)}
    followed = {one.before for one in own.values()}
    line = [one for key, one in own.items() if key not in followed]
    while line and line[0].before in own:
        line.insert(0, own.pop(line[0].before))  # each once: a file may have them in a ring
    return line
