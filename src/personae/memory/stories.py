"""Which story may have happened to a persona, and bears on what is being said (S013)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from personae.encoders.types import Embedder, Nli
from personae.stories import Story

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAID_SHARE = 0.7  # of what was said last in a story's score; the rest is the persona's
TRIED = 5  # stories that are read for a contradiction


@dataclass(frozen=True, slots=True)
class FoundStory:
    """A story, its score, and how many nearer ones were passed over: they contradict."""

    story: Story
    score: float
    passed: int = 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """Stories to choose from, and their vectors by the embedder that made them."""

    stories: tuple[Story, ...]
    made: dict[str, NDArray[np.float32]]

    @classmethod
    def of(cls, stories: Sequence[Story]) -> Shelf:
        """A shelf of these stories."""
        return cls(tuple(stories), {})

    def vectors(self, embedder: Embedder) -> NDArray[np.float32]:
        """One unit vector a story, computed once."""
        if embedder.fingerprint not in self.made:
            self.made[embedder.fingerprint] = embedder.embed([one.text for one in self.stories])
        return self.made[embedder.fingerprint]


def found_story(
    shelf: Shelf, said: Sequence[str], statements: Sequence[str], embedder: Embedder, *,
    nli: Nli | None = None,
) -> FoundStory | None:  # fmt: skip
    """The story nearest to what was said last (its best turn) and to the nearest statement.

    With an inference model the first of the nearest five none of whose sentences contradicts a
    statement (the likeliest label); None where all do, or nothing was said.
    """
    said = [text for text in said if text.strip()]
    if not said or not shelf.stories:
        return None
    vectors = shelf.vectors(embedder)
    scores = SAID_SHARE * (vectors @ embedder.embed(said).T).max(axis=1)
    if statements:
        near = (vectors @ embedder.embed(statements).T).max(axis=1)
        scores = scores + (1 - SAID_SHARE) * near
    order = sorted(range(len(shelf.stories)), key=lambda at: (-float(scores[at]), at))
    for passed, at in enumerate(order[:TRIED]):
        story = shelf.stories[at]
        if nli is None or not statements or not _contradicts(nli, story, statements):
            return FoundStory(story, float(scores[at]), passed)
    return None


def _contradicts(nli: Nli, story: Story, statements: Sequence[str]) -> bool:
    pairs = [(one, statement) for one in story.sentences for statement in statements]
    return bool((nli.classify(pairs).argmax(axis=1) == 2).any())
