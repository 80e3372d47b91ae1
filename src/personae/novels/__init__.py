"""Made-up novels: a character, what it carries with it, and decisions that only this explains.

Each novel plants for every motif an event that shows why the character will decide so, told in
words that the decision's scenario does not use; a line of the description links the two. Texts are
ours (Apache-2.0). The links are planted by us: what finds them here may not find those of a real
book, for which `plays` has decisions written by hand.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml

from personae.errors import InvalidOption

FOLDER = Path(__file__).parent
Split: TypeAlias = Literal["valid", "test", "all"]
SPLITS: tuple[Split, ...] = ("valid", "test", "all")
EVENTS, DECISIONS = 80, 10
SCENES_AN_EVENT = 2  # of everyday life; a tenth of the novel is about something
# The first half of a novel decides nothing: something has to have happened before.
FIRST_DECISION = 40
_SLOT = re.compile(r"\{(\w+)\}")
_PRONOUNS = {
    "she": {
        "he": "she",
        "his": "her",
        "him": "her",
        "He": "She",
        "His": "Her",
        "himself": "herself",
    },
    "he": {"he": "he", "his": "his", "him": "him", "He": "He", "His": "His", "himself": "himself"},
}
Slots: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class Motif:
    """What a character carries with it, before names are filled in (see motifs.yaml)."""

    id: str
    kind: str
    line: str
    events: tuple[str, ...]
    scenario: str
    right: str
    wrong: tuple[str, ...]
    kin: str
    elder: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of a novel: asked after `before` events, explained by `evidence` in one of them.

    The first option is the right one; `line` is the place of its line in the description.
    """

    motif: str
    kind: str
    before: int
    evidence: str
    line: int
    scenario: str
    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Novel:
    """A made-up novel: events in their order, one of which follows each decision and tells it."""

    id: str
    name: str
    description: tuple[str, ...]
    events: tuple[str, ...]
    decisions: tuple[Decision, ...]
    people: tuple[str, ...]


def split_named(name: str) -> Split:
    """The split of that name. Raises InvalidOption."""
    for split in SPLITS:
        if split == name:
            return split
    raise InvalidOption(f"There is no split {name!r}; there are {', '.join(SPLITS)}.")


@cache
def motifs(split: Split = "all") -> tuple[Motif, ...]:
    """The shipped motifs; the first half is `valid`, the second `test`."""
    given = yaml.safe_load((FOLDER / "motifs.yaml").read_text("utf-8"))
    found = tuple(
        Motif(
            one["id"], one["kind"], one["line"], tuple(one["events"]), one["scenario"],
            one["right"], tuple(one["wrong"]), one.get("kin", ""), one.get("elder", ""),
        )
        for one in given
    )  # fmt: skip
    half = len(found) // 2
    return {"all": found, "valid": found[:half], "test": found[half:]}[split]


@cache
def scenes() -> tuple[str, ...]:
    """What else happens, with slots."""
    return shipped_lines("scenes.txt")


@cache
def words() -> Mapping[str, tuple[str, ...]]:
    """What can stand in a slot, by its name."""
    found: dict[str, tuple[str, ...]] = {}
    for line in shipped_lines("words.txt"):
        name, _, rest = line.partition(":")
        found[name] = tuple(part.strip() for part in rest.split("|"))
    return found


def made_novels(number: int, *, seed: int = 0, split: Split = "all") -> list[Novel]:
    """`number` novels; the same seed gives the same, and more only adds to them."""
    return [made_novel(f"novel-{seed}-{at}", split=split) for at in range(number)]


def made_novel(name: str, *, split: Split = "all") -> Novel:
    """The novel of that id."""
    rng = random.Random(f"novels/{split}/{name}")
    cast = _Cast.drawn(rng)
    chosen = rng.sample(motifs(split), DECISIONS)
    people = [cast.slots_for(motif) for motif in chosen]
    texts = _texts(chosen, people, rng)
    order = _order(rng)
    everyday = iter(_everyday(cast, rng))
    events, decisions = list[str](), list[Decision]()
    for kind, at in order:
        around = [next(everyday) for _ in range(SCENES_AN_EVENT)]
        one = texts[at]
        if kind == "plant":
            around.insert(rng.randint(0, SCENES_AN_EVENT), one.event)
        elif kind == "decide":
            wrong = [_filled(text, people[at], rng) for text in chosen[at].wrong]
            options = tuple(f"{cast.name} {text}." for text in (one.right, *wrong))
            decisions.append(
                Decision(
                    chosen[at].id, chosen[at].kind, len(events), one.event, at, one.scenario,
                    f"What did {cast.name} do?", options,
                )
            )  # fmt: skip
            around.insert(0, f"{one.scenario} {options[0]}")
        events.append(" ".join(around))
    lines = tuple(one.line for one in texts)
    return Novel(name, cast.name, lines, tuple(events), tuple(decisions), cast.people)


@dataclass(frozen=True, slots=True)
class _Told:
    """A motif with its names filled in."""

    line: str
    event: str
    scenario: str
    right: str


def _texts(chosen: Sequence[Motif], people: Sequence[Slots], rng: random.Random) -> list[_Told]:
    pairs = list(zip(chosen, people, strict=True))
    lines = [_filled(motif.line, slots, rng) for motif, slots in pairs]
    events = [_filled(rng.choice(motif.events), slots, rng) for motif, slots in pairs]
    asked = [
        (_filled(motif.scenario, slots, rng), _filled(motif.right, slots, rng))
        for motif, slots in pairs
    ]
    return [
        _Told(line, event, scenario, right)
        for line, event, (scenario, right) in zip(lines, events, asked, strict=True)
    ]


@dataclass(slots=True)
class _Cast:
    """Who is in a novel, and where it plays; names are given out once."""

    name: str
    pronouns: Mapping[str, str]
    fixed: Slots
    spare: dict[str, list[str]]
    rng: random.Random
    people: tuple[str, ...] = ()

    @classmethod
    def drawn(cls, rng: random.Random) -> _Cast:
        sex = rng.choice(("she", "he"))
        spare = {one: rng.sample(words()[one], len(words()[one])) for one in ("she", "he")}
        name = spare[sex].pop()
        fixed = {"name": name, "town": rng.choice(words()["town"])}
        fixed |= {
            "friend": spare["he"].pop(),
            "elder": spare["he"].pop(),
            "kin": spare["she"].pop(),
        }
        people = tuple(fixed[key] for key in ("friend", "elder", "kin"))
        return cls(name, _PRONOUNS[sex], fixed, spare, rng, people)

    def slots_for(self, motif: Motif) -> Slots:
        """The slots of a motif, with people of its own."""
        kin = self.spare[motif.kin or ("she" if len(self.spare["she"]) > len(self.spare["he"])
                                       else "he")].pop()  # fmt: skip
        elder = self.spare[motif.elder or "he"].pop()
        friend = self.spare["she"].pop()
        return {
            **self.fixed, **self.pronouns, "kin": kin, "elder": elder, "friend": friend,
            "far": self.rng.choice(words()["far"]),
        }  # fmt: skip


def _order(rng: random.Random) -> Sequence[tuple[str, int]]:
    """What each event is: a motif is planted before it is decided, with something in between."""
    total = EVENTS
    decided = sorted(rng.sample(range(FIRST_DECISION, total), DECISIONS))
    kinds: list[tuple[str, int]] = [("other", 0)] * total
    free = [at for at in range(total) if at not in decided]
    for number, at in enumerate(decided):
        kinds[at] = ("decide", number)
        early = [one for one in free if one < at - 2 and kinds[one][0] == "other"]
        kinds[rng.choice(early)] = ("plant", number)
    return kinds


def _everyday(cast: _Cast, rng: random.Random) -> list[str]:
    """The opening, and a scene after the other; none comes twice."""
    slots = {**cast.fixed, **cast.pronouns}
    opening = rng.choice(words()["opening"])
    told = rng.sample(scenes(), EVENTS * SCENES_AN_EVENT - 1)
    return [_filled(text, slots, rng) for text in (opening, *told)]


def _filled(text: str, slots: Mapping[str, str], rng: random.Random) -> str:
    """The text with its slots filled; what is not of the cast is drawn anew each time."""

    def drawn(slot: re.Match[str]) -> str:
        name: Any = slot[1]
        return slots[name] if name in slots else rng.choice(words()[name])

    return _SLOT.sub(drawn, text)


def shipped_lines(file: str) -> tuple[str, ...]:
    """The lines of a shipped file that say something."""
    text = (FOLDER / file).read_text("utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))
