"""How rare words are: normalised inverse document frequency (NIDF) of See et al. 2019 (S067).

NIDF(w) = (log c_max - log c_w) / (log c_max - log c_min), where c_w is the number of turns with the
word: 0 for the most frequent word, 1 for the rarest. The counts are of Synthetic-Persona-Chat
(`word_counts.md`); the paper counts Twitter and ConvAI2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from personae.errors import InvalidOption
from personae.text.attributes import attribute_words

SHIPPED = Path(__file__).parent / "word_counts.txt"
UNKNOWN = 1.0


@dataclass(frozen=True, slots=True)
class Specificity:
    """NIDF of words, of beginnings of words, and of texts. Make one with `specificity_of`."""

    nidf: Mapping[str, float]
    beginnings: Mapping[str, float]

    def of_word(self, word: str) -> float | None:
        """NIDF of a word, None where it is not in the table."""
        return self.nidf.get(word)

    def of_beginning(self, letters: str) -> float:
        """What a word that begins so will have: the mean over its words, by their counts.

        1 where no word of the table begins so.
        """
        return self.beginnings.get(letters, UNKNOWN)

    def of_text(self, text: str) -> float:
        """Mean NIDF over the text's known words; 1 where all are unknown, or there is none."""
        words = attribute_words(text)
        known = [self.nidf[word] for word in words if word in self.nidf]
        return sum(known) / len(known) if known else UNKNOWN


def specificity_of(counts: Mapping[str, int]) -> Specificity:
    """NIDF from the number of turns of each word. Raises InvalidOption unless two counts differ."""
    if len(set(counts.values())) < 2 or min(counts.values()) < 1:
        raise InvalidOption("NIDF needs words with two different counts of at least 1.")
    most, least = (math.log(pick(counts.values())) for pick in (max, min))
    nidf = {word: (most - math.log(count)) / (most - least) for word, count in counts.items()}
    totals: dict[str, list[float]] = {}
    for word, count in counts.items():
        for end in range(1, len(word) + 1):
            total = totals.setdefault(word[:end], [0.0, 0.0])
            total[0] += count * nidf[word]
            total[1] += count
    return Specificity(nidf, {letters: a / b for letters, (a, b) in totals.items()})


@lru_cache(maxsize=1)
def shipped_specificity() -> Specificity:
    """The table that ships."""
    counts = {}
    for line in SHIPPED.read_text(encoding="utf-8").splitlines():
        word, _, count = line.rpartition(" ")
        counts[word] = int(count)
    return specificity_of(counts)
