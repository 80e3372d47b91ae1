"""Whether personas do what they are meant to: advantage, robustness, fidelity (S074).

Luz de Araujo et al. 2025, "Principled Personas": an expert should help in its own field, a name or
a favourite colour should change nothing, and more schooling or a nearer field should mean more
right answers. Every measure is of hits: a row a persona, a column an item, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean

from personae.data import JsonObject
from personae.errors import InvalidOption
from personae.evaluate.bootstrap import Difference, Interval, interval, paired_difference
from personae.evaluate.orders import Fidelity, fidelity, fidelity_change
from personae.evaluate.paired import paired_table, sign_p
from personae.items import lists, told, told_color
from personae.metrics.types import Indices, Scores, mean_scores
from personae.registry import EntryInfo
from personae.studies.grid import NOBODY, Asked, Condition

ENTRY = EntryInfo(
    systems=("S074",),
    paper="Principled Personas: Defining and Measuring the Intended Effects of Persona Prompting "
    "on Task Performance",
    deviations="Lists and items are our own; experts are static, not written for each question.",
)

SETS = ("expert", "name", "color", "education")
LEVELS = ("in", "related", "out")  # as the lists have the experts of a subject


@dataclass(frozen=True, slots=True)
class Advantage:
    """Accuracy of the expert less that of nobody, with the paired bootstrap, and the sign test's p.

    `difference` is None with fewer than two items.
    """

    value: float
    difference: Difference | None
    wins: int
    losses: int
    p: float


@dataclass(frozen=True, slots=True)
class Worst:
    """The worst persona's accuracy less that of nobody; the bootstrap takes the worst of each draw.

    The least of several is low by chance alone, and so is its interval: `p` is corrected for it.
    """

    value: float
    persona: str
    interval: Interval | None
    p: float


@dataclass(frozen=True, slots=True)
class Principles:
    """The measures of one way to tell the persona."""

    mitigation: str
    empty: float
    advantage: Advantage
    names: Worst
    colors: Worst
    education: Fidelity
    expertise: Fidelity
    accuracies: Mapping[str, float]

    def to_dict(self) -> JsonObject:
        """The measures as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a mitigation changes in each measure, on the same items."""

    mitigation: str
    advantage: Difference | None
    names: Difference | None
    colors: Difference | None
    education: Fidelity
    expertise: Fidelity

    def to_dict(self) -> JsonObject:
        """The changes as a JSON object."""
        return asdict(self)


def conditions_of(sets: Sequence[str] = SETS) -> list[Condition]:
    """Nobody and the personas of the sets. Raises InvalidOption for a set that there is not."""
    known = lists()
    experts = dict.fromkeys(one for three in known.experts.values() for one in three)
    found = {
        "expert": [Condition(one, told(one), "expert") for one in experts],
        "name": [Condition(one, told(one), "name") for one in known.names],
        "color": [Condition(one, told_color(one), "color") for one in known.colors],
        "education": [Condition(one, told(one), "education") for one in known.education],
    }
    strange = [name for name in sets if name not in found]
    if strange or not sets:
        raise InvalidOption(f"The sets of personas are {', '.join(SETS)}; not {strange}.")
    return [NOBODY, *(one for name in dict.fromkeys(sets) for one in found[name])]


def principled(
    asked: Asked, *, mitigation: str = "none", empty: Sequence[bool] | None = None, seed: int = 0
) -> Principles:
    """All measures of a table of items by subject; `empty` are nobody's hits (asked before).

    Raises InvalidOption where the table lacks one of the four sets.
    """
    base = list(asked.hits(NOBODY) if empty is None else empty)
    rows = _Rows(asked)
    return Principles(
        mitigation=mitigation,
        empty=fmean(base),
        advantage=expertise_advantage(base, rows.experts("in"), seed=seed),
        names=worst_case(base, rows.of("name"), seed=seed),
        colors=worst_case(base, rows.of("color"), seed=seed),
        education=fidelity(rows.education(), seed=seed),
        expertise=fidelity(rows.expertise(), seed=seed),
        accuracies={one.name: fmean(asked.hits(one)) for one in asked.conditions},
    )


def changes(
    base: Asked, other: Asked, *, mitigation: str, empty: Sequence[bool], seed: int = 0
) -> Changes:
    """What a mitigation changes: `other` less `base` in every measure, items drawn again together.

    Raises InvalidOption where the tables are of different items.
    """
    if base.items != other.items:
        raise InvalidOption("Only answers to the same items can be compared.")
    before, after = _Rows(base), _Rows(other)
    pairs = [(at, at) for at in range(len(base.items))]

    def changed(measure: Callable[[_Rows], Scores]) -> Difference | None:
        return paired_difference(measure(before), measure(after), pairs, seed=seed)

    return Changes(
        mitigation=mitigation,
        advantage=changed(lambda rows: _mean("advantage", rows.experts("in"))),
        names=changed(lambda rows: _least(empty, rows.of("name"))),
        colors=changed(lambda rows: _least(empty, rows.of("color"))),
        education=fidelity_change(before.education(), after.education(), seed=seed),
        expertise=fidelity_change(before.expertise(), after.expertise(), seed=seed),
    )


def expertise_advantage(
    empty: Sequence[bool], expert: Sequence[bool], *, seed: int = 0
) -> Advantage:
    """acc(expert) − acc(nobody) in points of accuracy, and the exact sign test."""
    table = paired_table(empty, expert)
    pairs = [(at, at) for at in range(len(empty))]
    return Advantage(
        value=fmean(expert) - fmean(empty),
        difference=paired_difference(_mean("empty", empty), _mean("expert", expert), pairs,
                                     seed=seed),
        wins=table.other_only,
        losses=table.base_only,
        p=sign_p(table.other_only, table.base_only),
    )  # fmt: skip


def worst_case(
    empty: Sequence[bool], personas: Mapping[str, Sequence[bool]], *, seed: int = 0
) -> Worst:
    """min acc(persona) − acc(nobody).

    p is that of the sign test of the worst, times their number, since the worst was looked for
    (Bonferroni). Raises InvalidOption without a persona.
    """
    if not personas:
        raise InvalidOption("There is no persona to take the worst of.")
    scores = _least(empty, personas)
    worst = min(personas, key=lambda name: sum(personas[name]))
    table = paired_table(empty, personas[worst])
    p = min(1.0, sign_p(table.other_only, table.base_only) * len(personas))
    return Worst(scores.total, worst, interval(scores, seed=seed), p)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The hits of a table by what they are for."""

    asked: Asked

    def of(self, group: str) -> dict[str, list[bool]]:
        found = {
            one.name: self.asked.hits(one) for one in self.asked.conditions if one.group == group
        }
        if not found:
            raise InvalidOption(f"No persona of the set {group!r} was asked.")
        return found

    def education(self) -> list[list[bool]]:
        found = self.of("education")
        return [found[name] for name in lists().education if name in found]

    def experts(self, level: str) -> list[bool]:
        """Each item as answered by the expert of that distance to its subject."""
        known, found = lists().experts, self.of("expert")
        at = LEVELS.index(level)
        strange = sorted(set(self.asked.groups) - set(known))
        if strange:
            raise InvalidOption(
                f"There is no expert in {strange[0]!r}: the subjects are {', '.join(known)}."
            )
        return [
            found[known[subject][at]][number] for number, subject in enumerate(self.asked.groups)
        ]

    def expertise(self) -> list[list[bool]]:
        """The worst expected first."""
        return [self.experts(level) for level in reversed(LEVELS)]


def _mean(name: str, hits: Sequence[bool]) -> Scores:
    return mean_scores(name, [float(hit) for hit in hits], unit="0–1", higher_is_better=True)


def _least(empty: Sequence[bool], personas: Mapping[str, Sequence[bool]]) -> Scores:
    """The least accuracy of the personas less that of nobody, as scores that can be drawn again."""
    import numpy

    table = numpy.array([list(row) for row in personas.values()], dtype=float)
    base = numpy.array(list(empty), dtype=float)

    def total_of(indices: Indices) -> float:
        drawn = numpy.asarray(indices, dtype=int)
        return float(table[:, drawn].mean(axis=1).min() - base[drawn].mean())

    return Scores(
        name="worst",
        values=tuple(0.0 for _ in empty),
        total=total_of(range(len(empty))),
        unit="0–1",
        higher_is_better=True,
        resample=total_of,
    )
