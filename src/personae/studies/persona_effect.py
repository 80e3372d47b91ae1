"""What personas change, and what any other wording would have changed as well (S052).

Luz de Araujo & Roth 2024, "Helpful assistant or fruitful facilitator?": personas, as many ways to
say "a helpful assistant", and nobody answer the same questions. An effect of personas is a spread
that paraphrases do not have.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from statistics import fmean

from personae.data import JsonObject
from personae.errors import InvalidOption
from personae.evaluate.compare import holm
from personae.evaluate.group_share import GroupShare, group_share
from personae.evaluate.orders import Agreement, same_order
from personae.evaluate.paired import mcnemar
from personae.evaluate.spread import FEWEST, VarianceRatio, variance_ratio
from personae.items import lists, people, spread_over, told
from personae.registry import EntryInfo
from personae.studies.grid import NOBODY, Asked, Condition, Task, share_read

ENTRY = EntryInfo(
    systems=("S052",),
    paper="Helpful assistant or fruitful facilitator? Investigating how personas affect language "
    "model behavior",
    deviations="Personas, paraphrases, items and statements are our own; options are ranked by "
    "likelihood unless answers are to be written; TruthfulQA and the toxicity task are left out.",
)

CONTROL = "control"
ALPHA = 0.05
TASKS = {
    "knowledge": Task("knowledge", "mini-knowledge"),
    "attitudes": Task("attitudes", "mini-attitudes"),
    "bbq": Task("bbq", "bbq"),
}


@dataclass(frozen=True, slots=True)
class Effect:
    """One task: scores of nobody, controls and personas, and what tells them apart.

    `differing` are the personas that differ from nobody (McNemar, Holm over all of them; None where
    values are no hits), `categories` how much of the personas' spread their categories explain.
    `read` is the share of written answers that could be read (None where options were ranked).
    """

    task: str
    empty: float
    controls: tuple[tuple[str, float], ...]
    personas: tuple[tuple[str, str, float], ...]
    ratio: VarianceRatio | None
    differing: tuple[str, ...] | None
    categories: GroupShare | None
    read: Mapping[str, float]
    failed: int

    def to_dict(self) -> JsonObject:
        """The effect as a JSON object."""
        return asdict(self)


def conditions_of(
    groups: Mapping[str, Sequence[str]] | None = None,
    *,
    personas: int | None = None,
    controls: int | None = None,
) -> list[Condition]:
    """Nobody, control paraphrases and personas; of each so many, spread over the lists.

    Raises InvalidOption for a category named as the controls.
    """
    groups = people() if groups is None else groups
    if CONTROL in groups:
        raise InvalidOption(f"A category cannot be called {CONTROL!r}: the study has its own.")
    count = sum(map(len, groups.values())) if personas is None else personas
    paraphrases = lists().controls
    kept = spread_over({CONTROL: paraphrases}, controls or len(paraphrases))
    return [
        NOBODY,
        *(Condition(name, told(name), CONTROL) for _, name in kept),
        *(
            Condition(name, told(name), group or "persona")
            for group, name in spread_over(groups, count)
        ),
    ]


def persona_effect(asked: Asked, *, seed: int = 0) -> Effect:
    """The effect of personas on one task.

    The ratio is None where a group has fewer than four conditions.
    """
    controls = [one for one in asked.conditions if one.group == CONTROL]
    personas = persona_conditions(asked)
    of_controls, of_personas = (
        [asked.score(one) for one in group] for group in (controls, personas)
    )
    ratio = None
    if min(len(controls), len(personas)) >= FEWEST:
        ratio = variance_ratio(of_personas, of_controls, seed=seed)
    return Effect(
        task=asked.task,
        empty=asked.score(NOBODY) if NOBODY in asked.conditions else math.nan,
        controls=tuple((c.name, score) for c, score in zip(controls, of_controls, strict=True)),
        personas=tuple(
            (c.name, c.group, score) for c, score in zip(personas, of_personas, strict=True)
        ),
        ratio=ratio,
        differing=_differing(asked, personas),
        categories=group_share(of_personas, [one.group for one in personas], seed=seed),
        read=_read(asked, controls, personas),
        failed=sum(value is None for row in asked.values for value in row),
    )


def persona_conditions(asked: Asked) -> list[Condition]:
    """The conditions that are neither nobody nor a control."""
    return [one for one in asked.conditions if one != NOBODY and one.group != CONTROL]


def by_category(asked: Asked) -> dict[tuple[str, str], float]:
    """Mean score of each category of personas less that of the controls, by group of items.

    The column "all" is the macro mean over groups.
    """
    columns = {name: asked.within(name) for name in dict.fromkeys(asked.groups)}
    columns["all"] = asked
    cells = {}
    for column, table in columns.items():
        control = fmean(table.score(one) for one in table.conditions if one.group == CONTROL)
        for category in dict.fromkeys(one.group for one in persona_conditions(asked)):
            scores = [table.score(one) for one in table.conditions if one.group == category]
            cells[category, column] = fmean(scores) - control
    return cells


def across_models(
    by_model: Mapping[str, Asked], *, seed: int = 0
) -> dict[tuple[str, str], Agreement]:
    """For each pair of models: whether the personas' scores come in the same order."""
    found = {}
    for one, other in combinations(by_model, 2):
        shared = [
            persona
            for persona in persona_conditions(by_model[one])
            if persona in by_model[other].conditions
        ]
        scores = [[by_model[name].score(persona) for persona in shared] for name in (one, other)]
        found[one, other] = same_order(*scores, seed=seed)
    return found


def _differing(asked: Asked, personas: Sequence[Condition]) -> tuple[str, ...] | None:
    is_hit = all(value in (0.0, 1.0, None) for row in asked.values for value in row)
    if not is_hit or NOBODY not in asked.conditions:
        return None
    base = asked.hits(NOBODY)
    corrected = holm([mcnemar(base, asked.hits(one)).p for one in personas])
    return tuple(one.name for one, p in zip(personas, corrected, strict=True) if p < ALPHA)


def _read(
    asked: Asked, controls: Sequence[Condition], personas: Sequence[Condition]
) -> dict[str, float]:
    """The share of readable answers of each kind of condition, where they were written."""
    if not asked.answers:
        return {}
    found = {}
    for name, group in (("empty", [NOBODY]), ("control", controls), ("persona", personas)):
        held = [one for one in group if one in asked.conditions]
        shares = [
            share_read(asked.answers[asked.conditions.index(one)], "persona-effect") for one in held
        ]
        known = [share for share in shares if share is not None]
        if known:
            found[name] = fmean(known)
    return found
