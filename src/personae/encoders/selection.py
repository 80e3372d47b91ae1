"""Which response follows a context: a bilinear head on the embedder's vectors, and persona prompts.

The shipped weights are made by `training/selection` on dialogue without personas; their card is
beside them. A persona enters through the prompt alone, so the same head ranks with and without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from personae.encoders.heads import WEIGHTS, Head, embedder_of, kept_head
from personae.encoders.types import Embedder
from personae.errors import InvalidOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = WEIGHTS / "selection_minilm"
DIMENSIONS = 384
QUESTION = "what is your personality?"


@dataclass(frozen=True, slots=True)
class Selector:
    """Ranks responses. Make one with `open_selector`; thread-safe.

    P5 (Lee et al. 2023, S022): for each response the `k` persona statements nearest to it are put
    before the context as the answer to a question, the nearest last, and the head scores anew.
    """

    head: Head
    embedder: Embedder

    @property
    def name(self) -> str:
        return self.head.manifest.name

    @property
    def fingerprint(self) -> str:
        return self.head.manifest.fingerprint

    def scores(
        self,
        context: str,
        responses: Sequence[str],
        persona: Sequence[str] = (),
        *,
        k: int = 2,
        question: str = QUESTION,
    ) -> NDArray[np.float64]:
        """One score a response, higher is better; without a persona those of the bare context."""
        _check(responses, persona)
        vectors = self.embedder.embed(responses)
        if not persona or k < 1:
            prompts = [context] * len(responses)
        else:
            near = vectors @ self.embedder.embed(persona).T
            prompts = [
                prompted(context, [persona[at] for at in order], question)
                for order in (-near).argsort(axis=1, kind="stable")[:, :k]
            ]
        return self._scored(prompts, vectors)

    def scores_with_similarity(
        self, context: str, responses: Sequence[str], persona: Sequence[str], *, weight: float
    ) -> NDArray[np.float64]:
        """The baseline SoP: the bare score plus `weight` times the nearest statement's cosine."""
        bare = self.scores(context, responses)
        if not persona:
            return bare
        near = self.embedder.embed(responses) @ self.embedder.embed(persona).T
        added: NDArray[np.float64] = bare + weight * near.max(axis=1)
        return added

    def _scored(
        self, prompts: Sequence[str], responses: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        import numpy as np

        wanted = self.head.apply(self.embedder.embed(prompts))
        return np.asarray((wanted * responses).sum(axis=1))


def prompted(context: str, chosen: Sequence[str], question: str = QUESTION) -> str:
    """The context after the question and its answer: statements nearest first come out last."""
    return " ".join([question, *reversed(chosen), context]).strip()


def open_selector(embedder: Embedder | None = None, folder: Path | None = None) -> Selector:
    """The shipped model, or the one in `folder`, on `embedder` where that is the right one.

    Raises EnvironmentFault, FormatError, CapabilityError as `kept_head` and `embedder_of` do.
    """
    head = kept_head(folder or SHIPPED, "selection head", inputs=DIMENSIONS, outputs=DIMENSIONS)
    return Selector(head, embedder_of(head, embedder))


def _check(responses: Sequence[str], persona: Sequence[str]) -> None:
    for name, texts in (("responses", responses), ("persona", persona)):
        if isinstance(texts, str):
            raise InvalidOption(f"The {name} are a list of texts, not one text.")
