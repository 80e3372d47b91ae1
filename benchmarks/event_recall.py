"""Does event memory find the session that a question about a long conversation is about?

    python benchmarks/event_recall.py

Sessions of LoCoMo and REALTALK are closed with summaries that no language model wrote, at their own
times, and asked for by the answerable questions, a day after the last session. Recall@1: whether
the first summary is of a session with evidence, mean over questions with a 95 % bootstrap interval,
for LD-Agent's score (S035), its overlap without age, the cosine alone, and the words (BM25) of the
summaries, or of the whole sessions.
"""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from memory_recall import interval, read

from personae.data import Dialogue
from personae.encoders.disclosure import open_disclosure
from personae.formats.long_chats import SESSION, said
from personae.formats.reading import read_dialogues
from personae.memory.events import Events, sessions_of, told_most
from personae.settings import load_settings
from personae.store.memory_types import Scope
from personae.store.sqlite import open_store
from personae.store.types import StoredTurn
from personae.text.bm25 import index_texts

EVERY = Scope(kinds=("summary",))


def main() -> None:
    """Print a table for each data set."""
    disclosure = open_disclosure()
    for name in ("locomo", "realtalk"):
        files = sorted((load_settings().datasets_dir / name).glob("*.json"))
        if not files:
            raise SystemExit(f"There is no {name}: set PERSONAE_DATA.")
        found: dict[str, list[float]] = {}
        for file in files:
            with (
                tempfile.TemporaryDirectory() as folder,
                open_store(Path(folder) / "personae.db") as store,
            ):
                events = Events(store, disclosure.embedder, told_most(disclosure))
                for way, hits in asked(events, file).items():
                    found.setdefault(way, []).extend(hits)
        print(f"{name}: {len(found['score'])} questions, recall@1 of the session")
        for way, hits in found.items():
            print(f"  {way:8} {interval(hits)}", flush=True)


def asked(events: Events, file: Path) -> dict[str, list[float]]:
    """Of each way whether its first summary is of the right session, question by question."""
    (chat,) = read_dialogues(file)
    turns = stored(chat)
    events.close(turns, holder="A", heard="B")
    now = turns[-1].said_at + timedelta(days=1)
    found: dict[str, list[float]] = {
        "score": [], "overlap": [], "cosine": [], "words": [], "whole": [],
    }  # fmt: skip
    whole = sessions_of(turns)
    index = index_texts([" ".join(turn.text for turn in some) for some in whole])
    for question in read(file)[1]:
        ranked = events.search(question.text, EVERY, now)
        vector = events.embedder.embed([question.text])[0]
        firsts = {
            "score": [one.memory for one in ranked],
            "overlap": [one.memory for one in sorted(ranked, key=lambda one: -one.overlap)],
            "cosine": [one.memory for one in events.store.nearest_memories(vector, EVERY, limit=1)],
            "words": [
                one.memory for one in events.store.search_memories(question.text, EVERY, limit=1)
            ],
        }
        for way, some in firsts.items():
            hit = bool(some) and not question.evidence.isdisjoint(some[0].provenance)
            found[way].append(float(hit))
        scores = index.scores(question.text)
        best = whole[max(range(len(whole)), key=lambda at: scores[at])]
        found["whole"].append(float(any(turn.id in question.evidence for turn in best)))
    return found


def stored(chat: Dialogue) -> list[StoredTurn]:
    """The turns of all sessions at the times of their sessions."""
    found = list[StoredTurn]()
    for number, turns in groupby(chat.turns, key=lambda turn: turn.labels[SESSION]):
        start: datetime | None = None
        for at, turn in enumerate(turns):
            start = start or turn.said_at
            assert start is not None
            found.append(
                StoredTurn(
                    turn.id, f"s{number}", "", turn.speaker, said(turn), "utterance",
                    start + timedelta(seconds=at),
                )
            )  # fmt: skip
    return found


if __name__ == "__main__":
    main()
