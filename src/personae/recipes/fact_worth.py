"""Train which facts fit a head: true ones of a graph against those of other heads (S048)."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from personae.commonsense.facts import RELATIONS, Fact, Graph
from personae.commonsense.files import people, read_graph
from personae.commonsense.worth import DIMENSIONS, FEATURES, Triple, features, stated
from personae.draft import Count
from personae.errors import PersonaeError
from personae.recipes.head_files import write_head
from personae.recipes.logistic import auroc, fit_logistic, folds_of
from personae.recipes.lora_training import Artifact, Report
from personae.registry import EntryInfo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.encoders.types import Embedder, Nli

    Floats = NDArray[np.float64]

ENTRY = EntryInfo(
    systems=("S048",),
    aka=("peacok-discriminator",),
    embedder=True,
    nli=True,
    paper="PeaCoK: Persona Commonsense Knowledge for Consistent and Engaging Narratives",
    deviations="A linear head on frozen MiniLM vectors, centred by relation, instead of DeBERTa; "
    "false tails that the inference model says the head entails are dropped.",
)

Recipe = Callable[[Path, Path, Report, bool], Artifact]
NAME = "personae-fact-worth"
HELD = 5  # a head in so many is held out
FOLDS = 5
SCALE = 10.0  # products of unit vectors are small numbers
PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0)
TRIES = 200  # draws for one false tail


@dataclass(frozen=True, slots=True)
class Examples:
    """Triples of a graph's heads, which of them are true, and which concern others."""

    triples: tuple[Triple, ...]
    is_true: tuple[bool, ...]
    with_others: tuple[bool, ...]

    @property
    def heads(self) -> list[str]:
        return [head for head, _, _ in self.triples]


@dataclass(frozen=True, slots=True)
class Centres:
    """The mean vector of heads, and that of the facts of each relation."""

    head: Floats
    facts: dict[str, Floats]


def fact_worth(
    *,
    graph: str = "",
    false_tails: Count = 4,
    penalty: Annotated[float, Field(ge=0)] = 0.0,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Recipe:
    """Learn to tell facts that fit a head from those of other heads, on four fifths of the heads.

    For each true fact `false_tails` others are drawn with the same relation. `penalty` 0 chooses
    the one with the best AUC over five folds of the training heads. `graph` is a file; default: the
    shipped graph. The recipe is `(data, work, show, resume) -> Artifact` with the folder
    `work/weights`; it reads no data set and needs no torch.
    """

    def recipe(data: Path, work: Path, show: Report, resume: bool = True) -> Artifact:
        from personae.encoders.embedder import open_embedder
        from personae.encoders.nli import open_nli

        embedder, nli = open_embedder(), open_nli()
        whole = read_graph(graph) if graph else people()
        trained, held = split(whole, seed)
        examples = drawn(trained, nli, false_tails, seed)
        show("false tails", 1, 1, f"{len(examples.triples)} examples")
        tried = {penalty: 0.0} if penalty else by_folds(examples, embedder, show)
        best = max(tried, key=lambda one: tried[one])
        layer = fitted(examples, embedder, best)
        facts = measured(layer, drawn(held, nli, 1, seed), embedder)
        work.mkdir(parents=True, exist_ok=True)
        log = {"penalty": best, "folds": tried, "heads": len(trained.heads), **facts}
        (work / "log.jsonl").write_text(json.dumps(log) + "\n", "utf-8")
        write_head(work / "weights", NAME, [layer], embedder.fingerprint)
        return Artifact(work / "weights", {"penalty": best, **facts})

    return recipe


def split(graph: Graph, seed: int = 0) -> tuple[Graph, Graph]:
    """The graph less a fifth of its heads, and the graph of these. Raises PersonaeError."""
    heads = list(graph.heads)
    if len(heads) < 2 * HELD:
        raise PersonaeError(f"The graph has {len(heads)} heads; the training needs {2 * HELD}.")
    random.Random(seed).shuffle(heads)
    count = len(heads) // HELD
    return graph.without(heads[:count]), graph.without(heads[count:])


def drawn(graph: Graph, nli: Nli, false_tails: int, seed: int) -> Examples:
    """All facts, and for each `false_tails` tails of other heads, relation and mark the same.

    A false tail is none of the head's own, and the inference model does not say that the head
    entails it.
    """
    rng = random.Random(seed)
    by_label: dict[str, list[Fact]] = {}
    for fact in graph.facts:
        by_label.setdefault(fact.label, []).append(fact)
    own = {(fact.head, fact.relation, fact.tail) for fact in graph.facts}
    false = [
        found
        for fact in graph.facts
        for _ in range(false_tails)
        if (found := _false_tail(fact, by_label[fact.label], own, rng))
    ]
    pairs = [(stated(head), Fact(head, relation, tail).text) for head, relation, tail in false]
    kept = [one for one, row in zip(false, nli.classify(pairs), strict=True) if row.argmax() != 0]
    true = [(fact.head, fact.relation, fact.tail) for fact in graph.facts]
    return Examples(
        (*true, *kept),
        (True,) * len(true) + (False,) * len(kept),
        tuple(fact.with_others for fact in graph.facts) + (False,) * len(kept),
    )


def _false_tail(
    fact: Fact, others: Sequence[Fact], own: set[Triple], rng: random.Random
) -> Triple | None:
    for _ in range(TRIES):
        found = (fact.head, fact.relation, rng.choice(others).tail)
        if found not in own:
            return found
    return None


def by_folds(examples: Examples, embedder: Embedder, show: Report) -> dict[float, float]:
    """The mean AUC of each penalty on heads that were left out."""
    folds = folds_of(examples.heads, FOLDS, 0)
    found = {}
    for number, penalty in enumerate(PENALTIES, 1):
        values = []
        for fold in range(FOLDS):
            asked = some(examples, [at for at, one in enumerate(folds) if one != fold])
            left = some(examples, [at for at, one in enumerate(folds) if one == fold])
            layer = fitted(asked, embedder, penalty)
            values.append(measured(layer, left, embedder)["auc"])
        found[penalty] = round(sum(values) / FOLDS, 4)
        show("penalties", number, len(PENALTIES), f"{penalty}: AUC {found[penalty]}")
    return found


def some(examples: Examples, at: Sequence[int]) -> Examples:
    """Those examples alone."""
    return Examples(
        tuple(examples.triples[one] for one in at),
        tuple(examples.is_true[one] for one in at),
        tuple(examples.with_others[one] for one in at),
    )


def fitted(examples: Examples, embedder: Embedder, penalty: float) -> tuple[Floats, Floats]:
    """The layer of `commonsense.worth`: fitted on centred vectors, written for bare ones.

    What is common to all heads, or to all facts of a relation, says nothing of whether two belong
    together: the product of what is particular to each does.
    """
    import numpy as np

    rows = features(examples.triples, embedder)
    is_true, concerns = np.array(examples.is_true), np.array(examples.with_others)
    centres = centres_of(examples, rows)
    weights, intercept = fit_logistic(centred(examples, rows, centres), is_true, penalty)
    share = float(is_true.mean())
    even = intercept - float(np.log(share / (1 - share)))  # as if there were as many false ones
    layer = folded(weights * SCALE, even, centres)
    facts = rows[is_true, DIMENSIONS : 2 * DIMENSIONS] * SCALE
    others, threshold = fit_logistic(facts, concerns[is_true], 10.0)
    layer[0][DIMENSIONS : 2 * DIMENSIONS, 1] = others * SCALE
    share = float(concerns[is_true].mean())
    layer[1][1] = threshold - float(np.log(share / (1 - share)))
    return layer


def centres_of(examples: Examples, rows: Floats) -> Centres:
    """Means over the true triples."""
    import numpy as np

    is_true = np.array(examples.is_true)
    relations = np.array([relation for _, relation, _ in examples.triples])
    heads = _heads(rows)
    facts = rows[:, DIMENSIONS : 2 * DIMENSIONS]
    return Centres(
        heads[is_true].mean(axis=0),
        {
            one: facts[is_true & (relations == one)].mean(axis=0)
            for one in RELATIONS
            if (is_true & (relations == one)).any()
        },
    )


def centred(examples: Examples, rows: Floats, centres: Centres) -> Floats:
    """The product of head and fact, and that of what is particular to each: what is fitted."""
    import numpy as np

    means = np.stack([centres.facts[relation] for _, relation, _ in examples.triples])
    heads, facts = _heads(rows) - centres.head, rows[:, DIMENSIONS : 2 * DIMENSIONS] - means
    return np.hstack([rows[:, :DIMENSIONS], heads * facts]) * SCALE


def folded(weights: Floats, intercept: float, centres: Centres) -> tuple[Floats, Floats]:
    """Weights of bare and centred products as one layer over `commonsense.worth.features`."""
    import numpy as np

    bare, particular = weights[:DIMENSIONS], weights[DIMENSIONS:]
    matrix, bias = np.zeros((FEATURES, 2)), np.array([intercept, 0.0])
    matrix[:DIMENSIONS, 0] = bare + particular
    matrix[DIMENSIONS : 2 * DIMENSIONS, 0] = -particular * centres.head
    for number, relation in enumerate(RELATIONS):
        if relation in centres.facts:
            mean, start = centres.facts[relation], 2 * DIMENSIONS + number * (DIMENSIONS + 1)
            matrix[start : start + DIMENSIONS, 0] = -particular * mean
            matrix[start + DIMENSIONS, 0] = float((particular * centres.head * mean).sum())
    return matrix, bias


def measured(
    layer: tuple[Floats, Floats], examples: Examples, embedder: Embedder
) -> dict[str, float]:
    """AUC of the layer and of the plain cosine, and how well it knows what concerns others."""
    import numpy as np

    rows = features(examples.triples, embedder)
    found = rows @ layer[0] + layer[1]
    is_true, concerns = np.array(examples.is_true), np.array(examples.with_others)
    return {
        "examples": len(rows),
        "auc": round(auroc(found[:, 0], is_true), 4),
        "auc of the cosine": round(auroc(rows[:, :DIMENSIONS].sum(axis=1), is_true), 4),
        "auc of concerning others": round(auroc(found[is_true, 1], concerns[is_true]), 4),
    }


def _heads(rows: Floats) -> Floats:
    """The vectors of the heads, wherever their relation put them."""
    parts = rows[:, 2 * DIMENSIONS :].reshape(len(rows), len(RELATIONS), DIMENSIONS + 1)
    found: Floats = parts[:, :, :DIMENSIONS].sum(axis=1)
    return found
