"""Statements of one persona that contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from personae.encoders.contradiction import Judgement
from personae.encoders.types import Nli

# Of n statements there are n(n-1)/2 pairs, so the strictest calibrated threshold is used.
GOLD_SHARE = 0.02
STATEMENTS_LIMIT = 64


def clashing_statements(nli: Nli, statements: Sequence[str]) -> list[Judgement]:
    """Pairs among the first 64 statements that contradict each other both ways, worst first.

    The weaker of the two directions counts, and is what the judgement holds.
    """
    pairs = list(combinations(dict.fromkeys(statements[:STATEMENTS_LIMIT]), 2))
    if not pairs:
        return []
    there = nli.classify(pairs).tolist()
    back = nli.classify([(second, first) for first, second in pairs]).tolist()
    judged = [
        Judgement(*pair, *min(rows, key=lambda row: row[2]))
        for pair, *rows in zip(pairs, there, back, strict=True)
    ]
    threshold = nli.thresholds[GOLD_SHARE]
    clashing = [one for one in judged if one.contradiction > threshold]
    return sorted(clashing, key=lambda one: -one.contradiction)


def contradicting(nli: Nli, pairs: Sequence[tuple[str, str]]) -> list[bool]:
    """Of each pair whether contradiction is the likeliest of the three labels."""
    found: list[bool] = (nli.classify(pairs).argmax(axis=1) == 2).tolist() if pairs else []
    return found


def any_clash(nli: Nli, texts: Sequence[str], known: Sequence[str]) -> list[bool]:
    """Of each text whether it contradicts something known: the likeliest label, either way."""
    there = contradicting(nli, [(text, one) for text in texts for one in known])
    back = contradicting(nli, [(one, text) for text in texts for one in known])
    either = [one or other for one, other in zip(there, back, strict=True)]
    size = len(known)
    return [any(either[at * size : (at + 1) * size]) for at in range(len(texts))]
