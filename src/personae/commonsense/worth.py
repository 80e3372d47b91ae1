"""How well a fact fits who somebody is, and whether it concerns others: PeaCoK's discriminator.

A linear head on the embedder's vectors of head and fact (S048 uses DeBERTa). It tells true facts
from those of another head with the same relation. Made by `personae train fact-worth`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from personae.commonsense.facts import RELATIONS, Relation, sentence
from personae.encoders.heads import WEIGHTS, Head, embedder_of, kept_head, sigmoid
from personae.encoders.types import Embedder
from personae.errors import InvalidOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = WEIGHTS / "fact_worth_minilm"
DIMENSIONS = 384
FEATURES = 2 * DIMENSIONS + len(RELATIONS) * (DIMENSIONS + 1)
OUTPUTS = 2  # fits, concerns others

Triple = tuple[str, Relation, str]  # who somebody is, relation, tail


@dataclass(frozen=True, slots=True)
class FactWorth:
    """The discriminator on an embedder. Make one with `open_fact_worth`."""

    head: Head
    embedder: Embedder

    @property
    def fingerprint(self) -> str:
        return self.head.manifest.fingerprint

    def judge(self, triples: Sequence[Triple]) -> NDArray[np.float64]:
        """(triples, 2): P(the fact fits), P(it concerns others), each against as many that do not.

        The first of a triple may be a head of the graph or any statement of a persona.
        """
        if isinstance(triples, str):
            raise InvalidOption("judge() takes triples (head, relation, tail), not one text.")
        import numpy as np

        if not triples:
            return np.zeros((0, OUTPUTS))
        return sigmoid(self.head.apply(features(triples, self.embedder)))

    def fits(self, triples: Sequence[Triple]) -> NDArray[np.float64]:
        """P(the fact fits) alone."""
        found: NDArray[np.float64] = self.judge(triples)[:, 0]
        return found


def features(triples: Sequence[Triple], embedder: Embedder) -> NDArray[np.float64]:
    """What the head sees: product, fact, and, by relation, who it is about and a one."""
    import numpy as np

    heads = embedder.embed([stated(head) for head, _, _ in triples]).astype(np.float64)
    facts = embedder.embed([sentence(relation, tail) for _, relation, tail in triples])
    found = np.zeros((len(triples), FEATURES))
    found[:, :DIMENSIONS] = heads * facts
    found[:, DIMENSIONS : 2 * DIMENSIONS] = facts
    for row, (_, relation, _) in enumerate(triples):
        start = 2 * DIMENSIONS + RELATIONS.index(relation) * (DIMENSIONS + 1)
        found[row, start : start + DIMENSIONS] = heads[row]
        found[row, start + DIMENSIONS] = 1
    return found


def stated(head: str) -> str:
    """A head as a sentence, which statements of personas are."""
    return head if head.endswith((".", "!", "?")) else f"{head}."


def open_fact_worth(embedder: Embedder | None = None, folder: Path | None = None) -> FactWorth:
    """The shipped model, or the one in `folder`, on `embedder` where that is the right one.

    Raises EnvironmentFault, FormatError, CapabilityError as `kept_head` and `embedder_of` do.
    """
    head = kept_head(folder or SHIPPED, "fact worth head", inputs=FEATURES, outputs=OUTPUTS)
    return FactWorth(head, embedder_of(head, embedder))
