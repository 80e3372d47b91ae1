"""Event memory: sessions that are over as short summaries, found by topics and by age (S035).

LD-Agent (Li et al. 2024): a session ends where nothing was said for an hour. Its summary of at most
20 words is kept with its topics; a query finds the one whose topics overlap most, weighed by
exp(-1e-7 · seconds since). Topics are the stems of content words where the paper takes the lemmas
of nouns. Without a language model the summary is what was told most clearly, in its own words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from personae.data import Memory
from personae.encoders.disclosure import Disclosure
from personae.encoders.types import Embedder
from personae.lm.types import LanguageModel, require
from personae.memory.asking import asked_for
from personae.store.memory_types import MemoryStore, Scope
from personae.store.types import LOCAL_OWNER, StoredTurn
from personae.text.content_words import content_stems
from personae.text.sentences import split_sentences

GAP = timedelta(hours=1)
WORDS = 20
NEAREST = 10
DECAY_PER_S = 1e-7
NO_TRAIT = "NO_TRAIT"
TOPICS = "topics"  # the label of a summary

# (turns of a session) -> its summary; (a sentence) -> a trait, or nothing
Summarise = Callable[[Sequence[StoredTurn]], str]
Trait = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """A summary with the parts of its score: `score` is their product."""

    memory: Memory
    overlap: float
    recency: float

    @property
    def score(self) -> float:
        return self.overlap * self.recency


@dataclass(frozen=True, slots=True)
class Events:
    """The sessions that the characters of one owner remember."""

    store: MemoryStore
    embedder: Embedder
    summarise: Summarise
    owner: str = LOCAL_OWNER

    def close(self, turns: Sequence[StoredTurn], *, holder: str, heard: str) -> list[Memory]:
        """Keep a summary of each session in `turns`, of those that none was kept of.

        Whoever was `heard` in it may hear of it again. A session without topics leaves nothing.
        """
        kept = self.store.memories(Scope(self.owner, holder=holder, kinds=("summary",), past=True))
        known = {turn for one in kept for turn in one.provenance}
        return [
            made
            for some in sessions_of(turns)
            if not known.intersection(turn.id for turn in some)
            for made in self._kept(some, holder, heard)
        ]

    def _kept(self, turns: Sequence[StoredTurn], holder: str, heard: str) -> tuple[Memory, ...]:
        topics = list(dict.fromkeys(stem for turn in turns for stem in content_stems(turn.text)))
        text = shortened(self.summarise(turns))
        if not topics or not text:
            return ()
        said = {turn.id for turn in turns}
        held = self.store.memories(Scope(self.owner, holder=holder, past=True))
        summary = Memory(
            text=text, kind="summary", subject=heard, holder=holder, witnesses=(heard,),
            session=turns[-1].session_id, provenance=tuple(turn.id for turn in turns),
            said_at=turns[-1].said_at, labels={TOPICS: topics},
            # What is forgotten of the session takes the summary with it.
            sources=tuple(one.id for one in held if said.intersection(one.provenance)),
        )  # fmt: skip
        return self.store.keep_memories(
            [summary],
            owner=self.owner,
            vectors=self.embedder.embed([", ".join(topics)]),
            fingerprint=self.embedder.fingerprint,
        )

    def search(self, query: str, scope: Scope, now: datetime) -> list[FoundEvent]:
        """The nearest summaries that share a topic with the query, the best first.

        LD-Agent takes the first alone. A clock that was set back makes nothing newer than new.
        """
        asked = set(content_stems(query))
        if not asked:
            return []
        vector = self.embedder.embed([", ".join(sorted(asked))])[0]
        scope = replace(scope, kinds=("summary",))
        near = self.store.nearest_memories(vector, scope, limit=NEAREST)
        found = [_found(one.memory, asked, now) for one in near]
        return sorted(
            (one for one in found if one.overlap > 0), key=lambda one: (-one.score, one.memory.id)
        )


def sessions_of(turns: Sequence[StoredTurn], gap: timedelta = GAP) -> list[list[StoredTurn]]:
    """Turns in runs: a new one where a session begins, or after a pause of more than `gap`."""
    runs: list[list[StoredTurn]] = []
    for turn in turns:
        last = runs[-1][-1] if runs else None
        if last and turn.session_id == last.session_id and turn.said_at - last.said_at <= gap:
            runs[-1].append(turn)
        else:
            runs.append([turn])
    return runs


def overlap_of(asked: set[str], topics: set[str]) -> float:
    """Half the share of the query's topics that are there, plus half of theirs in the query."""
    shared = len(asked & topics)
    return 0.5 * shared / len(asked) + 0.5 * shared / len(topics) if shared else 0.0


def _found(memory: Memory, asked: set[str], now: datetime) -> FoundEvent:
    given = memory.labels.get(TOPICS)
    topics = {str(one) for one in given} if isinstance(given, list) else set()
    age_s = max(0.0, (now - (memory.said_at or now)).total_seconds())
    return FoundEvent(memory, overlap_of(asked, topics), math.exp(-DECAY_PER_S * age_s))


def shortened(text: str, words: int = WORDS) -> str:
    """The first words of a text, in one line."""
    found = text.split()
    return " ".join(found) if len(found) <= words else f"{' '.join(found[:words])} …"


def told_most(disclosure: Disclosure) -> Summarise:
    """The sentences that tell most of who said them, as many as fit into 20 words."""

    def summarise(turns: Sequence[StoredTurn]) -> str:
        said = [(turn.speaker, one) for turn in turns for one in split_sentences(turn.text)]
        odds = disclosure.disclosure([one for _, one in said]).tolist()
        kept, left = list[int](), WORDS
        for at in sorted(range(len(said)), key=lambda at: (-odds[at], at)):
            size = len(said[at][1].split()) + 1
            if size <= left or not kept:
                kept.append(at)
                left -= size
        return " ".join(f"{said[at][0]}: {said[at][1]}" for at in sorted(kept))

    return summarise


def summary_by(lm: LanguageModel) -> Summarise:
    """Ask a language model, under a schema. Raises CapabilityError, BackendError."""
    require(lm, ("chat", "schema"), "The summary of a session")

    def summarise(turns: Sequence[StoredTurn]) -> str:
        script = "\n".join(f"{turn.speaker}: {' '.join(turn.text.split())}" for turn in turns)
        asked = (
            f"Sum up what happened and what was told in this conversation in at most {WORDS} words."
        )
        return asked_for(lm, asked, script, "summary")

    return summarise


def trait_by(lm: LanguageModel) -> Trait:
    """Ask a language model for the trait that a sentence shows. Raises as `summary_by` does."""
    require(lm, ("chat", "schema"), "The trait of a sentence")

    def trait(sentence: str) -> str:
        asked = (
            "Which lasting trait or fact of its speaker does this sentence show? At most "
            f"{WORDS} words in the first person, or {NO_TRAIT}."
        )
        found = asked_for(lm, asked, sentence, "trait")
        return "" if NO_TRAIT in found else shortened(found)

    return trait


def traits_in(turns: Sequence[StoredTurn], trait: Trait, *, holder: str) -> list[Memory]:
    """What a language model says of who spoke, a memory each; `Keeper` keeps them."""
    found = [(turn, trait(turn.text)) for turn in turns]
    return [
        Memory(
            text=text, subject=turn.speaker, holder=holder, session=turn.session_id,
            provenance=(turn.id,), said_at=turn.said_at,
        )
        for turn, text in found
        if text.strip()
    ]  # fmt: skip
