"""What a conversation does with memories: learns from what people say, and recalls what bears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from personae.encoders.disclosure import Disclosure
from personae.memory.extraction import memories_in
from personae.memory.keeping import Keeper, Kept
from personae.memory.recalling import Recalled, recalled
from personae.store.memory_types import Scope
from personae.store.types import StoredTurn

LEAST_COSINE = 0.3  # of what is recalled by its meaning alone


@dataclass(frozen=True, slots=True)
class Remembering:
    """The memory of one owner's characters, as a conversation uses it.

    What somebody tells a character is for that one's ears: it is recalled when they talk again, not
    when the character talks to others.
    """

    keeper: Keeper
    disclosure: Disclosure

    def learn(self, turns: Sequence[StoredTurn], *, holder: str, heard: str) -> list[Kept]:
        """Keep what turns tell; a turn that the holder learned from is passed over."""
        keeper = self.keeper
        known = keeper.store.remembered_turns(
            [turn.id for turn in turns], holder=holder, owner=keeper.owner
        )
        fresh = [turn for turn in turns if turn.id not in known]
        told = memories_in(fresh, self.disclosure, holder=holder, witnesses=(heard,))
        return keeper.keep_all(told)

    def recall(self, query: str, *, holder: str, heard_by: str, k: int) -> list[Recalled]:
        """What the holder knows and may tell this one that bears on the query, best first."""
        scope = Scope(self.keeper.owner, holder=holder, heard_by=heard_by)
        return recalled(
            self.keeper.store, self.keeper.embedder, query, scope,
            k=k, least_cosine=LEAST_COSINE,
        )  # fmt: skip
