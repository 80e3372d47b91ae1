"""What each next token would add to a reply's nearness to a story, in the story's order.

After PABST (S013), which pulls each step of the decoder towards the story's tokens by a gradient.
Here a token's score gains `weight` nats for each content word that lengthens the longest common
subsequence of reply and story: words count once, and only in the order in which the story has them.
A token that begins such a word gains at once, and loses it again where another word comes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from personae.text.attributes import attribute_words, says_something

LEAST_LETTERS = 3  # of the beginning of a word that counts as the word


@dataclass(slots=True)
class StoryPull:
    """The pull of one story; make one with `story_pull`. `rows` keeps what was worked out."""

    words: tuple[str, ...]
    weight: float
    rows: dict[tuple[str, ...], tuple[int, ...]] = field(default_factory=dict)

    def bonus(self, text: str, piece: str) -> float:
        """What `piece`, written after `text`, adds to the score."""
        if not self.weight or not self.words:
            return 0.0
        return self.weight * (self._begun(text + piece) - self._begun(text))

    def overlap(self, reply: str) -> float:
        """Share of a reply's content words that the story has in this order, 0–1."""
        said = _content(reply)
        return self._row(tuple(said))[-1] / len(said) if said and self.words else 0.0

    def _begun(self, text: str) -> int:
        """The length of the common subsequence, a word at the end counting by its beginning."""
        said = _content(text)
        if not said:
            return 0
        before = self._row(tuple(said[:-1]))
        is_open = text[-1:].isalpha()
        return self._next(before, said[-1], is_open)[-1]

    def _row(self, said: tuple[str, ...]) -> tuple[int, ...]:
        if not said:
            return (0,) * (len(self.words) + 1)
        if said not in self.rows:
            self.rows[said] = self._next(self._row(said[:-1]), said[-1], False)
        return self.rows[said]

    def _next(self, before: Sequence[int], word: str, is_open: bool) -> tuple[int, ...]:
        """The next row of the table of common subsequences."""
        row = [0]
        for at, own in enumerate(self.words, start=1):
            same = own == word or (is_open and len(word) >= LEAST_LETTERS and own.startswith(word))
            row.append(max(before[at], row[-1], before[at - 1] + same))
        return tuple(row)


def story_pull(story: str, weight: float) -> StoryPull:
    """The pull of a story with so many nats a word."""
    return StoryPull(tuple(_content(story)), weight)


def _content(text: str) -> list[str]:
    return [word for word in attribute_words(text) if says_something(word)]
