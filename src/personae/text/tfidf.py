"""TF-IDF: how near texts are to a query by their words, the rare ones among them counting more."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from personae.text.content_words import content_stems


def tfidf_scores(query: str, texts: Sequence[str]) -> list[float]:
    """The cosine of the query with each text, 0 where they share no telling word.

    Words are stems without function words; how rare one is, is counted over `texts` alone
    (Salton and Buckley 1988, smoothed).
    """
    counts = [Counter(content_stems(text)) for text in texts]
    holding = Counter(stem for count in counts for stem in count)
    weights = {stem: math.log((1 + len(texts)) / (1 + n)) + 1 for stem, n in holding.items()}
    asked = Counter(stem for stem in content_stems(query) if stem in weights)
    return [_cosine(asked, count, weights) for count in counts]


def _cosine(asked: Counter[str], held: Counter[str], weights: dict[str, float]) -> float:
    product = sum(n * held[stem] * weights[stem] ** 2 for stem, n in asked.items())
    lengths = [
        math.sqrt(sum((n * weights[stem]) ** 2 for stem, n in count.items()))
        for count in (asked, held)
    ]
    return product / (lengths[0] * lengths[1]) if product else 0.0
