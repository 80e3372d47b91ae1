"""Scoring questionnaires: answers to items become scores of scales, and scores are compared."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from personae.errors import InvalidOption
from personae.questionnaires.types import Answer, Questionnaire, Scale


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """A scale of one person: the keyed mean and sum, None where no item was answered.

    `sum` counts each unanswered item as the mean of those that were. `z` is in standard deviations
    of the norm's group.
    """

    scale: str
    title: str
    mean: float | None
    sum: float | None
    answered: int
    items: int
    z: float | None = None


def score(
    questionnaire: Questionnaire, answers: Sequence[Answer], norm: str = ""
) -> dict[str, ScaleScore]:
    """The scores of every scale by its id, reversed items turned (low + high - answer).

    `norm` names a group of the questionnaire's norms. Raises InvalidOption for answers to items
    that it does not have, twice the same, out of range or no number, and for an unknown group.
    """
    values = _values(questionnaire, answers)
    check_norm(questionnaire, norm)
    norms = questionnaire.norms.get(norm, {})
    found = {}
    for scale in questionnaire.scales:
        keyed = keyed_values(questionnaire, scale, values)
        mean = fmean(keyed) if keyed else None
        group = norms.get(scale.id)
        z = (mean - group.mean) / group.deviation if group and mean is not None else None
        found[scale.id] = ScaleScore(
            scale.id,
            scale.title,
            mean,
            None if mean is None else mean * len(scale.keys),
            len(keyed),
            len(scale.keys),
            z,
        )
    return found


def check_norm(questionnaire: Questionnaire, norm: str) -> None:
    """Raise InvalidOption unless `norm` is empty, or a group that the questionnaire knows."""
    if norm and norm not in questionnaire.norms:
        known = ", ".join(questionnaire.norms) or "none"
        raise InvalidOption(f"{questionnaire.name} has no norms of {norm!r}; it has: {known}.")


def keyed_values(
    questionnaire: Questionnaire, scale: Scale, values: Mapping[str, float | None]
) -> list[float]:
    """What the answered items of a scale count for, in the order of its keys."""
    return [
        value if sign > 0 else questionnaire.reversed(value)
        for key, sign in scale.keys.items()
        if (value := values.get(key)) is not None
    ]


def acquiescence(questionnaire: Questionnaire, answers: Sequence[Answer]) -> float | None:
    """The mean answer to the keyed items before any is turned, less the middle of the range.

    As many items each way make it 0 for somebody who only tells of traits: what is above 0 is
    saying yes to everything. Positive and negative keys weigh the same. None without both.
    """
    values = {one.item: one.value for one in answers}
    signs: dict[int, list[float]] = {1: [], -1: []}
    for scale in questionnaire.domains:
        for key, sign in scale.keys.items():
            value = values.get(key)
            if value is not None:
                signs[sign].append(value)
    if not signs[1] or not signs[-1]:
        return None
    middle = (questionnaire.low + questionnaire.high) / 2
    return (fmean(signs[1]) + fmean(signs[-1])) / 2 - middle


def _values(questionnaire: Questionnaire, answers: Sequence[Answer]) -> dict[str, float | None]:
    known = {item.id for item in questionnaire.items}
    values: dict[str, float | None] = {}
    for one in answers:
        if one.item not in known:
            raise InvalidOption(f"{questionnaire.name} has no item {one.item!r}.")
        if one.item in values:
            raise InvalidOption(f"The item {one.item!r} is answered twice.")
        low, high = questionnaire.low, questionnaire.high
        # Means of probabilities may miss the ends by a rounding.
        if one.value is not None and not low - 1e-9 <= one.value <= high + 1e-9:
            what = "is no number" if math.isnan(one.value) else f"is not from {low} to {high}"
            raise InvalidOption(f"The answer {one.value!r} to the item {one.item!r} {what}.")
        values[one.item] = one.value
    return values
