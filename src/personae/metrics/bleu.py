"""Corpus BLEU against the gold reply, computed by sacrebleu, with its signature."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Indices, Metric, Scores, comparable
from personae.registry import EntryInfo

if TYPE_CHECKING:
    from sacrebleu.metrics.bleu import BLEU, BLEUScore

ENTRY = EntryInfo(
    paper="Papineni et al. 2002, BLEU; Post 2018, A Call for Clarity in Reporting BLEU Scores",
)

# 13a parts these from words. Where there is no digit (which a point or comma may belong to), no
# entity, no "<skipped>" and nothing that is not printable ASCII, that is all it does.
_SPACED = str.maketrans({mark: f" {mark} " for mark in '!"#$%&()*+/:;<=>?@[\\]^_`{|}~.,'})
_HARD = re.compile(r"[^ -~]|[0-9&<]")


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

        scorer = BLEU(lowercase=lowercase, tokenize=tokenize, max_ngram_order=n, force=True)
        # As sacrebleu prepares a segment; it keeps what it has tokenized.
        tokenizer = scorer.tokenizer

        def tokens(text: str) -> list[str]:
            if tokenize == "13a" and not _HARD.search(text):
                return (text.lower() if lowercase else text).translate(_SPACED).split()
            found: list[str] = tokenizer((text.lower() if lowercase else text).rstrip()).split()
            return found

        values: list[float | None] = [None] * len(samples)
        statistics = numpy.zeros((len(samples), 2 + 2 * n), dtype=numpy.int64)
        for at, sample in enumerate(samples):
            if comparable(sample):
                sums = segment_statistics(tokens(sample.reply), tokens(sample.reference), n)
                values[at] = float(_bleu(sums, n, effective_order=True).score)
                statistics[at] = sums

        def bleu_of(indices: Indices) -> float:
            sums = statistics[numpy.asarray(indices, dtype=int)].sum(axis=0).tolist()
            return float(_bleu(sums, n).score)

        present = any(value is not None for value in values)
        whole = _bleu(statistics.sum(axis=0).tolist(), n)
        return Scores(
            name="bleu" if n == 4 else f"bleu-{n}",
            values=tuple(values),
            total=float(whole.score) if present else math.nan,
            unit="0–100",
            higher_is_better=True,
            resample=bleu_of,
            detail={
                "signature": _signature(scorer),
                "precisions": whole.precisions,
                "brevity_penalty": whole.bp,
            }
            if present
            else {},
        )

    return measure


def segment_statistics(given: Sequence[str], wanted: Sequence[str], n: int) -> list[int]:
    """Lengths, then shared n-grams of each order, then all of the reply's, as sacrebleu has them.

    An n-gram counts as often as it stands in both. Where no n-gram of an order is shared, none of
    a higher order is, which is most of the work with replies that are not translations.
    """
    shared, is_shared = [0] * n, True
    for order in range(1, n + 1):
        if not is_shared:
            break
        have, want = _ngrams(given, order), _ngrams(wanted, order)
        common = set(have).intersection(want)
        shared[order - 1] = sum([min(have.count(one), want.count(one)) for one in common])
        is_shared = bool(common)
    totals = [max(0, len(given) - order) for order in range(n)]
    return [len(given), len(wanted), *shared, *totals]


def _ngrams(tokens: Sequence[str], order: int) -> list[tuple[str, ...]]:
    return list(zip(*(tokens[at:] for at in range(order)), strict=False))


def _signature(scorer: BLEU) -> str:
    """sacrebleu's own; it only knows the number of references once it has scored something."""
    scorer.corpus_score(["a"], [["a"]])
    return str(scorer.get_signature().format())


def _bleu(sums: Sequence[int], n: int, *, effective_order: bool = False) -> BLEUScore:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU.compute_bleu(
        correct=list(sums[2 : 2 + n]),
        total=list(sums[2 + n :]),
        sys_len=sums[0],
        ref_len=sums[1],
        smooth_method="exp",
        effective_order=effective_order,
        max_ngram_order=n,
    )
