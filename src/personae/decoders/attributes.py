"""What each next token would add to a reply's attributes: the features of weighted decoding.

See et al. 2019 (S067), as in the authors' code: a token's score is its log-probability plus the
weighted features, not normalised again; -1e20 blocks. Features are of words and tokens are pieces
of words, so a token adds the features of the words as they then stand, less those of the word that
it goes on with: over a whole word this sums to the word's own features. A pair of words or a word
that is blocked can then never be completed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

from personae.errors import InvalidOption
from personae.text.attributes import QUESTION_WORDS, attribute_words, says_something
from personae.text.specificity import Specificity

Feature = Literal[
    "extrep_2gram", "extrep_nonstopword", "intrep_2gram", "intrep_nonstopword",
    "partnerrep_2gram", "partnerrep_nonstopword", "nidf", "question", "lastuttsim",
]  # fmt: skip
FEATURES: tuple[Feature, ...] = get_args(Feature)
BLOCK = -1e20
BLOCKED = -1e10  # a score below this has been blocked by some weight

Similarity = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Said:
    """The words of earlier turns, as the features ask for them."""

    pairs: frozenset[tuple[str, str]]
    content: frozenset[str]


def said(turns: Sequence[str]) -> Said:
    """The pairs of words and the words that are no stopwords of these turns."""
    words = [attribute_words(turn) for turn in turns]
    return Said(
        frozenset(pair for some in words for pair in pairwise(some)),
        frozenset(word for some in words for word in some if says_something(word)),
    )


@dataclass(frozen=True, slots=True)
class Weighting:
    """Weights of features in one conversation; make one with `weighting`.

    `own` and `partner` are what was said before by either side; `similarity` is the cosine of a
    word and the partner's last turn.
    """

    weights: Mapping[str, float]
    own: Said
    partner: Said
    specificity: Specificity
    similarity: Similarity | None = None

    def bonus(self, text: str, piece: str) -> float:
        """What `piece`, written after `text`, adds to the score."""
        before, after = attribute_words(text), attribute_words(text + piece)
        same = 0
        while same < min(len(before), len(after)) and before[same] == after[same]:
            same += 1
        gained = sum(self._of(after, at) for at in range(same, len(after)))
        return gained - sum(self._of(before, at) for at in range(same, len(before)))

    def _of(self, words: Sequence[str], at: int) -> float:
        return sum(
            weight * self.value(name, words, at) for name, weight in self.weights.items() if weight
        )

    def value(self, name: str, words: Sequence[str], at: int) -> float:
        """The feature of the word at a place of the reply."""
        word = words[at]
        pair = (words[at - 1], word) if at else None
        if name == "nidf":
            known = self.specificity.of_word(word)
            return self.specificity.of_beginning(word) if known is None else known
        if name == "question":
            return float(word in QUESTION_WORDS)
        if name == "lastuttsim":
            return self.similarity(word) if self.similarity and says_something(word) else 0.0
        if name == "intrep_2gram":
            return float(pair is not None and pair in set(pairwise(words[:at])))
        if name == "intrep_nonstopword":
            return float(says_something(word) and word in words[:at])
        side = self.own if name.startswith("extrep") else self.partner
        if name.endswith("2gram"):
            return float(pair in side.pairs)
        return float(word in side.content)


def weighting(
    weights: Mapping[str, float],
    own: Sequence[str],
    partner: Sequence[str],
    specificity: Specificity,
    similarity: Similarity | None = None,
) -> Weighting:
    """The weighting of a conversation. Raises InvalidOption for a feature that there is not."""
    unknown = sorted(set(weights) - set(FEATURES))
    if unknown:
        raise InvalidOption(
            f"There is no feature {unknown[0]!r}; the features are {', '.join(FEATURES)}."
        )
    return Weighting(dict(weights), said(own), said(partner), specificity, similarity)
