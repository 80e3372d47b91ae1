"""COMPAC (Majumder et al. 2020, S020): expansions of statements, and p(z | H), which one to use.

Each statement of a persona, each expansion of one, and "none" is a z. The prior says which of them
the next reply will be built on: softmax of sharpness · cosine of H and z, untrained, or with the
matrix of `personae train expansion-prior`. On unit vectors the cosine orders as the published
distance does. Expansions come by rules, by the graph, or by a language model, not by COMET.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from personae.commonsense.building import Judges, expanded
from personae.commonsense.facts import RELATIONS, Fact
from personae.commonsense.linking import fitting, inferred
from personae.commonsense.rules import by_rules
from personae.encoders.heads import WEIGHTS, Head, embedder_of, kept_head
from personae.encoders.types import Embedder
from personae.errors import InvalidOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SOURCES = ("rules", "graph", "lm")
KINDS = ("persona", *RELATIONS, "none")
NONE_COSINE = 0.15  # a z nearer than that says more than none
SHARPNESS = 10.0
LIMIT = 64  # z of a persona
FITS = 0.5  # of a fact from graph or model to its statement
SHIPPED = WEIGHTS / "expansion_prior_minilm"
DIMENSIONS = 384
OUTPUTS = DIMENSIONS + len(KINDS) + 1  # the moved vector, a bias a kind, the sharpness


@dataclass(frozen=True, slots=True)
class Expansion:
    """One z: its text, its kind ("persona", a relation, "none"), its parent and who made it."""

    text: str
    kind: str
    parent: str
    source: str


def sources_named(names: str) -> tuple[str, ...]:
    """Expanders from a comma list; empty: statements alone. Raises InvalidOption."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted:
        if name not in SOURCES:
            raise InvalidOption(f"There is no expander {name!r}. Known: {', '.join(SOURCES)}.")
    return tuple(one for one in SOURCES if one in wanted)


def expansions(
    statements: Sequence[str], judges: Judges, sources: Sequence[str], seed: int = 0
) -> list[Expansion]:
    """Every z of a persona: its statements, then "none", then what follows from them, best first.

    What contradicts a statement is left out. The same statements give the same list.
    """
    own = list(dict.fromkeys(one for one in statements if one.strip()))[: LIMIT // 2]
    found = [Expansion(one, "persona", "", "persona") for one in own]
    found.append(Expansion("", "none", "", "none"))
    made = {
        "rules": lambda: _by_rules(own, judges),
        "graph": lambda: _by_graph(own, judges),
        "lm": lambda: _by_model(own, judges, seed),
    }
    for source in sources:
        found += made[source]()
    unique = {one.text.lower(): one for one in reversed(found)}
    return list(unique.values())[::-1][:LIMIT]


def _by_rules(statements: Sequence[str], judges: Judges) -> list[Expansion]:
    facts = [(one, fact) for one in statements for fact in by_rules(one)]
    return _kept(facts, statements, judges, 0.0, "rules")


def _by_graph(statements: Sequence[str], judges: Judges) -> list[Expansion]:
    found = inferred(statements, judges.graph, judges.embedder, judges.nli, judges.worth)
    facts = [(one.statement, one.fact) for one in found if one.fits >= FITS]
    return [Expansion(fact.text, fact.relation, parent, "graph") for parent, fact in facts]


def _by_model(statements: Sequence[str], judges: Judges, seed: int) -> list[Expansion]:
    facts = [
        (one, fact)
        for one in statements
        for fact in expanded(one, RELATIONS, judges, samples=2, k=1, seed=seed)
    ]
    return _kept(facts, statements, judges, FITS, "lm")


def _kept(
    facts: Sequence[tuple[str, Fact]],
    statements: Sequence[str],
    judges: Judges,
    least: float,
    source: str,
) -> list[Expansion]:
    return [
        Expansion(one.fact.text, one.fact.relation, one.statement, source)
        for one in fitting(facts, statements, judges.nli, judges.worth)
        if one.fits >= least
    ]


@dataclass(frozen=True, slots=True)
class Prior:
    """p(z | H). Make one with `untrained` or `open_prior`."""

    embedder: Embedder
    head: Head | None = None

    def probabilities(self, history: str, found: Sequence[Expansion]) -> NDArray[np.float64]:
        """One probability a z, which sum to 1."""
        import numpy as np

        if not found:
            return np.zeros(0)
        heard, biases, sharpness = self._moved(self.embedder.embed([history])[0])
        cosines = (self.embedder.embed([one.text for one in found]) @ heard).astype(np.float64)
        kinds = np.array([KINDS.index(one.kind) for one in found])
        cosines = np.where(kinds == KINDS.index("none"), NONE_COSINE, cosines)
        scores = sharpness * cosines + biases[kinds]
        shares = np.exp(scores - scores.max())
        return np.asarray(shares / shares.sum())

    def _moved(
        self, vector: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        """The vector of H where the training puts it, the bias of each kind, the sharpness."""
        import numpy as np

        if self.head is None:
            return vector.astype(np.float64), np.zeros(len(KINDS)), SHARPNESS
        made = self.head.apply(vector[None])[0]
        moved = made[:DIMENSIONS] / max(1e-9, float(np.linalg.norm(made[:DIMENSIONS])))
        return moved, made[DIMENSIONS:-1], float(made[-1])


def untrained(embedder: Embedder) -> Prior:
    """The prior of the plain embedder."""
    return Prior(embedder)


def open_prior(embedder: Embedder | None = None, folder: Path | None = None) -> Prior:
    """The trained prior in `folder`, or the shipped one, on `embedder` where that is the right one.

    Raises EnvironmentFault, FormatError, CapabilityError as `kept_head` and `embedder_of` do.
    """
    head = kept_head(folder or SHIPPED, "expansion prior", inputs=DIMENSIONS, outputs=OUTPUTS)
    return Prior(embedder_of(head, embedder), head)
