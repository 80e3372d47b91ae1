"""Does event memory find the session that a question about a long conversation is about?

    python benchmarks/event_recall.py

Sessions of LoCoMo and REALTALK are closed with summaries that no language model wrote, at their own
times, and asked for by the answerable questions, a day after the last session. Recall@1: whether
the first summary is of a session with evidence, mean over questions with a 95 % bootstrap interval,
for LD-Agent's score (S035), its overlap without age, the cosine alone, and the words (BM25) of the
summaries, or of the whole sessions.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from memory_recall import interval, read, sessions, told

from personae.encoders.disclosure import open_disclosure
from personae.memory.events import Events, sessions_of, told_most
from personae.settings import load_settings
from personae.store.memory_types import Scope
from personae.store.sqlite import open_store
from personae.store.types import StoredTurn
from personae.text.bm25 import index_texts

FORMATS = ("%I:%M %p on %d %B, %Y", "%d.%m.%Y, %H:%M:%S")
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
                for way, hits in asked(events, json.loads(file.read_text("utf-8"))).items():
                    found.setdefault(way, []).extend(hits)
        print(f"{name}: {len(found['score'])} questions, recall@1 of the session")
        for way, hits in found.items():
            print(f"  {way:8} {interval(hits)}", flush=True)


def asked(events: Events, value: Mapping[str, Any]) -> dict[str, list[float]]:
    """Of each way whether its first summary is of the right session, question by question."""
    turns = stored(value)
    events.close(turns, holder="A", heard="B")
    now = turns[-1].said_at + timedelta(days=1)
    found: dict[str, list[float]] = {
        "score": [], "overlap": [], "cosine": [], "words": [], "whole": [],
    }  # fmt: skip
    whole = sessions_of(turns)
    index = index_texts([" ".join(turn.text for turn in some) for some in whole])
    for question in read(value)[1]:
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


def stored(value: Mapping[str, Any]) -> list[StoredTurn]:
    """The turns of all sessions at the times of their sessions."""
    found = list[StoredTurn]()
    for number, turns in enumerate(sessions(value), 1):
        start = time_of(value[f"session_{number}_date_time"])
        for at, turn in enumerate(turns):
            said_at = start + timedelta(seconds=at)
            found.append(
                StoredTurn(
                    turn["dia_id"], f"s{number}", "", turn["speaker"],
                    told(turn).partition(": ")[2], "utterance", said_at,
                )
            )  # fmt: skip
    return found


def time_of(text: str) -> datetime:
    """A session's time, as either data set writes it."""
    for one in FORMATS:
        try:
            return datetime.strptime(text, one).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise SystemExit(f"{text!r} is no time of a session.")


if __name__ == "__main__":
    main()
