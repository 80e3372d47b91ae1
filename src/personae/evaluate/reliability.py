"""How far a questionnaire's figures can be trusted: alpha, halves, retest, and how it was asked."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pvariance

from personae.errors import InvalidOption
from personae.evaluate.group_tests import pearson
from personae.evaluate.questionnaire_scores import keyed_values, score
from personae.questionnaires.types import Answer, Questionnaire, Scale

SPLITS = 100


@dataclass(frozen=True, slots=True)
class Consistency:
    """How well the items of a scale agree over people; None where the answers do not vary.

    `split_half` is the mean over random halves, stepped up to the whole length (Spearman-Brown).
    """

    scale: str
    alpha: float | None
    split_half: float | None
    people: int
    items: int


@dataclass(frozen=True, slots=True)
class Stability:
    """Two askings of the same people: how their scores on a scale go together.

    `r` is None where one asking does not vary. `shift` is the mean absolute difference of a score,
    `spread` the standard deviation of the scores over people: what a shift is to be seen against.
    """

    scale: str
    r: float | None
    shift: float
    spread: float
    people: int


def cronbach_alpha(rows: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha (1951) of people (rows) by items, reversed items turned already.

    None where the sums do not vary. Raises InvalidOption for fewer than two people or items, or
    rows of different lengths.
    """
    _check_rows(rows)
    items = len(rows[0])
    of_sums = pvariance([sum(row) for row in rows])
    if of_sums <= 0:
        return None
    of_items = math.fsum(pvariance(column) for column in zip(*rows, strict=True))
    return items / (items - 1) * (1 - of_items / of_sums)


def split_half(rows: Sequence[Sequence[float]], seed: int = 0) -> float | None:
    """The mean Spearman-Brown coefficient over 100 random halves; None where halves do not vary.

    Raises InvalidOption as `cronbach_alpha`, and for fewer than three people.
    """
    _check_rows(rows)
    if len(rows) < 3:
        raise InvalidOption("Halves are compared over at least three people.")
    rng, order = random.Random(seed), list(range(len(rows[0])))
    found = []
    for _ in range(SPLITS):
        rng.shuffle(order)
        halves = order[: len(order) // 2], order[len(order) // 2 :]
        one, other = ([sum(row[at] for at in half) for row in rows] for half in halves)
        r = pearson(one, other).statistic
        if pvariance(one) > 0 and pvariance(other) > 0 and r > -1:
            found.append(2 * r / (1 + r))
    return fmean(found) if found else None


def consistency(
    questionnaire: Questionnaire, people: Sequence[Sequence[Answer]], seed: int = 0
) -> dict[str, Consistency]:
    """Alpha and halves of every scale, over the people who answered all of its items."""
    found = {}
    for scale in questionnaire.scales:
        rows = _rows(questionnaire, scale, people)
        enough = len(rows) > 1 and len(scale.keys) > 1
        found[scale.id] = Consistency(
            scale.id,
            cronbach_alpha(rows) if enough else None,
            split_half(rows, seed) if enough and len(rows) > 2 else None,
            len(rows),
            len(scale.keys),
        )
    return found


def stability(
    questionnaire: Questionnaire,
    first: Sequence[Sequence[Answer]],
    second: Sequence[Sequence[Answer]],
) -> dict[str, Stability]:
    """Two askings of the same people in the same order, scale by scale.

    With another seed it is a retest; with options or items in another order, or other words, it is
    how sensitive the answers are to that. Raises InvalidOption unless both are of as many people.
    """
    if len(first) != len(second):
        raise InvalidOption(f"{len(first)} people cannot be compared with {len(second)}.")
    scores = [
        [{key: one.mean for key, one in score(questionnaire, answers).items()} for answers in part]
        for part in (first, second)
    ]
    return {scale.id: _stability(scale.id, scores[0], scores[1]) for scale in questionnaire.scales}


def _stability(
    scale: str,
    first: Sequence[Mapping[str, float | None]],
    second: Sequence[Mapping[str, float | None]],
) -> Stability:
    pairs: list[tuple[float, float]] = []
    for a, b in zip(first, second, strict=True):
        before, after = a[scale], b[scale]
        if before is not None and after is not None:
            pairs.append((before, after))
    if not pairs:
        return Stability(scale, None, 0.0, 0.0, 0)
    one, other = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    varies = len(pairs) > 2 and pvariance(one) > 0 and pvariance(other) > 0
    return Stability(
        scale,
        pearson(one, other).statistic if varies else None,
        fmean(abs(a - b) for a, b in pairs),
        pvariance(one) ** 0.5,
        len(pairs),
    )


def _rows(
    questionnaire: Questionnaire, scale: Scale, people: Sequence[Sequence[Answer]]
) -> list[list[float]]:
    rows = [
        keyed_values(questionnaire, scale, {one.item: one.value for one in answers})
        for answers in people
    ]
    return [row for row in rows if len(row) == len(scale.keys)]


def _check_rows(rows: Sequence[Sequence[float]]) -> None:
    if len(rows) < 2 or len(rows[0]) < 2:
        raise InvalidOption("Reliability needs at least two people and two items.")
    if any(len(row) != len(rows[0]) for row in rows):
        raise InvalidOption("All people must have answered the same items.")
