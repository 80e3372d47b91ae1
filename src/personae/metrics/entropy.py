"""Ent-n: how evenly the n-grams of all replies are spread."""

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
    aka=("entropy-1", "entropy-2"),
    paper="Zhang et al. 2018, Generating Informative and Diverse Conversational Responses via "
    "Adversarial Information Maximization, section 4.2",
)

Ngram: TypeAlias = tuple[str, ...]
LISTED = 10


def entropy(*, n: Annotated[int, Field(ge=1, le=9)] = 2) -> Metric:
    """−Σ p log p over the n-grams of all replies together, in nats; 0 where there are none.

    The formula of Zhang et al. 2018 (Ent-4 there), natural logarithm as in their code; words are
    those of `normalised_words`. The values of single samples are the same within the reply. The
    figure grows with the number of replies: compare runs of one size only. The interval is a
    jackknife's, as that of `distinct`. `detail["most"]` has the commonest n-grams.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        counts = [_ngrams(sample.reply, n) if replied(sample) else None for sample in samples]

        def chosen(indices: Indices) -> list[Counter[Ngram]]:
            return [count for at in indices if (count := counts[at]) is not None]

        everything = [count for count in counts if count is not None]
        whole: Counter[Ngram] = _summed(everything)
        return Scores(
            name=f"entropy-{n}",
            values=tuple(None if count is None else _entropy(count) for count in counts),
            total=_entropy(whole) if everything else math.nan,
            unit="nats",
            higher_is_better=True,
            resample=lambda indices: _entropy(_summed(chosen(indices))),
            leave_one_out=lambda indices: _entropies_without_each(chosen(indices)),
            detail={
                "ngrams": whole.total(),
                "different": len(whole),
                "most": [[" ".join(ngram), times] for ngram, times in whole.most_common(LISTED)],
            },
        )

    return measure


def _ngrams(text: str, n: int) -> Counter[Ngram]:
    words = normalised_words(text)
    return Counter(tuple(words[at : at + n]) for at in range(len(words) - n + 1))


def _summed(counts: Sequence[Counter[Ngram]]) -> Counter[Ngram]:
    whole: Counter[Ngram] = Counter()
    for count in counts:
        whole.update(count)
    return whole


def _entropy(count: Counter[Ngram]) -> float:
    return _from_sums(count.total(), math.fsum(map(_weighted, count.values())))


def _weighted(times: int) -> float:
    return times * math.log(times) if times else 0.0


def _from_sums(total: int, weighted: float) -> float:
    """Entropy from Σ F and Σ F log F."""
    return max(0.0, math.log(total) - weighted / total) if total else 0.0


def _entropies_without_each(counts: Sequence[Counter[Ngram]]) -> list[float]:
    whole = _summed(counts)
    total, weighted = whole.total(), math.fsum(map(_weighted, whole.values()))
    found = []
    for count in counts:
        changed = math.fsum(
            _weighted(whole[ngram] - times) - _weighted(whole[ngram])
            for ngram, times in count.items()
        )
        found.append(_from_sums(total - count.total(), weighted + changed))
    return found
