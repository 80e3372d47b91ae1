"""The share of written answers in which the right option's letter is found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, labels_of, mean_scores, replied
from personae.registry import EntryInfo
from personae.text.answer_letters import Cascade, Reader, reader_of
from personae.text.lettered import LETTERS

ENTRY = EntryInfo(systems=("S052", "S074", "S106"), labelled=True)


def extracted_accuracy(
    *, cascade: Cascade = "bias", unread: Literal["wrong", "first"] = "wrong"
) -> Metric:
    """Mean of 1 where the letter read is the right one; `detail` has the share that was read.

    `cascade`: how the letter is read, see `text.answer_letters`. Answers without one are wrong, or
    count as A (`first`), as in S052.
    """
    read, default = reader_of(cascade), LETTERS[0] if unread == "first" else ""

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        letters = [letter_read(one, read) if is_lettered(one) else None for one in samples]
        values = [
            float((letter or default) == one.record["labels"]["letter"])
            if is_lettered(one)
            else None
            for one, letter in zip(samples, letters, strict=True)
        ]
        asked = sum(map(is_lettered, samples))
        found = sum(letter is not None for letter in letters)
        detail = {"cascade": cascade, "read": found / asked if asked else None}
        return mean_scores(
            "extracted-accuracy", values, unit="0–1", higher_is_better=True, detail=detail
        )

    return measure


def is_lettered(sample: Sample) -> bool:
    """Whether the sample answered a question whose right letter is known."""
    return replied(sample) and bool(labels_of(sample).get("letter"))


def letter_read(sample: Sample, read: Reader) -> str | None:
    """The letter that a reader finds in the reply."""
    return read(sample.reply, int(labels_of(sample).get("count") or len(LETTERS)))
