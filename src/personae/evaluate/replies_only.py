"""Replies without the likelihood of the gold reply, which costs about as much as the reply."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from personae.data import Scene
from personae.evaluate.types import Answer, Replier
from personae.lm.types import Likelihood


@dataclass(frozen=True, slots=True)
class RepliesOnly:
    """A speaker whose gold replies are not scored: for runs that no perplexity is asked of."""

    speaker: Replier

    def reply(
        self, scene: Scene, *, seed: int | None = None, cancel: threading.Event | None = None
    ) -> Answer:
        """The speaker's own reply."""
        return self.speaker.reply(scene, seed=seed, cancel=cancel)

    def score_reference(self, scene: Scene, reference: str) -> Likelihood | None:
        """None."""
        return None
