"""ROUGE-L: F-measure of the longest common subsequence of reply and gold reply."""

from __future__ import annotations

import re
from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, comparable, mean_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(paper="Lin 2004, ROUGE: A Package for Automatic Evaluation of Summaries")

_TOKEN = re.compile(r"[a-z0-9]+")


def rouge_l() -> Metric:
    """Mean over the samples of the LCS F-measure, 0–1.

    Identical to `rouge_score.RougeScorer(["rougeL"])` without stemming (its default). Its tokens
    are runs of ASCII letters and digits: text in other scripts scores 0.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [f_measure(s.reply, s.reference) if comparable(s) else None for s in samples]
        return mean_scores("rouge-l", values, unit="0–1", higher_is_better=True)

    return measure


def f_measure(reply: str, reference: str) -> float:
    """ROUGE-L F-measure of one reply against one gold reply, 0–1."""
    given, wanted = _TOKEN.findall(reply.lower()), _TOKEN.findall(reference.lower())
    if not given or not wanted:
        return 0.0
    common = longest_common_subsequence(wanted, given)
    precision, recall = common / len(given), common / len(wanted)
    return 2 * precision * recall / (precision + recall) if common else 0.0


def longest_common_subsequence(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the LCS, bit-parallel (Hyyrö 2004): a row of the table is one integer V.

    With M the positions of a token in `first`, V := (V + (V & M)) | (V & ~M); the zero bits of V
    count the length.
    """
    positions: dict[str, int] = {}
    for at, token in enumerate(first):
        positions[token] = positions.get(token, 0) | 1 << at
    ones = (1 << len(first)) - 1
    row = ones
    for token in second:
        matched = row & positions.get(token, 0)
        row = (row + matched | row - matched) & ones
    return len(first) - row.bit_count()
