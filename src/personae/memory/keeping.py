"""Keeping a memory: said again, refined, superseded, asked about, or simply new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from personae.data import Memory, MemoryKind
from personae.encoders.types import Embedder, Nli
from personae.encoders.updates import Clashes, Updates
from personae.errors import UnknownEntry
from personae.memory.policy import OnContradiction, Related, relations
from personae.memory.telling import told
from personae.store.memory_types import FoundMemory, MemoryStore, Scope
from personae.store.types import LOCAL_OWNER

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Outcome: TypeAlias = Literal["kept", "repeated", "refined", "superseded", "asked", "outdated"]

NEAR = 0.35  # cosine from which two memories are compared
COMPARED = 8
LINKED = 0.5  # cosine from which two memories belong together, whomever they are about
LINKS = "links"  # the label of a memory that belongs with earlier ones, with their ids
ASKS = "asks"  # the label of a memory that contradicts others, with their ids
# Events and summaries do not exclude each other: only what holds of somebody does.
COMPARED_KINDS: tuple[MemoryKind, ...] = ("fact", "preference")


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a memory; `others` are those that it met, `memory` the one that holds now.

    `cosine` is that of the nearest memory that it was compared with (0: with none).
    """

    outcome: Outcome
    memory: Memory
    others: tuple[Memory, ...] = ()
    cosine: float = 0.0


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps memories of one owner. Without `nli` only what has the same words is the same.

    `on_contradiction`: "supersede" lets what was said later hold from then on, "keep" lets both
    stand, "ask" keeps both and labels the new one with those that it contradicts. `updates` tells
    what the new one contradicts, `clashes` how readily (docs/memory.md); without it contradiction
    both ways does. With `linking` each memory names the earlier ones of its holder that it
    belongs with, and those that it takes the place of (EMMA, S104).
    """

    store: MemoryStore
    embedder: Embedder
    nli: Nli | None = None
    owner: str = LOCAL_OWNER
    on_contradiction: OnContradiction = "supersede"
    clashes: Clashes = "strict"
    linking: bool = False
    updates: Updates | None = None

    def keep(self, memory: Memory) -> Kept:
        """Keep one memory, by what its nearest neighbours of the same holder and subject say.

        No language model is asked. Raises what `MemoryStore.keep_memories` raises.
        """
        try:
            return self._keep(memory)
        except UnknownEntry:  # another process forgot a neighbour meanwhile: look again
            return self._keep(memory)

    def _keep(self, memory: Memory) -> Kept:
        vector = self.embedder.embed([told(memory)])[0]
        near = self._near(memory, vector)
        others = [one.memory for one in near]
        related = relations(
            self.nli, memory.text, others, updates=self.updates, clashes=self.clashes
        )
        if self.linking:
            memory = self._linked(memory, vector, related)
        kept = self._kept(memory, vector, related)
        return replace(kept, cosine=round(near[0].score, 4)) if near else kept

    def _linked(
        self, memory: Memory, vector: NDArray[np.float32], related: Sequence[Related]
    ) -> Memory:
        """The memory with links to what is near in meaning, and to what it is judged to bear on."""
        scope = Scope(self.owner, holder=memory.holder)
        found = self.store.nearest_memories(vector, scope, limit=COMPARED)
        links = [
            *(one.memory.id for one in related if one.relation != "unrelated"),
            *(
                one.memory.id
                for one in found
                if one.score >= LINKED and one.memory.witnesses == memory.witnesses
            ),
        ]
        if not links:
            return memory
        labels = {**memory.labels, LINKS: list(dict.fromkeys(links))}
        return memory.model_copy(update={"labels": labels})

    def _kept(
        self, memory: Memory, vector: NDArray[np.float32], related: Sequence[Related]
    ) -> Kept:
        of = {one.relation: one for one in reversed(related)}
        if known := of.get("same") or of.get("less"):
            return self._repeated(memory, known.memory)
        if poorer := [one.memory for one in related if one.relation == "more"]:
            return self._instead(memory, vector, poorer, "refined")
        clashing = [one for one in related if one.relation == "contradicts"]
        if clashing and self.on_contradiction != "keep":
            return self._contradicting(memory, vector, clashing)
        return Kept("kept", self._added(memory, vector))

    def keep_all(self, memories: Sequence[Memory]) -> list[Kept]:
        """One after the other, in the order in which they were said."""
        return [self.keep(memory) for memory in memories]

    def revise(self, memory_id: str, text: str, *, cause: str = "by hand") -> Memory:
        """Change what a memory says; its history keeps what it said."""
        known = self.store.get_memory(memory_id, owner=self.owner)
        vector = self.embedder.embed([told(known.model_copy(update={"text": text}))])[0]
        return self.store.revise_memory(
            memory_id, text, vector=vector, cause=cause, owner=self.owner
        )

    def _near(self, memory: Memory, vector: NDArray[np.float32]) -> list[FoundMemory]:
        if memory.kind not in COMPARED_KINDS:
            return []
        scope = Scope(
            self.owner, holder=memory.holder, subject=memory.subject, kinds=COMPARED_KINDS
        )
        found = self.store.nearest_memories(vector, scope, limit=COMPARED)
        # What is another's secret must not decide what is kept, nor be changed by it.
        return [
            one
            for one in found
            if one.score >= NEAR
            and one.memory.holder == memory.holder
            and one.memory.witnesses == memory.witnesses
        ]

    def _added(
        self, memory: Memory, vector: NDArray[np.float32], *, supersedes: Sequence[Memory] = (),
        cause: str = "",
    ) -> Memory:  # fmt: skip
        (kept,) = self.store.keep_memories(
            [memory],
            owner=self.owner,
            vectors=vector[None, :],
            fingerprint=self.embedder.fingerprint,
            supersedes=[one.id for one in supersedes],
            cause=cause,
        )
        return kept

    def _repeated(self, memory: Memory, known: Memory) -> Kept:
        again = self.store.repeat_memory(
            known.id, turns=memory.provenance, at=_said(memory), owner=self.owner
        )
        return Kept("repeated", again, (known,))

    def _instead(
        self, memory: Memory, vector: NDArray[np.float32], others: Sequence[Memory],
        outcome: Outcome,
    ) -> Kept:  # fmt: skip
        kept = self._added(memory, vector, supersedes=others, cause=outcome)
        return Kept(outcome, kept, tuple(others))

    def _contradicting(
        self, memory: Memory, vector: NDArray[np.float32], clashing: Sequence[Related]
    ) -> Kept:
        others = [one.memory for one in sorted(clashing, key=lambda one: -one.contradiction)]
        if self.on_contradiction == "ask":
            labels = {**memory.labels, ASKS: [one.id for one in others]}
            kept = self._added(memory.model_copy(update={"labels": labels}), vector)
            return Kept("asked", kept, tuple(others))
        later = [one for one in others if _said(one) > _said(memory)]
        if not later:
            return self._instead(memory, vector, others, "superseded")
        # What was said before the memory that holds is history, wherever it comes from.
        ended = memory.model_copy(update={"valid_until": later[0].valid_from})
        return Kept("outdated", self._added(ended, vector), tuple(later))


def _said(memory: Memory) -> datetime:
    at = memory.said_at or datetime.now(UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
