"""What can be asked of the memories in a store, whatever database is behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from personae.store.types import LOCAL_OWNER, Match

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.data import Memory, MemoryKind

MAX_MEMORY_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Which memories may be seen at all; None of a field asks for no such thing.

    `holder` sees its own memories and those that everybody of the owner holds. `heard_by` is who
    listens: what has witnesses is seen only where that one is among them. `session` narrows to
    what was learned in it. At the time `at` only what holds then is seen, and never what was
    superseded, unless `past`.
    """

    owner: str = LOCAL_OWNER
    holder: str | None = None
    subject: str | None = None
    session: str | None = None
    heard_by: str | None = None
    kinds: tuple[MemoryKind, ...] = ()
    at: datetime | None = None
    past: bool = False


@dataclass(frozen=True, slots=True)
class FoundMemory:
    """A memory that a search found; a higher `score` (BM25, or cosine) is better."""

    memory: Memory
    score: float


@dataclass(frozen=True, slots=True)
class RankedMemory:
    """What ranking needs of a memory that a search found."""

    id: str
    score: float
    importance: float
    said_at: datetime


@dataclass(frozen=True, slots=True)
class MemoryEvent:
    """A change of one memory: its text from then on, and what it was changed for."""

    at: datetime
    event: str  # kept, repeated, revised, superseded
    text: str
    cause: str


class MemoryStore(Protocol):
    """Memories with their history, full text and vectors. Each method is one transaction.

    A memory that the owner does not have raises UnknownEntry.
    """

    def keep_memories(
        self,
        memories: Sequence[Memory],
        *,
        owner: str = LOCAL_OWNER,
        vectors: Sequence[Sequence[float]] | NDArray[np.float32] | None = None,
        fingerprint: str = "",
        supersedes: Sequence[str] = (),
        cause: str = "",
    ) -> tuple[Memory, ...]:
        """Keep memories, all or none; returns them as kept, with ids and times.

        `supersedes` are ids of memories whose place the (single) new one takes from when it holds.
        Raises InvalidOption for a text of over 200,000 characters, an id that is there already, a
        source that is not there, vectors without the embedder's fingerprint.
        """
        ...

    def get_memory(self, memory_id: str, *, owner: str = LOCAL_OWNER) -> Memory:
        """One memory by its id."""
        ...

    def get_memories(
        self, memory_ids: Sequence[str], *, owner: str = LOCAL_OWNER
    ) -> tuple[Memory, ...]:  # fmt: skip
        """Memories by their ids, in this order; without those that are not there."""
        ...

    def memory_ids(
        self, beginning: str, *, owner: str = LOCAL_OWNER, limit: int = 50
    ) -> tuple[str, ...]:
        """Ids that begin so, in any case, the newest first."""
        ...

    def remembered_turns(
        self, turns: Sequence[str], *, holder: str, owner: str = LOCAL_OWNER
    ) -> frozenset[str]:
        """Those of the turns that some memory of the holder comes from."""
        ...

    def memories(self, scope: Scope, *, limit: int | None = None) -> tuple[Memory, ...]:
        """What the scope sees, the last said first."""
        ...

    def search_memories(
        self, query: str, scope: Scope, *, limit: int = 10, match: Match = "any"
    ) -> tuple[FoundMemory, ...]:
        """By words (stems), best first; any text may be asked."""
        ...

    def nearest_memories(
        self, vector: Sequence[float] | NDArray[np.float32], scope: Scope, *, limit: int = 10
    ) -> tuple[FoundMemory, ...]:
        """By cosine, best first; memories without a vector are not found."""
        ...

    def rank_by_words(
        self, query: str, scope: Scope, *, limit: int = 10
    ) -> tuple[RankedMemory, ...]:  # fmt: skip
        """What `search_memories` finds, without reading the memories themselves."""
        ...

    def rank_by_vector(
        self, vector: Sequence[float] | NDArray[np.float32], scope: Scope, *, limit: int = 10
    ) -> tuple[RankedMemory, ...]:
        """What `nearest_memories` finds, without reading the memories themselves."""
        ...

    def index_memories(
        self, *, owner: str = LOCAL_OWNER, progress: Callable[[int, int], None] | None = None
    ) -> bool:
        """Bring the index of many vectors up to date now, where that is worth it.

        Else it is done behind the next question. True where it was done. `progress` hears of rows
        done and rows in all.
        """
        ...

    def repeat_memory(
        self, memory_id: str, *, turns: Sequence[str], at: datetime, owner: str = LOCAL_OWNER
    ) -> Memory:
        """Note that it was said again: more provenance, a higher importance."""
        ...

    def revise_memory(
        self,
        memory_id: str,
        text: str,
        *,
        vector: Sequence[float] | NDArray[np.float32] | None = None,
        cause: str = "",
        owner: str = LOCAL_OWNER,
    ) -> Memory:
        """Change a memory's text; its history keeps what it said before."""
        ...

    def memory_events(self, memory_id: str, *, owner: str = LOCAL_OWNER) -> tuple[MemoryEvent, ...]:
        """What happened to a memory, oldest first."""
        ...

    def forget_memories(
        self, memory_ids: Sequence[str], *, owner: str = LOCAL_OWNER
    ) -> tuple[str, ...]:
        """Erase memories with their history, words, vectors, and what was made from them.

        Returns the ids that are gone.
        """
        ...
