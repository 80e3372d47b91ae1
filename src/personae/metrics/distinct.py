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

# The different n-grams of a reply, words parted by blanks, and how many it has in all.
Counted: TypeAlias = tuple[set[str], int]


def distinct(*, n: Annotated[int, Field(ge=1, le=9)] = 1) -> Metric:
    """Different n-grams by all n-grams, over all replies together, 0–1.

    Identical to ParlAI's `InterDistinctMetric` (words are those of `normalised_words`), but 0
    where there is no n-gram at all (ParlAI: 1e-7). The values of single samples are the same ratio
    within the reply. The figure falls as replies are added: compare runs of one size only.

    A bootstrap would draw replies twice and so see fewer different n-grams than there are; the
    interval is therefore a jackknife's (Efron & Stein 1981: it errs on the wide side).
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        found = [_counted(sample.reply, n) if replied(sample) else None for sample in samples]

        def chosen(indices: Indices) -> list[Counted]:
            return [counted for at in indices if (counted := found[at]) is not None]

        everything = [counted for counted in found if counted is not None]
        return Scores(
            name=f"distinct-{n}",
            values=tuple(None if one is None else _share(len(one[0]), one[1]) for one in found),
            total=_ratio(everything) if everything else math.nan,
            unit="0–1",
            higher_is_better=True,
            resample=lambda indices: _ratio(chosen(indices)),
            leave_one_out=lambda indices: _ratios_without_each(chosen(indices)),
            detail={"ngrams": sum(total for _, total in everything)},
        )

    return measure


def _counted(text: str, n: int) -> Counted:
    words = normalised_words(text)
    # Strings, not tuples: the garbage collector goes through these again and again.
    ngrams = words if n == 1 else map(" ".join, zip(*(words[at:] for at in range(n)), strict=False))
    different = set(ngrams)
    return different, max(0, len(words) - n + 1)


def _ratio(found: Sequence[Counted]) -> float:
    different: set[str] = set().union(*(one for one, _ in found))
    return _share(len(different), sum(total for _, total in found))


def _share(different: int, total: int) -> float:
    return different / total if total else 0.0


def _ratios_without_each(found: Sequence[Counted]) -> list[float]:
    holders = Counter(ngram for different, _ in found for ngram in different)
    total = sum(mine for _, mine in found)
    return [
        _share(len(holders) - sum(holders[ngram] == 1 for ngram in different), total - mine)
        for different, mine in found
    ]
