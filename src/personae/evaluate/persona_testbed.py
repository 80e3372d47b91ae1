"""Which attributes matter: the persona testbed with each attribute left out in turn (S034)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from personae.benchmarks.items_asked import spread
from personae.benchmarks.persona_testbed import Mode, persona_testbed
from personae.benchmarks.types import Question
from personae.evaluate.bootstrap import Difference, paired_difference
from personae.metrics.types import Scores, mean_scores

Judge = Callable[[Question], str]
Show = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The accuracy without an attribute, and what it lost (negative) against all of them.

    `own` is the same over the questions that the attribute decides; None where it decides none.
    """

    attribute: str
    accuracy: float
    difference: Difference | None
    own: Difference | None


def leave_one_out(
    judge: Judge, attributes: Sequence[str], show: Show, *, mode: Mode, persons: int,
    limit: int | None, seed: int,
) -> tuple[float, list[LeftOut]]:  # fmt: skip
    """The accuracy with all attributes, and each of `attributes` left out, the worst loss first.

    With a limit so many of the questions, spread evenly.
    """

    def judged(without: str, at: int) -> tuple[Scores, list[str]]:
        made = persona_testbed(mode=mode, persons=persons, without=without, seed=seed).questions
        asked = spread(made, limit or 0)
        values: list[float | None] = [float(judge(one) == one.reference) for one in asked]
        show("judging", at + 1, len(attributes) + 1)
        named = [str(one.labels["attribute"]) for one in asked]
        return mean_scores("accuracy", values, unit="0–1", higher_is_better=True), named

    whole, deciding = judged("", 0)
    found = []
    for at, attribute in enumerate(attributes, 1):
        scores, _ = judged(attribute, at)
        every = [(number, number) for number in range(len(deciding))]
        own = [(number, number) for number, name in enumerate(deciding) if name == attribute]
        found.append(
            LeftOut(
                attribute, scores.total, paired_difference(whole, scores, every, seed=seed),
                paired_difference(whole, scores, own, seed=seed),
            )
        )  # fmt: skip
    return whole.total, sorted(found, key=lambda one: (one.accuracy, one.attribute))
