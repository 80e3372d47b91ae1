"""What each next token would add to a reply's nearness to a story, in the story's order.

After PABST (S013), which pulls each step of the decoder towards the story's tokens by a gradient.
Here a token's score gains `weight` nats where its word lengthens the common subsequence of reply
and story: words count once, and only in the order in which the story has them, words that say
nothing by themselves for a part. A token that begins a word of the story gains at once, and loses
it again where another word comes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from personae.text.attributes import attribute_words, says_something

LEAST_LETTERS = 3  # of the beginning of a word that counts as the word
SMALL_WORD = 0.5  # what a word like "the" counts


@dataclass(slots=True)
class StoryPull:
    """The pull of one story; make one with `story_pull`. `rows` keeps what was worked out."""

    words: tuple[str, ...]
    weight: float
    values: tuple[float, ...]
    rows: dict[tuple[str, ...], tuple[float, ...]] = field(default_factory=dict)

    def bonus(self, text: str, piece: str) -> float:
        """What `piece`, written after `text`, adds to the score."""
        if not self.weight or not self.words:
            return 0.0
        return self.weight * (self._begun(text + piece) - self._begun(text))

    def overlap(self, reply: str) -> float:
        """Share of a reply's words, by what they count, that the story has in this order, 0–1."""
        said = tuple(attribute_words(reply))
        return self._row(said)[-1] / sum(map(_value, said)) if said and self.words else 0.0

    def _begun(self, text: str) -> float:
        """What the common subsequence counts, a word at the end counting by its beginning."""
        said = tuple(attribute_words(text))
        if not said:
            return 0.0
        return self._next(self._row(said[:-1]), said[-1], text[-1:].isalpha())[-1]

    def _row(self, said: tuple[str, ...]) -> tuple[float, ...]:
        if not said:
            return (0.0,) * (len(self.words) + 1)
        if said not in self.rows:
            self.rows[said] = self._next(self._row(said[:-1]), said[-1], False)
        return self.rows[said]

    def _next(self, before: Sequence[float], word: str, is_open: bool) -> tuple[float, ...]:
        """The next row of the table of common subsequences."""
        row, begins = [0.0], is_open and len(word) >= LEAST_LETTERS
        for at, own in enumerate(self.words, start=1):
            best = max(before[at], row[-1])
            if own == word or (begins and own.startswith(word)):
                best = max(best, before[at - 1] + self.values[at - 1])
            row.append(best)
        return tuple(row)


def story_pull(story: str, weight: float) -> StoryPull:
    """The pull of a story with so many nats a word."""
    words = tuple(attribute_words(story))
    return StoryPull(words, weight, tuple(map(_value, words)))


def _value(word: str) -> float:
    return 1.0 if says_something(word) else SMALL_WORD
