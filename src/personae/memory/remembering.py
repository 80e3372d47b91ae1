"""What a conversation does with memories: learns from what people say, and recalls what bears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from personae.data import Memory
from personae.encoders.disclosure import Disclosure
from personae.encoders.memory_match import MemoryMatch
from personae.errors import UnknownEntry
from personae.memory.extraction import memories_in
from personae.memory.keeping import LINKS, Keeper, Kept
from personae.memory.policy import relations
from personae.memory.recalling import Recalled, recalled
from personae.store.memory_types import Scope
from personae.store.types import StoredTurn

LEAST_COSINE = 0.3  # of what is recalled by its meaning alone
MATCHED = 20  # candidates that a matcher orders
OWN = 2  # of what is recalled: at most so many that the holder said of itself (PLATO-LTM, S094)


@dataclass(frozen=True, slots=True)
class Remembering:
    """The memory of one owner's characters, as a conversation uses it.

    What somebody tells a character is for that one's ears: it is recalled when they talk again, not
    when the character talks to others. With `own` it also keeps what the character says of itself
    (the second store of PLATO-LTM, S094), which whoever it talks to may hear. A `matcher` orders
    what is recalled by how well it fits what was just said. With `shared` what one tells may come
    up with others: the one memory of EMMA (S104), about everybody, as its holder heard it.
    """

    keeper: Keeper
    disclosure: Disclosure
    own: bool = False
    matcher: MemoryMatch | None = None
    shared: bool = False

    def learn(self, turns: Sequence[StoredTurn], *, holder: str, heard: str) -> list[Kept]:
        """Keep what turns tell; a turn that the holder learned from is passed over."""
        fresh = self._fresh(turns, holder)
        witnesses = () if self.shared else (heard,)
        told = memories_in(fresh, self.disclosure, holder=holder, witnesses=witnesses)
        return self.keeper.keep_all(told)

    def learn_own(
        self, turns: Sequence[StoredTurn], *, holder: str, shown: Sequence[str]
    ) -> list[Kept]:
        """Keep what the holder says of itself, where neither its persona nor a memory says so.

        `shown` are the texts that its prompt stood on: a sentence with the words of one, or that
        one entails, came from there and is not kept. Nothing unless `own`.
        """
        if not self.own:
            return []
        told = memories_in(self._fresh(turns, holder), self.disclosure, holder=holder)
        return self.keeper.keep_all([one for one in told if not self._stated(one.text, shown)])

    def _fresh(self, turns: Sequence[StoredTurn], holder: str) -> list[StoredTurn]:
        keeper = self.keeper
        known = keeper.store.remembered_turns(
            [turn.id for turn in turns], holder=holder, owner=keeper.owner
        )
        return [turn for turn in turns if turn.id not in known]

    def _stated(self, sentence: str, shown: Sequence[str]) -> bool:
        others = [Memory(text=text) for text in shown]
        related = relations(self.keeper.nli, sentence, others)
        return any(one.relation in ("same", "less") for one in related)

    def with_links(self, found: Sequence[Recalled], *, heard_by: str) -> list[Recalled]:
        """Each memory with those it names as belonging to it, also those that no longer hold.

        What was forgotten, or is not for this one's ears, is left out.
        """
        seen = {one.memory.id for one in found}
        made = list[Recalled]()
        for one in found:
            made.append(one)
            named = one.memory.labels.get(LINKS)
            for key in named if isinstance(named, list) else ():
                linked = self._memory(str(key))
                if linked is None or linked.id in seen or linked.holder != one.memory.holder:
                    continue
                if not linked.witnesses or heard_by in linked.witnesses:
                    seen.add(linked.id)
                    made.append(Recalled(linked, one.score, {"linked": 1}))
        return made

    def _memory(self, key: str) -> Memory | None:
        try:
            return self.keeper.store.get_memory(key, owner=self.keeper.owner)
        except UnknownEntry:
            return None

    def recall(self, query: str, *, holder: str, heard_by: str, k: int) -> list[Recalled]:
        """What the holder knows and may tell this one that bears on the query, best first.

        Of what it said of itself at most two: what others told is not to be crowded out.
        """
        scope = Scope(self.keeper.owner, holder=holder, heard_by=heard_by)
        found = recalled(
            self.keeper.store, self.keeper.embedder, query, scope,
            k=MATCHED if self.matcher else k + OWN, least_cosine=LEAST_COSINE,
        )  # fmt: skip
        if self.matcher:
            scores = self.matcher.match(query, [one.memory.text for one in found]).tolist()
            order = sorted(range(len(found)), key=lambda at: (-scores[at], at))
            found = [replace(found[at], score=round(scores[at], 4)) for at in order]
        own = [one.memory.id for one in found if one.memory.subject == holder][:OWN]
        kept = [one for one in found if one.memory.subject != holder or one.memory.id in own][:k]
        return self.with_links(kept, heard_by=heard_by) if self.keeper.linking else kept
