"""What the store keeps and what it can be asked, whatever database is behind it.

Every record carries its owner, and every question is asked for one owner: what belongs to another
is not there. An id that the owner does not have raises UnknownEntry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.data import Dialogue, Persona, Turn, TurnKind

LOCAL_OWNER = "local"  # who owns what is made on the command line
ROOT = ""  # the parent of a first turn, and the active leaf of a session without turns
MAX_TURN_CHARACTERS = 1_000_000
MAX_NAME_CHARACTERS = 1_000  # of speakers, titles, ids, collection names

NO_LIMIT = 2**62  # as a LIMIT that every database takes

Match = Literal["all", "any"]


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A turn to append.

    `id` is made up where it is empty, `said_at` is now where it is None (a time without a zone is
    UTC). `details` is what `/why` shows of a reply: candidates, evidence, usage, timings.
    """

    speaker: str
    text: str
    kind: TurnKind = "utterance"
    id: str = ""
    said_at: datetime | None = None
    labels: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn as it is kept; it never changes. `parent_id` is ROOT for a first turn."""

    id: str
    session_id: str
    parent_id: str
    speaker: str
    text: str
    kind: TurnKind
    said_at: datetime
    labels: dict[str, Any] = field(default_factory=dict)

    def as_turn(self) -> Turn:
        """The noun, for a Scene or a Dialogue."""
        from personae.data import Turn

        return Turn(
            speaker=self.speaker,
            text=self.text,
            kind=self.kind,
            id=self.id,
            said_at=self.said_at,
            labels=self.labels,
        )


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation with one version of a persona: a tree of turns and its active leaf.

    `turn_count` counts all turns, also those on branches that are not active.
    """

    id: str
    owner: str
    persona_id: str
    persona_name: str
    persona_version: int
    user_name: str
    method: str
    model: str
    title: str
    options: dict[str, Any]
    active_leaf: str
    created_at: datetime
    updated_at: datetime
    turn_count: int


@dataclass(frozen=True, slots=True)
class PersonaVersion:
    """One saved state of a persona; versions count from 1."""

    persona_id: str
    name: str
    version: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class FoundTurn:
    """A turn that a search found; a higher `score` (BM25) is better."""

    turn: StoredTurn
    score: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A stored vector's key and text, and its cosine similarity to the one asked for."""

    key: str
    text: str
    score: float


class Store(Protocol):
    """Personas, sessions, turns, full text and vectors. May be used from many threads.

    Each method is one transaction. All raise StoreError when the database fails.
    """

    def close(self) -> None:
        """Give the database back. A closed store answers with StoreError."""
        ...

    # Personas

    def save_persona(self, persona: Persona, *, owner: str = LOCAL_OWNER) -> int:
        """Keep a persona under its id; a new version only where its content changed."""
        ...

    def find_persona(
        self, name_or_id: str, *, owner: str = LOCAL_OWNER, version: int | None = None
    ) -> Persona | None:
        """The persona with this id, else this name, else this name in any case; or None.

        Where several share a name, the last one saved. `version` None is the latest.
        """
        ...

    def persona_names(self, *, owner: str = LOCAL_OWNER) -> tuple[str, ...]:
        """The names of all personas, sorted, each once."""
        ...

    def persona_versions(
        self, name_or_id: str, *, owner: str = LOCAL_OWNER
    ) -> tuple[PersonaVersion, ...]:
        """All versions of a persona, oldest first; empty where there is no such persona."""
        ...

    # Sessions

    def create_session(
        self,
        persona: Persona,
        *,
        user_name: str,
        method: str,
        model: str,
        owner: str = LOCAL_OWNER,
        title: str = "",
        options: dict[str, Any] | None = None,
        session_id: str = "",
    ) -> Session:
        """Begin a session with the persona as it is now (which is saved with it)."""
        ...

    def list_sessions(
        self, *, owner: str = LOCAL_OWNER, limit: int | None = None
    ) -> tuple[Session, ...]:
        """The sessions, the last used first."""
        ...

    def latest_session(
        self, persona_name_or_id: str, *, owner: str = LOCAL_OWNER
    ) -> Session | None:
        """The last used session with a persona of this id or name; or None."""
        ...

    def get_session(self, session_id: str, *, owner: str = LOCAL_OWNER) -> Session:
        """One session by its id."""
        ...

    def configure_session(
        self,
        session_id: str,
        *,
        owner: str = LOCAL_OWNER,
        method: str | None = None,
        model: str | None = None,
        options: dict[str, Any] | None = None,
    ) -> None:
        """Change how the session goes on; None leaves a value as it is."""
        ...

    def rename_session(self, session_id: str, title: str, *, owner: str = LOCAL_OWNER) -> None:
        """Give the session another title."""
        ...

    def delete_session(self, session_id: str, *, owner: str = LOCAL_OWNER) -> int:
        """Erase the session, its turns, what was learned in it, and the words of all in the index;
        returns how many turns."""
        ...

    def set_active_leaf(self, session_id: str, turn_id: str, *, owner: str = LOCAL_OWNER) -> None:
        """Go on from this turn of the session, or from ROOT."""
        ...

    def dialogue(
        self, session_id: str, *, owner: str = LOCAL_OWNER, leaf_id: str | None = None
    ) -> Dialogue:
        """The session's path as a Dialogue, with its persona."""
        ...

    # Turns

    def append_turn(
        self,
        session_id: str,
        turn: NewTurn,
        *,
        parent_id: str | None = None,
        owner: str = LOCAL_OWNER,
    ) -> StoredTurn:
        """Add a turn below `parent_id` and make it the active leaf.

        `parent_id` None is the active leaf, ROOT begins anew. A sibling (an edit, a regenerated
        reply) is a turn with the parent of the one that it stands beside.
        """
        ...

    def append_exchange(
        self,
        session_id: str,
        turns: Sequence[NewTurn],
        *,
        parent_id: str | None = None,
        owner: str = LOCAL_OWNER,
    ) -> tuple[StoredTurn, ...]:
        """Add turns below each other (what the user said, the reply): all of them or none."""
        ...

    def get_turn(self, turn_id: str, *, owner: str = LOCAL_OWNER) -> StoredTurn:
        """One turn by its id."""
        ...

    def turn_details(self, turn_id: str, *, owner: str = LOCAL_OWNER) -> dict[str, Any]:
        """How the turn was made; empty where nothing was kept."""
        ...

    def path_to(
        self, session_id: str, *, leaf_id: str | None = None, owner: str = LOCAL_OWNER
    ) -> tuple[StoredTurn, ...]:
        """The turns from the root to a leaf (None: the active one), oldest first."""
        ...

    def siblings(self, turn_id: str, *, owner: str = LOCAL_OWNER) -> tuple[StoredTurn, ...]:
        """The turns with the same parent, this one among them, in the order they were made."""
        ...

    def children(self, turn_id: str, *, owner: str = LOCAL_OWNER) -> tuple[StoredTurn, ...]:
        """The turns right below this one, in the order they were made."""
        ...

    def newest_leaf(self, turn_id: str, *, owner: str = LOCAL_OWNER) -> StoredTurn:
        """The leaf one gets to by always taking the newest child: where a sibling goes on."""
        ...

    def undo(self, session_id: str, *, owner: str = LOCAL_OWNER) -> tuple[StoredTurn, ...]:
        """Step back before the user's last turn; nothing is deleted.

        Returns the turns that left the active path, oldest first: empty where the user has said
        nothing on it.
        """
        ...

    def search_turns(
        self,
        query: str,
        *,
        owner: str = LOCAL_OWNER,
        session_id: str | None = None,
        limit: int = 10,
        match: Match = "all",
    ) -> tuple[FoundTurn, ...]:
        """Turns that hold all (or any) words of `query`, best first; any text may be asked."""
        ...

    # Vectors

    def put_vectors(
        self,
        collection: str,
        rows: Sequence[tuple[str, Sequence[float] | NDArray[np.float32], str]],
        *,
        fingerprint: str,
        owner: str = LOCAL_OWNER,
    ) -> None:
        """Keep (key, vector, text) rows; a key that is there already is replaced.

        A collection holds vectors of one embedder: another `fingerprint` or another number of
        dimensions raises StoreError until the collection is dropped.
        """
        ...

    def nearest(
        self,
        collection: str,
        vector: Sequence[float] | NDArray[np.float32],
        k: int,
        *,
        owner: str = LOCAL_OWNER,
    ) -> tuple[Neighbour, ...]:
        """The `k` rows of highest cosine similarity, exactly; empty without such a collection."""
        ...

    def vector_keys(self, collection: str, *, owner: str = LOCAL_OWNER) -> frozenset[str]:
        """The keys of a collection."""
        ...

    def vector_fingerprint(self, collection: str, *, owner: str = LOCAL_OWNER) -> str | None:
        """Which embedder made the collection; None where there is none."""
        ...

    def delete_vectors(
        self, collection: str, keys: Sequence[str], *, owner: str = LOCAL_OWNER
    ) -> int:
        """Erase rows by key; returns how many there were."""
        ...

    def drop_vectors(self, collection: str, *, owner: str = LOCAL_OWNER) -> None:
        """Erase a whole collection, where there is one."""
        ...
