"""Perplexity of the gold reply under the model, where the model can score text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Indices, Metric, Scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    aka=("ppl",),
    paper="Jelinek et al. 1977, Perplexity: A Measure of the Difficulty of Speech Recognition",
)


_MAX_TOKENS = 2**40  # more is not a reply: a damaged record


def perplexity() -> Metric:
    """exp(−Σ log p / Σ tokens) over the samples whose gold reply was scored; 1 is certainty.

    The tokens are the model's own: compare models of one tokenizer only. `detail` has
    `bits_per_byte` (of the UTF-8 gold replies), which compares across tokenizers, and how many
    samples have a likelihood that is not finite: those are left out.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        import numpy

        scored = [_is_scored(sample) for sample in samples]
        statistics = numpy.array(
            [_statistics(sample) if fine else (0.0, 0.0, 0.0)
             for sample, fine in zip(samples, scored, strict=True)]
        ).reshape(-1, 3)  # fmt: skip

        def perplexity_of(indices: Indices) -> float:
            log_likelihood, tokens, _ = statistics[numpy.asarray(indices, dtype=int)].sum(axis=0)
            return _perplexity(float(log_likelihood), float(tokens))

        log_likelihood, tokens, size = (float(column) for column in statistics.sum(axis=0))
        return Scores(
            name="perplexity",
            values=tuple(
                _perplexity(float(row[0]), float(row[1])) if fine else None
                for row, fine in zip(statistics, scored, strict=True)
            ),
            total=_perplexity(log_likelihood, tokens) if any(scored) else math.nan,
            unit="per token",
            higher_is_better=False,
            resample=perplexity_of,
            detail={
                "bits_per_byte": -log_likelihood / math.log(2) / size if size else None,
                "tokens": int(tokens),
                "not_finite": sum(_has_likelihood(s) for s in samples) - sum(scored),
            },
        )

    return measure


def _has_likelihood(sample: Sample) -> bool:
    return sample.reference_log_likelihood is not None and 0 < sample.reference_tokens < _MAX_TOKENS


def _is_scored(sample: Sample) -> bool:
    return _has_likelihood(sample) and math.isfinite(sample.reference_log_likelihood or 0.0)


def _statistics(sample: Sample) -> tuple[float, float, float]:
    size = len(sample.reference.encode("utf-8"))
    return sample.reference_log_likelihood or 0.0, float(sample.reference_tokens), float(size)


def _perplexity(log_likelihood: float, tokens: float) -> float:
    try:
        return math.exp(-log_likelihood / tokens)
    except OverflowError:
        return math.inf
