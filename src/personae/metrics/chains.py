"""What the measures of behaviour chains share: which node is right, and chains of a run (S007).

A sample is a node of the chain that its labels name: `chain`, `node` (its place) and
`chain_length`. A chain has one value, kept with its last node, so that intervals are over chains.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.behaviour_match import matches
from personae.metrics.types import Scores, labels_of, mean_scores, replied


def run_lengths(rights: Sequence[bool]) -> list[int]:
    """At each node how many in a row were right up to there; 0 where it was wrong."""
    found, streak = list[int](), 0
    for right in rights:
        streak = streak + 1 if right else 0
        found.append(streak)
    return found


def accuracy_of(rights: Sequence[bool]) -> float:
    """The share of nodes that were right."""
    return sum(rights) / len(rights)


def consecutive_of(rights: Sequence[bool]) -> float:
    """CAM: the run lengths' sum, as a share of what it is where all is right; 0–1."""
    return sum(run_lengths(rights)) / (len(rights) * (len(rights) + 1) / 2)


def longest_of(rights: Sequence[bool]) -> float:
    """The longest run, as a share of the chain."""
    return max(run_lengths(rights)) / len(rights)


def chain_scores(
    name: str, samples: Sequence[Sample], kit: Kit, of: Callable[[Sequence[bool]], float]
) -> Scores:
    """A measure's mean over whole chains; of a chain that was asked in part there is no value."""
    right = rights_of(samples, kit)
    values: list[float | None] = [None] * len(samples)
    broken = 0
    for places in chains_of(samples):
        if len(places) == labels_of(samples[places[0]]).get("chain_length", len(places)):
            values[places[-1]] = of([right[at] for at in places])
        else:
            broken += 1
    return mean_scores(
        name, values, unit="0–1", higher_is_better=True, detail={"chains_asked_in_part": broken}
    )


def chains_of(samples: Sequence[Sample]) -> list[list[int]]:
    """The positions of each chain's samples, in the chain's order."""
    found: dict[str, list[int]] = {}
    for at, one in enumerate(samples):
        chain = labels_of(one).get("chain")
        if chain is not None:
            found.setdefault(str(chain), []).append(at)
    return [
        sorted(places, key=lambda at: int(labels_of(samples[at]).get("node", 0)))
        for places in found.values()
    ]


def rights_of(samples: Sequence[Sample], kit: Kit) -> list[bool]:
    """Whether each sample is right: the option itself, or a text that tells it; never a failure."""
    written = [
        one for one in samples if replied(one) and labels_of(one).get("task") == "generation"
    ]
    judged = dict(zip((one.id for one in written), matches(written, kit), strict=True))
    return [
        replied(one) and judged.get(one.id, bool(one.reference) and one.reply == one.reference)
        for one in samples
    ]
