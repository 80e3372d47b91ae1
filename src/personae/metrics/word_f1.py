"""F1 of the words that reply and gold reply share, as ParlAI computes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, comparable, mean_scores
from personae.metrics.words import normalised_words
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    aka=("f1",),
    paper="Dinan et al. 2020, The Second Conversational Intelligence Challenge (ConvAI2)",
)

LONG = 100  # words


def word_f1() -> Metric:
    """Mean over the samples of 2PR/(P+R), 0–1, on multisets of words.

    Identical to ParlAI's `F1Metric` with one gold reply: words are those of `normalised_words`,
    and no shared word is 0.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [f1(s.reply, s.reference) if comparable(s) else None for s in samples]
        return mean_scores("word-f1", values, unit="0–1", higher_is_better=True)

    return measure


def f1(reply: str, reference: str) -> float:
    """F1 of one reply against one gold reply, 0–1."""
    return multiset_f1(normalised_words(reply), normalised_words(reference))


def multiset_f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    """2PR/(P+R) of two multisets, 0–1; no shared member is 0."""
    common = set(given).intersection(wanted)
    if not common:
        return 0.0
    shared = 0
    if len(given) > LONG:
        shared = (Counter(given) & Counter(wanted)).total()
    else:  # to count a few words in a short list is faster than to make counters
        for word in common:
            here, there = given.count(word), wanted.count(word)
            shared += here if here < there else there
    precision, recall = shared / len(given), shared / len(wanted)
    return 2 * precision * recall / (precision + recall)
