"""The turns of a chat as memories, and the ways to look for those that a question needs."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from personae.data import Dialogue, Memory
from personae.encoders.types import Embedder
from personae.formats.long_chats import SESSION, said
from personae.memory.recalling import recalled
from personae.memory.telling import told
from personae.store.memory_contexts import TURNS_BEFORE
from personae.store.memory_types import Scope
from personae.store.sqlite import open_store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# By words (BM25) and by vectors a turn is looked for alone; recall has what was said before it too.
WORDS, VECTORS, RECALL = "words", "vectors", "recall"
WAYS = (WORDS, VECTORS, RECALL)

# Of each way the ids of the turns that it finds, best first, for each question.
Ranked = Mapping[str, Sequence[Sequence[str]]]


def turn_memories(dialogue: Dialogue) -> list[Memory]:
    """Each turn as a memory about its speaker, with the turns before it in its session."""
    made = [
        Memory(
            text=said(turn) or "…",
            id=turn.id or str(at),
            kind="event",
            subject=turn.speaker,
            said_at=turn.said_at,
        )
        for at, turn in enumerate(dialogue.turns)
    ]
    sessions = [turn.labels.get(SESSION) for turn in dialogue.turns]
    return [
        one.model_copy(update={"context": "\n".join(_before(made, sessions, at))})
        for at, one in enumerate(made)
    ]


def ranked(
    memories: Sequence[Memory],
    questions: Sequence[str],
    embedder: Embedder,
    *,
    ways: Sequence[str] = WAYS,
    k: int = 20,
) -> Ranked:
    """What each way finds for each question among all the memories, the `k` best."""
    vectors = embedder.embed([told(one) for one in memories])
    asked = embedder.embed(list(questions))
    bare = [one.model_copy(update={"context": ""}) for one in memories]
    found: dict[str, list[list[str]]] = {}
    if any(way in ways for way in (WORDS, VECTORS)):
        found |= _found(bare, vectors, questions, asked, embedder, (WORDS, VECTORS), k)
    if RECALL in ways:
        found |= _found(memories, vectors, questions, asked, embedder, (RECALL,), k)
    return {way: found[way] for way in ways}


def _found(
    memories: Sequence[Memory], vectors: NDArray[np.float32], questions: Sequence[str],
    asked: NDArray[np.float32], embedder: Embedder, ways: Sequence[str], k: int,
) -> dict[str, list[list[str]]]:  # fmt: skip
    found: dict[str, list[list[str]]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "turns.db") as store:
        store.keep_memories(memories, vectors=vectors, fingerprint=embedder.fingerprint)
        for question, vector in zip(questions, asked, strict=True):
            for way, ids in found.items():
                if way == WORDS:
                    ids.append([one.id for one in store.rank_by_words(question, Scope(), limit=k)])
                elif way == VECTORS:
                    ids.append([one.id for one in store.rank_by_vector(vector, Scope(), limit=k)])
                else:
                    best = recalled(store, embedder, question, Scope(), k=k)
                    ids.append([one.memory.id for one in best])
    return found


def _before(made: Sequence[Memory], sessions: Sequence[object], at: int) -> list[str]:
    first = max(0, at - TURNS_BEFORE)
    return [told(made[place]) for place in range(first, at) if sessions[place] == sessions[at]]
