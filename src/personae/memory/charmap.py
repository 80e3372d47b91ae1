"""Memories of a story that bear on a decision, found through the character (CHARMAP, S085).

Xu et al. 2024: first it is asked which points of the character's description bear on the decision,
then each of these points, and not the scenario, is what the story is searched with. What is found
is put together in the story's order. Ours: who chooses the points (an embedder, a relevance head,
an inference model, or a language model), pieces of 200 tokens, words and vectors together, and
turns between the points until there are enough pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean, pstdev
from typing import Literal, TypeAlias

from personae.encoders.kept import kept_vectors
from personae.encoders.types import Embedder, Nli
from personae.errors import InvalidOption
from personae.lm.types import LanguageModel, Message, Request, Sampling, require
from personae.text.bm25 import Bm25, index_texts
from personae.text.quoting import one_line

CHUNK_TOKENS, OVERLAP_TOKENS = 200, 50
POINTS, PIECES = 3, 6
PointsBy: TypeAlias = Literal["embedder", "relevance", "nli", "lm", "lm-likelihood", "all"]
Find: TypeAlias = Literal["words", "vectors", "both"]
# What is shown of a story: nothing, pieces by chance, its end, what the scenario finds (by words,
# vectors, or both), what points of the character find, or the passages that people name.
MemoryKind: TypeAlias = Literal[
    "none", "chance", "whole", "words", "embed", "both", "charmap", "expert"
]
_TOKEN = re.compile(r"\w+|[^\w\s]")
_NUMBER = re.compile(r"\d+")

# (scenario, lines of a description) -> how much each line bears on the decision
Weigh: TypeAlias = Callable[[str, Sequence[str]], Sequence[float]]
# A query -> how well each piece of a story answers it.
Search: TypeAlias = Callable[[str], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a story, and the characters that it is from."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """A piece by its place, and the point of the description that led to it ("" for none)."""

    at: int
    point: str
    score: float


@dataclass(frozen=True, slots=True)
class CharMap:
    """A character's description and its story, to be asked what bears on a decision.

    `weigh` chooses the points; `points` of them are followed until there are `pieces` pieces.
    """

    lines: tuple[str, ...]
    story: tuple[str, ...]
    embedder: Embedder
    weigh: Weigh
    points: int = POINTS
    pieces: int = PIECES
    find: Find = "both"

    def recall(self, scenario: str) -> list[Found]:
        """The pieces that bear on the scenario, in the story's order."""
        chosen = chosen_points(scenario, self.lines, self.weigh, self.points)
        search = search_of(self.find, self.story, self.embedder)
        found = followed([point for point, _ in chosen], search, self.pieces)
        return sorted(found, key=lambda one: one.at)


def pieces_of(
    story: str, *, chunk_tokens: int = CHUNK_TOKENS, overlap_tokens: int = OVERLAP_TOKENS
) -> list[Piece]:
    """The story in overlapping pieces. A token is a word or a mark. Raises InvalidOption."""
    if not 0 <= overlap_tokens < chunk_tokens:
        raise InvalidOption(
            f"Pieces of {chunk_tokens} tokens cannot overlap by {overlap_tokens}; give less."
        )
    spans = [match.span() for match in _TOKEN.finditer(story)]
    found: list[Piece] = []
    for first in range(0, len(spans), chunk_tokens - overlap_tokens):
        last = min(first + chunk_tokens, len(spans))
        start, end = spans[first][0], spans[last - 1][1]
        found.append(Piece(story[start:end], start, end))
        if last == len(spans):
            break
    return found


def chosen_points(
    scenario: str, lines: Sequence[str], weigh: Weigh, count: int
) -> list[tuple[str, float]]:
    """The `count` lines with the largest weights, largest first."""
    if not lines:
        return []
    weights = list(weigh(scenario, lines))
    return [(lines[at], float(weights[at])) for at in best_of(weights, count)]


def search_of(find: Find, story: Sequence[str], embedder: Embedder) -> Search:
    """Searching a story by words (BM25), by vectors (cosine), or by both.

    For both, each is measured in its own standard deviations over the story, and added.
    """
    index = _kept_index(tuple(story)) if find != "vectors" else None
    vectors = kept_vectors(embedder, tuple(story)) if find != "words" else None

    def search(query: str) -> Sequence[float]:
        parts = [index.scores(query)] if index is not None else []
        if vectors is not None:
            parts.append((vectors @ embedder.embed([query])[0]).tolist())
        return parts[0] if len(parts) == 1 else _added(*parts)

    return search


@lru_cache(maxsize=8)
def _kept_index(story: tuple[str, ...]) -> Bm25:
    """The words of the stories that were searched last: a chat asks of one with every message."""
    return index_texts(story)


def _added(words: Sequence[float], vectors: Sequence[float]) -> list[float]:
    return [a + b for a, b in zip(_standard(words), _standard(vectors), strict=True)]


def _standard(values: Sequence[float]) -> list[float]:
    """Deviations from the mean, in standard deviations; all 0 where nothing differs."""
    if not values:
        return []
    mean, spread = fmean(values), pstdev(values)
    return [(value - mean) / spread if spread else 0.0 for value in values]


def best_of(scores: Sequence[float], count: int | None = None) -> list[int]:
    """The places of the largest scores, largest first; of equals the earlier one."""
    return sorted(range(len(scores)), key=lambda at: (-scores[at], at))[:count]


def followed(points: Sequence[str], search: Search, count: int) -> list[Found]:
    """`count` pieces, taken in turns: the best for each point, then the second best, and so on.

    A piece that two points lead to is the first one's, and the other takes its next.
    """
    scores = [search(point) for point in points]
    if not scores:
        return []
    queues = [iter(best_of(one)) for one in scores]
    found: dict[int, Found] = {}
    while len(found) < min(count, len(scores[0])):
        for n, queue in enumerate(queues):
            at = next((at for at in queue if at not in found), None)
            if at is not None and len(found) < count:
                found[at] = Found(at, points[n], float(scores[n][at]))
    return list(found.values())


def by_embedder(embedder: Embedder) -> Weigh:
    """Weight by the cosine of scenario and line."""

    def weigh(scenario: str, lines: Sequence[str]) -> Sequence[float]:
        return [float(one) for one in embedder.embed(list(lines)) @ embedder.embed([scenario])[0]]

    return weigh


def by_relevance(embedder: Embedder) -> Weigh:
    """Weight by the shipped relevance head: how likely an answer has to use the line (S054)."""
    from personae.encoders.relevance import open_relevance

    relevance = open_relevance(embedder)
    return lambda scenario, lines: relevance.relevance([(one, scenario) for one in lines]).tolist()


def by_nli(nli: Nli) -> Weigh:
    """Weight by how likely the scenario entails or contradicts the line: it bears on it."""
    return lambda scenario, lines: (
        1 - nli.classify([(scenario, line) for line in lines])[:, 1]
    ).tolist()


def all_lines(scenario: str, lines: Sequence[str]) -> Sequence[float]:
    """The same weight for every line, so that the first ones are followed: no first step."""
    return [0.0] * len(lines)


def by_model(lm: LanguageModel, name: str) -> Weigh:
    """A language model names the lines by number, under a grammar where it takes one.

    What it names first weighs most; what it does not name weighs nothing.
    """
    require(lm, ("chat",), "Choosing the points of a character")

    def weigh(scenario: str, lines: Sequence[str]) -> Sequence[float]:
        listed = "\n".join(f"{at}. {one_line(line)}" for at, line in enumerate(lines, start=1))
        text = (
            f"Facts about {name}:\n{listed}\n\nA decision: {one_line(scenario)}\n\nWhich facts "
            f"say most about how {name} will decide? Answer with up to three numbers."
        )
        grammar = _numbers(len(lines)) if "grammar" in lm.capabilities else ""
        request = Request(
            messages=(Message("user", text),), grammar=grammar, replayable=True,
            sampling=Sampling(temperature=0, max_tokens=16, stop=("\n",)),
        )  # fmt: skip
        named = [int(number) for number in _NUMBER.findall(lm.generate(request).text)]
        known = [number for number in dict.fromkeys(named) if 1 <= number <= len(lines)]
        weights = [0.0] * len(lines)
        for place, number in enumerate(known):
            weights[number - 1] = float(len(known) - place)
        return weights

    return weigh


def by_likelihood(lm: LanguageModel, name: str) -> Weigh:
    """A language model says how much likelier the scenario's text is after the line."""
    require(lm, ("chat", "score"), "Weighing the points of a character")

    def weigh(scenario: str, lines: Sequence[str]) -> Sequence[float]:
        asked = f"Does this fact explain how {name} will decide? Answer yes or no."
        weights = []
        for line in lines:
            text = f"Fact: {one_line(line)}\nDecision: {one_line(scenario)}\n{asked}"
            request = Request(messages=(Message("user", text),))
            yes, no = lm.score(request, ("Yes", "No"))
            weights.append(yes.total - no.total)
        return weights

    return weigh


def _numbers(count: int) -> str:
    """A GBNF grammar of one to three numbers up to `count`."""
    numbers = " | ".join(f'"{number}"' for number in range(1, count + 1))
    return f'root ::= n (", " n){{0,2}} "\\n"\nn ::= {numbers}\n'
