"""Which knowledge to bring up for whom: past posts decide (Fu et al. 2022, S070).

Two latent choices: a facet of the user's memory fits the context, and knowledge fits context and
facet; what is said of knowledge is the mixture over facets. A third selector goes back from
knowledge to the facet: in training the two teach each other (`recipes.personal_memory`).
Scores are bilinear in vectors; on the embedder's unit vectors scaled identities are cosines, which
is what texts are chosen by without training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from personae.encoders.heads import softmax
from personae.errors import InvalidOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.encoders.types import Embedder

    Array = NDArray[np.float64]

SHARPNESS = 12.0  # of cosines: a difference of 0.1 is a ratio of 3


@dataclass(frozen=True, slots=True)
class Selectors:
    """Matrices (d, d) between context, facet and knowledge.

    `facet` scores context-facet; `relevance` and `interest` context-knowledge and facet-knowledge;
    `back_context` and `back` context-facet and knowledge-facet, for the way back. Arrays are
    (rows, d), (rows, facets, d), (rows, knowledge, d).
    """

    facet: Array
    relevance: Array
    interest: Array
    back_context: Array
    back: Array

    def facets(self, context: Array, memory: Array) -> Array:
        """p(facet | context), (rows, facets)."""
        return softmax(_each(context @ self.facet, memory))

    def knowledge(self, context: Array, facet: Array, knowledge: Array) -> Array:
        """p(knowledge | context, facet), (rows, knowledge)."""
        return softmax(_each(context @ self.relevance + facet @ self.interest, knowledge))

    def facets_behind(self, context: Array, known: Array, memory: Array) -> Array:
        """p(facet | context, knowledge): the inverse model."""
        return softmax(_each(context @ self.back_context + known @ self.back, memory))

    def mixed(self, context: Array, memory: Array, knowledge: Array) -> Array:
        """p(knowledge | context): over the facets, (rows, knowledge)."""
        import numpy as np

        shares = self.facets(context, memory)
        parts = [
            shares[:, at, None] * self.knowledge(context, memory[:, at], knowledge)
            for at in range(memory.shape[1])
        ]
        return np.asarray(sum(parts))

    def blind(self, context: Array, knowledge: Array) -> Array:
        """p(knowledge | context) without a memory."""
        return softmax(_each(context @ self.relevance, knowledge))


@dataclass(frozen=True, slots=True)
class Selected:
    """Chosen positions, and all probabilities; the facet is -1 without a memory."""

    facet: int
    knowledge: int
    facets: tuple[float, ...]
    shares: tuple[float, ...]


def select(
    context: str, knowledge: Sequence[str], memory: Sequence[str], embedder: Embedder
) -> Selected:
    """Choose a facet of the memory and knowledge by the embedder's cosines.

    Raises InvalidOption without knowledge.
    """
    import numpy as np

    if not knowledge or isinstance(knowledge, str) or isinstance(memory, str):
        raise InvalidOption("The knowledge is a list of one text or more, the memory a list.")
    selectors = by_cosine(embedder.dimensions)
    heard = embedder.embed([context]).astype(np.float64)
    known = embedder.embed(list(knowledge)).astype(np.float64)[None]
    if not memory:
        shares = selectors.blind(heard, known)[0]
        return Selected(-1, int(shares.argmax()), (), tuple(shares.round(4).tolist()))
    held = embedder.embed(list(memory)).astype(np.float64)[None]
    facets = selectors.facets(heard, held)[0]
    shares = selectors.mixed(heard, held, known)[0]
    return Selected(
        int(facets.argmax()), int(shares.argmax()), tuple(facets.round(4).tolist()),
        tuple(shares.round(4).tolist()),
    )  # fmt: skip


def by_cosine(dimensions: int, sharpness: float = SHARPNESS) -> Selectors:
    """Selectors whose scores are cosines of unit vectors; the interest counts half."""
    import numpy as np

    scaled = sharpness * np.eye(dimensions)
    return Selectors(scaled, scaled, scaled / 2, scaled, scaled / 2)


def _each(asked: Array, held: Array) -> Array:
    """The product of each row with each of its vectors."""
    import numpy as np

    return np.asarray(np.einsum("ne,nke->nk", asked, held))
