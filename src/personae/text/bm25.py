"""Okapi BM25: how well texts answer a query, by the words they share and how rare those are."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# The usual values: how fast a repeated word stops counting, and how much length matters.
K1, B = 1.5, 0.75
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Bm25:
    """An index over texts; make one with `index_texts`."""

    counts: tuple[Counter[str], ...]
    weights: dict[str, float]  # inverse document frequency, never negative
    mean_words: float

    def scores(self, query: str) -> list[float]:
        """One score a text, 0 where it shares no word with the query (Robertson et al. 1994)."""
        words = [word for word in words_of(query) if word in self.weights]
        return [sum(self._part(count, word) for word in words) for count in self.counts]

    def _part(self, count: Counter[str], word: str) -> float:
        times = count[word]
        if not times:
            return 0.0
        length = K1 * (1 - B + B * count.total() / self.mean_words)
        return self.weights[word] * times * (K1 + 1) / (times + length)


def index_texts(texts: Sequence[str]) -> Bm25:
    """Count the words of `texts`."""
    counts = tuple(Counter(words_of(text)) for text in texts)
    holding = Counter(word for count in counts for word in count)
    total = len(counts)
    weights = {
        word: math.log(1 + (total - held + 0.5) / (held + 0.5)) for word, held in holding.items()
    }
    mean = sum(count.total() for count in counts) / max(1, total)
    return Bm25(counts, weights, max(mean, 1.0))


def words_of(text: str) -> list[str]:
    """Lower-case words."""
    return _WORD.findall(text.lower())
