"""The share of written answers in which an option, or a rating, is found at all."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.extracted_accuracy import is_lettered, letter_read
from personae.metrics.types import Metric, Scores, labels_of, mean_scores, replied
from personae.registry import EntryInfo
from personae.text.answer_letters import Cascade, rating, reader_of

ENTRY = EntryInfo(systems=("S052", "S106"), labelled=True)


def extraction_rate(*, cascade: Cascade = "bias") -> Metric:
    """Mean of 1 where a letter is read, 0 where none is: 1 less the rate of abstention.

    Answers on a scale (S052's attitudes) count where they hold a digit from 0 to 5.
    """
    read = reader_of(cascade)

    def found(sample: Sample) -> float | None:
        if is_lettered(sample):
            return float(letter_read(sample, read) is not None)
        if replied(sample) and labels_of(sample).get("scale"):
            return float(rating(sample.reply) is not None)
        return None

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [found(one) for one in samples]
        return mean_scores("extraction-rate", values, unit="0–1", higher_is_better=True)

    return measure
