"""Corpus BLEU against the gold reply, computed by sacrebleu, with its signature."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Indices, Metric, Scores, comparable
from personae.registry import EntryInfo

if TYPE_CHECKING:
    from sacrebleu.metrics.bleu import BLEU

ENTRY = EntryInfo(
    paper="Papineni et al. 2002, BLEU; Post 2018, A Call for Clarity in Reporting BLEU Scores",
)


def bleu(
    *,
    tokenize: Literal["13a", "intl", "char", "zh", "none"] = "13a",
    lowercase: bool = False,
    n: Annotated[int, Field(ge=1, le=9)] = 4,
) -> Metric:
    """Corpus BLEU of n-grams up to `n`, 0–100, one gold reply a sample, exponential smoothing.

    `bleu-1` to `bleu-3` are names for the other orders (cumulative: the geometric mean of the
    precisions up to n), so that one call gives all four.

    Identical to `sacrebleu.metrics.BLEU(lowercase, tokenize, max_ngram_order).corpus_score`, and so
    is `resample` on the drawn samples. `detail` holds sacrebleu's signature, n-gram precisions and
    brevity penalty. The values of single samples are sentence BLEU with the effective order: to
    look at, not to average.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        import numpy
        from sacrebleu.metrics.bleu import BLEU

        corpus, sentence = (
            BLEU(
                lowercase=lowercase,
                tokenize=tokenize,
                max_ngram_order=n,
                effective_order=effective_order,
                force=True,
            )
            for effective_order in (False, True)
        )
        values: list[float | None] = [None] * len(samples)
        statistics = numpy.zeros((len(samples), 2 + 2 * n), dtype=numpy.int64)
        for at, sample in enumerate(samples):
            if comparable(sample):
                score = sentence.sentence_score(sample.reply, [sample.reference])
                values[at] = score.score
                statistics[at] = [score.sys_len, score.ref_len, *score.counts, *score.totals]

        def bleu_of(indices: Indices) -> float:
            sums = statistics[numpy.asarray(indices, dtype=int)].sum(axis=0).tolist()
            return _bleu_from_sums(sums, n)

        total, detail = _corpus_bleu([s for s in samples if comparable(s)], corpus)
        return Scores(
            name="bleu" if n == 4 else f"bleu-{n}",
            values=tuple(values),
            total=total,
            unit="0–100",
            higher_is_better=True,
            resample=bleu_of,
            detail=detail,
        )

    return measure


def _corpus_bleu(samples: Sequence[Sample], scorer: BLEU) -> tuple[float, dict[str, Any]]:
    if not samples:
        return math.nan, {}
    score = scorer.corpus_score(
        [sample.reply for sample in samples], [[sample.reference for sample in samples]]
    )
    return score.score, {
        "signature": scorer.get_signature().format(),
        "precisions": score.precisions,
        "brevity_penalty": score.bp,
    }


def _bleu_from_sums(sums: list[int], n: int) -> float:
    from sacrebleu.metrics.bleu import BLEU

    score = BLEU.compute_bleu(
        correct=sums[2 : 2 + n],
        total=sums[2 + n :],
        sys_len=sums[0],
        ref_len=sums[1],
        smooth_method="exp",
        max_ngram_order=n,
    )
    return float(score.score)
