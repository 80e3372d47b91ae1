"""S115 Atomic OOC: the published figures to the last digit, and an offline judge that is measured.

The judge is tried on stories of a model whose stories it was not trained on: the mean rating of a
story's sentences must tell the pole that the story's teller was given. Then it rates the authors'
own responses of an open person.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from personae.catalog.check import CheckContext
from personae.catalog.check_data import data_file, expect
from personae.catalog.check_methods import mean
from personae.encoders.traits import TRAITS, Trait
from personae.evaluate.atomic import Judge, by_classifier, rate_responses, read_responses
from personae.metrics.atomic import Target
from personae.metrics.atoms import Fidelity, fidelity
from personae.text.sentences import split_sentences

# Of ddindidu/atomic-persona-evaluation (Apache-2.0), evaluation/output/**/questionnaire/O/high:
# ratings by generation, question and sentence, and the figures that its code made of them.
RATINGS = [
    [[5, 2, 2, 5, 4], [1, 3, 3, 1], [4, 5, 2, 4, 1], [1, 5, 1, 1], [3, 3, 1, 3, 1],
     [3, 3, 2], [1, 1, 3], [3, 4, 5, 2, 3], [1, 3, 3, 3], [1, 2, 1, 2]],
    [[2, 2, 4, 3], [5, 1, 3, 1], [1, 3, 2, 3, 3, 2], [3, 4, 2, 5], [2, 3, 4, 5, 4],
     [3, 2, 3, 2, 5, 1], [3, 2, 3, 5, 4], [4, 3, 2, 3], [2, 4, 5, 3, 5], [1, 3, 1, 5, 3]],
    [[5, 1, 2, 5], [5, 2, 5, 1], [3, 3, 4], [4, 5, 5, 1], [1, 4, 4, 3, 5],
     [1, 4, 2, 2], [3, 1, 5, 5], [1, 2, 1, 2], [5, 5, 2], [3, 5, 5, 5]],
    [[2, 3, 4], [2, 2, 4, 5], [3, 1, 4, 2], [2, 4, 4, 1], [4, 5, 3, 2, 4],
     [2, 3, 2], [1, 2, 4, 1], [5, 5, 1, 1], [5, 5, 5, 5, 1], [5, 2, 5]],
    [[4, 2, 2, 5, 1, 5, 3], [4, 3, 5, 1, 5, 4], [3, 3, 5, 2, 4, 4, 4, 1], [1, 1, 2, 2, 3],
     [4, 3, 5, 3, 2, 4], [4, 3, 2, 1, 3, 1], [2, 2, 2, 4, 3, 2], [1, 3, 1, 5, 3, 3, 3, 1],
     [1, 4, 3, 3, 1, 1, 3, 4], [5, 3, 4, 3, 3, 5, 3]],
    [[5, 5, 5], [5, 2, 2], [3, 4, 3, 4], [3, 4, 2], [5, 1, 4, 5],
     [4, 4, 2], [3, 1, 2, 2, 3], [3, 5, 1, 2], [1, 3, 1, 1], [5, 4, 5, 4, 1]],
]  # fmt: skip
PUBLISHED = Fidelity(2.983174603174603, 0.36970238095238095, 0.44096548613919584, 0.818820347846271)
OPEN = Target("O", "high")
HELD_OUT_WRITER = "gpt-4-0613"
STORIES = 64
_POLES: dict[str, tuple[Trait, bool]] = {
    "open": ("O", True), "clos": ("O", False), "cons": ("C", True), "unco": ("C", False),
    "extr": ("E", True), "intr": ("E", False), "agre": ("A", True), "anta": ("A", False),
    "emot": ("N", True), "neur": ("N", False),
}  # fmt: skip


def check(context: CheckContext) -> list[str]:
    """Formulas, then the judge. Raises CheckFailed, CheckSkipped."""
    lines = [*formulas()]
    stories = data_file(context, "personallm-stories", "outputs", HELD_OUT_WRITER)
    answers = data_file(
        context, "atomic-persona", "persona_generation", "results", "gpt-3.5-turbo-0125",
        "questionnaire", "O", "high",
    )  # fmt: skip
    judge = by_classifier(context.embedder())
    return [*lines, *tells_poles(judge, stories), *rates_the_authors_answers(judge, answers)]


def formulas() -> list[str]:
    """The worked example and the two extremes. Raises CheckFailed."""
    found = fidelity(RATINGS, "high")
    expect(found == PUBLISHED, f"The figures of the worked example are {found}, not {PUBLISHED}.")
    perfect = fidelity([[[5, 5]], [[5, 5]]], "high")
    expect(perfect == Fidelity(5, 1, 1, 1), f"Of fives alone the figures are {perfect}.")
    halves = fidelity([[[1, 5]]], "high")
    expect((halves.accuracy, halves.internal) == (0.5, 0), f"Half 1, half 5 gives {halves}.")
    return [
        f"6 generations of 10 answers: mean {found.mean}, ACC {found.accuracy}, IC "
        f"{found.internal}, RC {found.retest}, as published",
        "all fives: ACC 1, IC 1, RC 1; half ones, half fives: ACC 0.5, IC 0",
    ]


def tells_poles(judge: Judge, folder: Path) -> list[str]:
    """Share of (high, low) pairs of stories that mean ratings put in order. Raises CheckFailed."""
    files = sorted(folder.rglob("*.json"))
    told = [json.loads(file.read_text("utf-8")) for file in files[:: len(files) // STORIES]]
    areas: dict[Trait, float] = {}
    for trait in TRAITS:
        rated = [
            (mean_rating(judge, split_sentences(one["annotation"]), trait), pole)
            for one in told
            for name in one["persona_encoding"].split("_")
            for of, pole in (_POLES[name],)
            if of == trait
        ]
        areas[trait] = in_order(rated)
    shown = ", ".join(f"{trait} {area:.2f}" for trait, area in areas.items())
    average = mean(list(areas.values()))
    expect(
        min(areas.values()) > 0.55 and average > 0.68,
        f"Pairs of stories in order: {shown}; chance is 0.5.",
    )
    return [f"{len(told)} stories of {HELD_OUT_WRITER}, pairs of poles in order: {shown}"]


def mean_rating(judge: Judge, atoms: Sequence[str], trait: Trait) -> float:
    """The mean of the sentences that express the trait; the middle where none does."""
    scores = [one.score for one in judge(atoms, trait) if one.score is not None]
    return mean(scores) if scores else 3.0


def in_order(rated: Sequence[tuple[float, bool]]) -> float:
    """The share of (high, low) pairs in which high is rated above low, ties by half."""
    high = [score for score, is_high in rated if is_high]
    low = [score for score, is_high in rated if not is_high]
    return mean([float(a > b) + 0.5 * (a == b) for a in high for b in low])


def rates_the_authors_answers(judge: Judge, folder: Path) -> list[str]:
    """An open person's answers are mostly open, and not closed. Raises CheckFailed."""
    report = rate_responses(read_responses(folder), OPEN, judge)
    closed = rate_responses(read_responses(folder), Target("O", "low"), judge)
    found, other = report.fidelity, closed.fidelity
    expect(
        found.accuracy is not None and other.accuracy is not None and found.accuracy > 0.6
        and other.accuracy < 0.2,
        f"ACC of an open person's answers is {found.accuracy}, as a closed person's "
        f"{other.accuracy}.",
    )  # fmt: skip
    return [
        f"{len(report.responses)} answers of an open person (GPT-3.5): ACC {found.accuracy:.3f}, "
        f"IC {found.internal:.3f}, RC {found.retest:.3f}; taken for a closed person's: ACC "
        f"{other.accuracy:.3f}"
    ]
