"""An audit of memories: what is there twice, contradicts, has no source, or is of nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from personae.data import Memory
from personae.encoders.types import Embedder, Nli
from personae.memory.keeping import COMPARED_KINDS, NEAR
from personae.memory.policy import relations

Fault: TypeAlias = Literal["duplicate", "contradiction", "no provenance", "lost turn", "no subject"]

NEIGHBOURS = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of one memory; `other` is the memory that it is a fault with."""

    fault: Fault
    memory: Memory
    other: Memory | None = None
    detail: str = ""


def audited(
    memories: Sequence[Memory], embedder: Embedder, nli: Nli | None,
    has_turn: Callable[[str], bool],
) -> list[Finding]:  # fmt: skip
    """The faults of memories that hold at one time; pairs are named once, by the later memory.

    `has_turn` says whether a turn of that id is stored. Only facts and preferences of one holder
    and subject are compared, each with its nearest neighbours.
    """
    found = [finding for memory in memories for finding in _of_one(memory, has_turn)]
    compared = [one for one in memories if one.kind in COMPARED_KINDS]
    for memory, others in zip(compared, _neighbours(compared, embedder), strict=True):
        for one in relations(nli, memory.text, others):
            if one.relation in ("same", "less", "more"):
                found.append(Finding("duplicate", memory, one.memory, one.relation))
            elif one.relation == "contradicts":
                told = f"{one.contradiction:.2f}"
                found.append(Finding("contradiction", memory, one.memory, told))
    return found


def _of_one(memory: Memory, has_turn: Callable[[str], bool]) -> list[Finding]:
    found = []
    if not memory.provenance and not memory.sources:
        found.append(Finding("no provenance", memory))
    lost = [turn for turn in memory.provenance if not has_turn(turn)]
    if lost:
        found.append(Finding("lost turn", memory, detail=", ".join(lost)))
    if not memory.subject:
        found.append(Finding("no subject", memory))
    return found


def _neighbours(memories: Sequence[Memory], embedder: Embedder) -> list[list[Memory]]:
    """Of each memory the earlier ones of its holder and subject that are near."""
    if not memories:
        return []
    vectors = embedder.embed([one.text for one in memories])
    found = []
    for at, memory in enumerate(memories):
        cosines = vectors[:at] @ vectors[at]
        near = [
            other
            for other in sorted(range(at), key=lambda other: -cosines[other])
            if cosines[other] >= NEAR
            and (memories[other].holder, memories[other].subject) == (memory.holder, memory.subject)
        ]
        found.append([memories[other] for other in near[:NEIGHBOURS]])
    return found
