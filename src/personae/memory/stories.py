"""Which story may have happened to a persona, and bears on what is being said (S013)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from personae.encoders.clashes import contradicting
from personae.encoders.kept import kept_vectors
from personae.encoders.types import Embedder, Nli
from personae.stories import Story

SAID_SHARE = 0.7  # of what was said last in a story's score; the rest is the persona's
TRIED = 5  # stories that are read for a contradiction


@dataclass(frozen=True, slots=True)
class FoundStory:
    """A story, its score, and how many nearer ones were passed over: they contradict."""

    story: Story
    score: float
    passed: int = 0


def found_story(
    stories: Sequence[Story], said: Sequence[str], statements: Sequence[str], embedder: Embedder, *,
    nli: Nli | None = None,
) -> FoundStory | None:  # fmt: skip
    """The story nearest to what was said last (its best turn) and to the nearest statement.

    With an inference model the first of the nearest five none of whose sentences contradicts a
    statement (the likeliest label); None where all do, or nothing was said.
    """
    said = [text for text in said if text.strip()]
    if not said or not stories:
        return None
    vectors = kept_vectors(embedder, tuple(one.text for one in stories))
    scores = SAID_SHARE * (vectors @ embedder.embed(said).T).max(axis=1)
    if statements:
        near = (vectors @ embedder.embed(statements).T).max(axis=1)
        scores = scores + (1 - SAID_SHARE) * near
    order = sorted(range(len(stories)), key=lambda at: (-float(scores[at]), at))
    for passed, at in enumerate(order[:TRIED]):
        story = stories[at]
        if nli is None or not statements or not _contradicts(nli, story, statements):
            return FoundStory(story, float(scores[at]), passed)
    return None


def _contradicts(nli: Nli, story: Story, statements: Sequence[str]) -> bool:
    pairs = [(one, statement) for one in story.sentences for statement in statements]
    return any(contradicting(nli, pairs))
