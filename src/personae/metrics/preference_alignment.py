"""How far an answer is what this person wanted of it: the mean mark by the person's weights."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, labels_of, mean_scores, replied
from personae.registry import EntryInfo
from personae.text.preferences import LOWEST, Mark, alignment, mark_of

ENTRY = EntryInfo(
    systems=("S081",),
    aka=("prefalign",),
    labelled=True,
    paper="Li et al. 2025, Personalized Reasoning: Just-In-Time Personalization and Why LLMs Fail "
    "At It",
    deviations="The marks are rules on six dimensions, not a model's judgement.",
)


def preference_alignment() -> Metric:
    """Mean over the samples of the weighted mean level (1–5) on the dimensions that matter.

    `detail["marks"]` has each mark with what was counted. An empty answer, and one that says the
    problem again, has 1.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        marks = [marks_of(one) for one in samples]
        values = [None if found is None else level_of(found) for found in marks]
        return mean_scores(
            "preference-alignment", values, unit="1–5", higher_is_better=True,
            detail={"marks": _told(samples, marks)},
        )  # fmt: skip

    return measure


Marked = list[tuple[str, str, Mark, float]]


def marks_of(sample: Sample) -> Marked | None:
    """Dimension, wanted value, mark and weight, for each preference; None where none is known."""
    labels = labels_of(sample)
    wanted = labels.get("preferences")
    if not replied(sample) or not wanted:
        return None
    text = without_label(sample.reply)
    is_echo = text.split() == str(labels.get("question", "")).split()
    return [
        (
            one["dimension"],
            one["value"],
            Mark(LOWEST, "the problem said again")
            if is_echo
            else mark_of(text, one["dimension"], one["value"], labels.get("terms") or ()),
            float(one["weight"]),
        )
        for one in wanted
    ]


def level_of(marked: Marked) -> float:
    """PrefAlign of an answer, 1–5."""
    return alignment((mark, weight) for _, _, mark, weight in marked)


def without_label(text: str) -> str:
    """An answer without the word ANSWER: that its sender was asked to begin it with."""
    head, colon, rest = text.lstrip().partition(":")
    return rest.strip() if colon and head.strip(" *#").upper() == "ANSWER" else text


def _told(samples: Sequence[Sample], marks: Sequence[Marked | None]) -> dict[str, list[str]]:
    return {
        one.id: [
            f"{dimension}={value}: {mark.level} ({mark.why}), weight {weight:.2f}"
            for dimension, value, mark, weight in found
        ]
        for one, found in zip(samples, marks, strict=True)
        if found is not None
    }
