"""What a turn repeats, and whether it asks: the attributes of See et al. 2019 (S067).

Repetition is the share of a turn's pairs of words, or of its words that are no stopwords, that
stood in its speaker's earlier turns (`extrep`), earlier in itself (`intrep`) or in the partner's
turns (`partnerrep`).
"""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from personae.text.content_words import is_stopword

QUESTION_WORDS = frozenset(
    ("who", "what", "where", "why", "when", "how", "which", "whom", "whose", "?")
)
# Lower bounds of the ten buckets of mean NIDF, and of the ten of relatedness (S067's code).
SPECIFICITY_BOUNDS = (0, 0.1598, 0.1750, 0.1866, 0.1967, 0.2071, 0.2183, 0.2305, 0.2462, 0.2707)
RELATEDNESS_BOUNDS = (-0.387, -0.080, -0.026, 0.019, 0.063, 0.110, 0.163, 0.232, 0.328, 0.492)
SPEAKS_FIRST = 10  # the relatedness bucket of a turn that answers nothing
QUESTION_SHARE = 41101 / 131438  # of ConvAI2's turns with a question
QUESTION_BUCKETS = 11

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|\?")


@dataclass(frozen=True, slots=True)
class Repetition:
    """Shares of one turn, 0–1."""

    extrep_2gram: float
    extrep_nonstopword: float
    intrep_2gram: float
    intrep_nonstopword: float
    partnerrep_2gram: float
    partnerrep_nonstopword: float


def attribute_words(text: str) -> list[str]:
    """Lower-case words and question marks."""
    return _WORD.findall(text.lower().replace("’", "'"))


def says_something(word: str) -> bool:
    """Whether a word counts as one that is no stopword."""
    return word != "?" and not is_stopword(word)


def repetition(text: str, own: Iterable[str], partner: Iterable[str]) -> Repetition:
    """What a turn repeats of its speaker's earlier turns, of itself, and of the partner's turns."""
    words = attribute_words(text)
    pairs, content = list(pairwise(words)), [word for word in words if says_something(word)]
    own_words, partner_words = ([attribute_words(t) for t in side] for side in (own, partner))
    return Repetition(
        extrep_2gram=_share([pair in _pairs(own_words) for pair in pairs]),
        extrep_nonstopword=_share([word in _set(own_words) for word in content]),
        intrep_2gram=_share([pair in pairs[:at] for at, pair in enumerate(pairs)]),
        intrep_nonstopword=_share([word in content[:at] for at, word in enumerate(content)]),
        partnerrep_2gram=_share([pair in _pairs(partner_words) for pair in pairs]),
        partnerrep_nonstopword=_share([word in _set(partner_words) for word in content]),
    )


def has_question(text: str) -> bool:
    """Whether a turn asks something: it has a question mark."""
    return "?" in text


def specificity_bucket(mean_nidf: float, bounds: Sequence[float] = SPECIFICITY_BOUNDS) -> int:
    """The control bucket, 0 (generic) to 9 (specific), of a turn's mean NIDF."""
    return max(0, bisect_right(bounds, mean_nidf) - 1)


def relatedness_bucket(cosine: float | None, bounds: Sequence[float] = RELATEDNESS_BOUNDS) -> int:
    """The control bucket, 0 to 9, of a turn's cosine with the turn it answers; 10 for no such."""
    if cosine is None:
        return SPEAKS_FIRST
    return max(0, bisect_right(bounds, cosine) - 1)


def equal_mass_bounds(values: Iterable[float], buckets: int = 10) -> tuple[float, ...]:
    """The lower bounds of buckets that hold as many of the values each; none without values."""
    ordered = sorted(values)
    return tuple(ordered[at * len(ordered) // buckets] for at in range(buckets) if ordered)


def question_buckets(asks: bool, share: float = QUESTION_SHARE) -> tuple[float, ...]:
    """P(bucket | the turn asks, or does not): bucket b shall have b tenths of questions.

    `share` is that of all turns that ask, at most .55. P(b) is share/5.5 for b from 1 to 10 and the
    rest for 0, so that Bayes' rule gives P(asks | b) = b/10.
    """
    each = share / (QUESTION_BUCKETS / 2)
    prior = [1 - 10 * each, *[each] * (QUESTION_BUCKETS - 1)]
    if asks:
        return tuple(p * b / 10 / share for b, p in enumerate(prior))
    return tuple(p * (1 - b / 10) / (1 - share) for b, p in enumerate(prior))


def question_bucket(asks: bool, rng: random.Random, share: float = QUESTION_SHARE) -> int:
    """A bucket drawn for a turn: how conditional training labels its data."""
    return rng.choices(range(QUESTION_BUCKETS), question_buckets(asks, share))[0]


def _pairs(texts: Sequence[Sequence[str]]) -> set[tuple[str, str]]:
    return {pair for words in texts for pair in pairwise(words)}


def _set(texts: Sequence[Sequence[str]]) -> set[str]:
    return {word for words in texts for word in words}


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0
