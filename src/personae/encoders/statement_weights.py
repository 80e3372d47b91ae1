"""How much each persona statement matters to the next reply: a prior and a posterior (S036).

After the weights of the PS-Transformer (Liu et al. 2022), over the embedder's vectors: the softmax
over the statements of their attention vectors' sums. The prior attends by the message that is
answered, the posterior by the reply. The posterior is for training and for measuring; what is to be
said next is weighed by the prior. Made by `personae train statement-weights`.
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

SHIPPED = WEIGHTS / "statement_weights_minilm"
DIMENSIONS = 384


@dataclass(frozen=True, slots=True)
class StatementWeights:
    """Weights of statements that sum to 1. Make one with `open_statement_weights`."""

    prior_head: Head
    posterior_head: Head
    embedder: Embedder

    @property
    def fingerprint(self) -> str:
        return self.prior_head.manifest.fingerprint

    def prior(self, message: str, statements: Sequence[str]) -> NDArray[np.float64]:
        """The weight of each statement before the reply to `message` is known."""
        return self._weights(self.prior_head, message, statements)

    def posterior(self, reply: str, statements: Sequence[str]) -> NDArray[np.float64]:
        """The weight of each statement once the reply is known."""
        return self._weights(self.posterior_head, reply, statements)

    def _weights(self, head: Head, heard: str, statements: Sequence[str]) -> NDArray[np.float64]:
        import numpy as np

        if isinstance(statements, str):
            raise InvalidOption("The statements are a list of texts, not one text.")
        if not statements:
            return np.zeros(0)
        scores = self.embedder.embed(statements) @ head.apply(self.embedder.embed([heard]))[0]
        grown = np.exp(scores - scores.max())
        return np.asarray(grown / grown.sum())


def open_statement_weights(
    embedder: Embedder | None = None, folder: Path | None = None
) -> StatementWeights:
    """The shipped weights, or those in `folder`, on `embedder` where that is the right one.

    Raises EnvironmentFault, FormatError, CapabilityError as `kept_head` and `embedder_of` do.
    """
    folder = folder or SHIPPED
    prior, posterior = (
        kept_head(
            folder / name, f"{name} of statement weights", inputs=DIMENSIONS, outputs=DIMENSIONS
        )
        for name in ("prior", "posterior")
    )
    return StatementWeights(prior, posterior, embedder_of(prior, embedder))
