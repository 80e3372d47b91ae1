"""Replies that no judge may like: nothing, an echo, a stock phrase, a recital, words in a heap.

Asked of the held-out dialogues that ship (`skills/persona-chat`), beside what their authors wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from personae import skills
from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.metrics.types import Metric
from personae.skills.skill import read_shots

STOCK = "I don't know."
HELD_OUT = "persona-chat/heldout.jsonl"
SPEAKER, PARTNER = "Robin", "Kim"
# A foil is liked by a judge that puts it before what a person wrote more often than this.
LIKED = 0.25


@dataclass(frozen=True, slots=True)
class FoilRow:
    """What one metric says of one foil over `scenes`: means, and how often it beats the person.

    Ties count half. `is_liked`: more often than in a quarter of the scenes, or the higher mean.
    """

    metric: str
    foil: str
    mean: float
    of_people: float
    beats: float
    scenes: int

    @property
    def is_liked(self) -> bool:
        return self.beats > LIKED or self.mean >= self.of_people


def foils_of(person: Sample) -> dict[str, str]:
    """The foils by name, in the scene of what a person wrote.

    The copied persona says all that the statements say; shuffled words are the person's own, by
    the alphabet.
    """
    return {
        "empty": "",
        "echo": person.scene.last_user_text,
        "stock phrase": STOCK,
        "copied persona": " ".join(person.scene.persona.statements),
        "shuffled words": " ".join(sorted(person.reply.split())),
    }


@lru_cache(maxsize=1)
def held_out_replies() -> tuple[Sample, ...]:
    """What people wrote for the shipped held-out dialogues, each turn in its scene."""
    found = []
    for number, shot in enumerate(read_shots(skills.FOLDER / HELD_OUT)):
        scene = Scene(persona=Persona(name=SPEAKER, statements=shot.meta), user=PARTNER)
        for at, (heard, reply) in enumerate(shot.dialogue):
            scene = scene.said(PARTNER, heard)
            found.append(Sample(id=f"{number}:{at}", scene=scene, reply=reply, reference=reply))
            scene = scene.said(SPEAKER, reply)
    return tuple(found)


def foil_samples(people: Sequence[Sample]) -> dict[str, tuple[Sample, ...]]:
    """The foils by name, each in the scenes of the replies of people."""
    names = foils_of(people[0])
    return {
        name: tuple(one.model_copy(update={"reply": foils_of(one)[name]}) for one in people)
        for name in names
    }


def foil_rows(
    name: str, metric: Metric, kit: Kit, people: Sequence[Sample] | None = None
) -> list[FoilRow]:
    """What the metric says of each foil, lower being worse; none where it has no single values."""
    people = held_out_replies() if people is None else people
    scores = metric(people, kit)
    sign = -1.0 if scores.higher_is_better is False else 1.0
    rows = []
    for foil, samples in foil_samples(people).items():
        pairs = [
            (sign * one, sign * other)
            for one, other in zip(scores.values, metric(samples, kit).values, strict=True)
            if one is not None and other is not None
        ]
        if pairs:
            rows.append(_row(name, foil, pairs, sign))
    return rows


def liked(rows: Sequence[FoilRow]) -> Mapping[str, FoilRow]:
    """The foils that score well, by name."""
    return {row.foil: row for row in rows if row.is_liked}


def _row(name: str, foil: str, pairs: Sequence[tuple[float, float]], sign: float) -> FoilRow:
    count = len(pairs)
    beats = sum((other > one) + 0.5 * (other == one) for one, other in pairs) / count
    of_people, mean = (sum(pair[side] for pair in pairs) / count for side in (0, 1))
    return FoilRow(name, foil, round(mean, 4), round(of_people, 4), round(beats, 4), count)
