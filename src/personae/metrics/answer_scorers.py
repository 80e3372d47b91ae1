"""Ten cheap scorers of an answer, z-scored, and people who weigh them each in their own way (S077).

PersonalLLM's users weigh ten reward models; these stand in for them. Scorers 0 to 7 are formulas
over the words; `warmth` and `similarity` ask the shipped embedder.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from personae.errors import InvalidOption
from personae.text.attributes import attribute_words
from personae.text.sentences import split_sentences
from personae.text.specificity import shipped_specificity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.encoders.types import Embedder

SCORERS = (
    "length", "bullets", "questions", "readability", "formality", "address", "variety",
    "specificity", "warmth", "similarity",
)  # fmt: skip
_WARM = (
    "I am so happy for you, how wonderful!",
    "That must be hard, I feel with you.",
    "You can do it, I believe in you, my dear friend!",
)
_COLD = (
    "The procedure is described in the following section.",
    "The value is determined by two factors.",
    "See the table for the requirements.",
)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+\S", re.MULTILINE)
_VOWELS = re.compile(r"[aeiouy]+")
_YOU = frozenset(("you", "your", "yours", "yourself", "you're", "you'll", "you've"))
_LOOSE = re.compile(r"\b\w+(?:'|’)(?:s|re|ve|ll|d|m|t)\b|!", re.IGNORECASE)


def answer_scores(pairs: Sequence[tuple[str, str]], embedder: Embedder) -> NDArray[np.float64]:
    """The raw scores of (prompt, answer) pairs: one row a pair, one column a scorer."""
    import numpy

    texts = [answer for _, answer in pairs]
    by_words = numpy.array([_by_words(text) for text in texts], dtype=float).reshape(-1, 8)
    vectors = embedder.embed([text or "…" for text in texts])
    asked = embedder.embed([prompt for prompt, _ in pairs])
    warm, cold = (embedder.embed(list(side)).mean(axis=0) for side in (_WARM, _COLD))
    meanings = numpy.stack([vectors @ (warm - cold), (vectors * asked).sum(axis=1)], axis=1)
    return numpy.concatenate([by_words, meanings], axis=1)


def _by_words(text: str) -> tuple[float, ...]:
    words = [word for word in attribute_words(text) if word != "?"]
    count = max(1, len(words))
    sentences = max(1, len(split_sentences(text)))
    return (
        math.log1p(len(words)),
        float(len(_BULLET.findall(text))),
        text.count("?") / sentences,
        reading_ease(text),
        sum(len(word) for word in words) / count - 10 * len(_LOOSE.findall(text)) / count,
        sum(word in _YOU for word in words) / count,
        len(set(words)) / math.sqrt(2 * count),
        shipped_specificity().of_text(text) if words else 0.0,
    )


def reading_ease(text: str) -> float:
    """Flesch's reading ease (1948): higher is easier; syllables are runs of vowels."""
    words = [word for word in attribute_words(text) if word != "?"]
    if not words:
        return 0.0
    syllables = sum(max(1, len(_VOWELS.findall(word.removesuffix("e")))) for word in words)
    per_sentence = len(words) / max(1, len(split_sentences(text)))
    return 206.835 - 1.015 * per_sentence - 84.6 * syllables / len(words)


@dataclass(frozen=True, slots=True)
class Scale:
    """Mean and standard deviation of each scorer: what z-scores are made with."""

    means: tuple[float, ...]
    deviations: tuple[float, ...]

    def z(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw scores as z-scores; a scorer that says the same of everything gives 0."""
        import numpy

        spread = numpy.array(self.deviations)
        flat = spread < 1e-9
        centred = raw - numpy.array(self.means)
        return numpy.where(flat, 0.0, centred / numpy.where(flat, 1.0, spread))


def scale_of(raw: NDArray[np.float64]) -> Scale:
    """The scale of raw scores, one row an answer. Raises InvalidOption for fewer than two."""
    if len(raw) < 2:
        raise InvalidOption("A scale needs the scores of at least two answers.")
    return Scale(tuple(raw.mean(axis=0).tolist()), tuple(raw.std(axis=0).tolist()))


def draw_users(
    number: int, alpha: float, seed: int, scorers: int = len(SCORERS)
) -> NDArray[np.float64]:
    """Weights of simulated users, one row a user: Dirichlet(alpha, …, alpha).

    Small `alpha`: each clings to one scorer; large: all are alike. Raises InvalidOption.
    """
    import numpy

    if number < 1 or not (0 < alpha < math.inf):
        raise InvalidOption("There must be at least one user, and alpha must be above 0.")
    generator = numpy.random.default_rng(seed)
    drawn: NDArray[np.float64] = generator.dirichlet(numpy.full(scorers, alpha), size=number)
    # With a tiny alpha all gammas can round to 0, and their shares are then not numbers.
    broken = ~numpy.isfinite(drawn).all(axis=1)
    drawn[broken] = numpy.eye(scorers)[generator.integers(0, scorers, size=int(broken.sum()))]
    return drawn


def votes_of(
    rewards: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The share of users whose best answer each is: rewards[user, prompt, answer] to shares
    [prompt, answer]."""
    import numpy

    best = rewards.argmax(axis=2)
    answers = rewards.shape[2]
    return numpy.stack([numpy.bincount(one, minlength=answers) / len(one) for one in best.T])


def vote_entropy(votes: NDArray[np.float64]) -> float:
    """The mean entropy of the votes over prompts, in nats."""
    import numpy

    safe = numpy.where(votes > 0, votes, 1.0)
    return float(-(votes * numpy.log(safe)).sum(axis=1).mean())


def representativeness(first: Sequence[float], second: Sequence[float]) -> float:
    """1 - Wasserstein distance of two distributions over ordered answers, 0–1 (OpinionQA).

    Raises InvalidOption unless both are distributions over the same two or more answers.
    """
    if len(first) != len(second) or len(first) < 2:
        raise InvalidOption("Both distributions must be over the same two or more answers.")
    if any(min(one) < 0 or abs(math.fsum(one) - 1) > 1e-6 for one in (first, second)):
        raise InvalidOption("A distribution has no negative share, and its shares sum to 1.")
    total, distance = 0.0, 0.0
    for one, other in zip(first[:-1], second[:-1], strict=True):
        total += one - other
        distance += abs(total)
    return 1 - distance / (len(first) - 1)
