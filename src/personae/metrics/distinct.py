"""Distinct-n: how many of the n-grams in all replies are different ones."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, TypeAlias

from pydantic import Field

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Indices, Metric, Scores, replied
from personae.metrics.words import normalised_words
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    aka=("distinct-1", "distinct-2"),
    paper="Li et al. 2016, A Diversity-Promoting Objective Function for Neural Conversation Models",
)

Ngram: TypeAlias = tuple[str, ...]


def distinct(*, n: Annotated[int, Field(ge=1, le=9)] = 1) -> Metric:
    """Different n-grams by all n-grams, over all replies together, 0–1.

    Identical to ParlAI's `InterDistinctMetric` (words are those of `normalised_words`), but 0
    where there is no n-gram at all (ParlAI: 1e-7). The values of single samples are the same ratio
    within the reply. The figure falls as replies are added: compare runs of one size only.

    A bootstrap would draw replies twice and so see fewer different n-grams than there are; the
    interval is therefore a jackknife's (Efron & Stein 1981: it errs on the wide side).
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        counts = [_ngrams(sample.reply, n) if replied(sample) else None for sample in samples]

        def chosen(indices: Indices) -> list[Counter[Ngram]]:
            return [count for at in indices if (count := counts[at]) is not None]

        everything = [count for count in counts if count is not None]
        return Scores(
            name=f"distinct-{n}",
            values=tuple(None if count is None else _ratio([count]) for count in counts),
            total=_ratio(everything) if everything else math.nan,
            unit="0–1",
            higher_is_better=True,
            resample=lambda indices: _ratio(chosen(indices)),
            leave_one_out=lambda indices: _ratios_without_each(chosen(indices)),
            detail={"ngrams": sum(count.total() for count in everything)},
        )

    return measure


def _ngrams(text: str, n: int) -> Counter[Ngram]:
    words = normalised_words(text)
    return Counter(tuple(words[at : at + n]) for at in range(len(words) - n + 1))


def _ratio(counts: Sequence[Counter[Ngram]]) -> float:
    total = sum(count.total() for count in counts)
    return len(set().union(*counts)) / total if total else 0.0


def _ratios_without_each(counts: Sequence[Counter[Ngram]]) -> list[float]:
    holders = Counter(ngram for count in counts for ngram in count)
    total = sum(count.total() for count in counts)
    ratios = []
    for count in counts:
        rest = total - count.total()
        only_here = sum(holders[ngram] == 1 for ngram in count)
        ratios.append((len(holders) - only_here) / rest if rest else 0.0)
    return ratios
