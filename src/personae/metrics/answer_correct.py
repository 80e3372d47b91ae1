"""The share of answers that name the right result, whatever else they say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, labels_of, mean_scores, replied
from personae.metrics.words import normalised_words
from personae.registry import EntryInfo
from personae.text.faults import shares_run
from personae.text.sentences import split_sentences

ENTRY = EntryInfo(labelled=True)

_NUMBER = re.compile(r"(?<![\w.,:/])-?\d+(?:[.,:/]\d+)*")
_THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_ANSWER_IS = re.compile(r"\banswer(?:\s+is)?\W{1,5}(?=\S)", re.IGNORECASE)
_EXAMPLE = re.compile(r"\b(?:for example|for instance|imagine|suppose)\b", re.IGNORECASE)


def answer_correct() -> Metric:
    """Mean of 1 where the right result is the one that is named, 0–1.

    Of a number: what follows "the answer is", else the last one of the text outside questions and
    examples. Of words: whether the text has them in a row. What is right is `labels.answer`.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [_value(one) for one in samples]
        return mean_scores("answer-correct", values, unit="0–1", higher_is_better=True)

    return measure


def _value(sample: Sample) -> float | None:
    gold = labels_of(sample).get("answer")
    if not replied(sample) or not gold:
        return None
    return float(is_right(sample.reply, str(gold)))


def is_right(text: str, gold: str) -> bool:
    """Whether an answer names `gold`."""
    if not _NUMBER.fullmatch(gold.strip()):
        wanted = normalised_words(gold)
        return bool(wanted) and shares_run(normalised_words(text), wanted, len(wanted))
    named = result_of(text)
    return named is not None and same_number(named, gold.strip())


def result_of(text: str) -> str | None:
    """The number that an answer gives as its result, None where there is none."""
    for found in reversed(list(_ANSWER_IS.finditer(text))):
        if (number := _NUMBER.match(text, found.end())) is not None:
            return number.group()
    told = [
        one for one in split_sentences(text) if not one.endswith("?") and not _EXAMPLE.search(one)
    ]
    numbers = _NUMBER.findall(" ".join(told))
    return numbers[-1] if numbers else None


def same_number(first: str, second: str) -> bool:
    """Whether two numbers are one: `8` is `8.0`, `1,000` is `1000`; times and fractions to the
    letter."""
    return _plain(first) == _plain(second)


def _plain(number: str) -> str | float:
    bare = number.replace(",", "") if _THOUSANDS.fullmatch(number) else number
    try:
        return float(bare)
    except ValueError:
        return bare
