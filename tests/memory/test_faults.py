"""Killed while memories are kept, a clock that is set back, two processes, huge texts."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from personae.data import Memory, Persona, Scene
from personae.draft import Draft, Kit
from personae.lm.scripted import ScriptedModel
from personae.memory.keeping import Keeper
from personae.memory.recalling import recalled
from personae.steps.recall import recall
from personae.store.memory_types import Scope
from personae.store.types import NewTurn
from personae.store.verifying import faults

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

# Learns turns, refines and supersedes what it learned, edits, forgets, and indexes anew.
WRITER = """
import itertools, sys
import numpy as np
from personae.data import Persona
from personae.encoders.disclosure import Disclosure
from personae.memory.keeping import Keeper
from personae.memory.remembering import Remembering
from personae.store.memory_types import Scope
from personae.store.opening import open_address
from personae.store.types import NewTurn
from personae.store.verifying import reindex

class Same:
    name = fingerprint = "same"
    dimensions = 2
    def embed(self, texts):
        return np.tile(np.array([[1.0, 0.0]], np.float32), (len(texts), 1))

class Judge:  # towns exclude each other; with a "b" it says more of the same
    name = fingerprint = "judge"
    thresholds = {0.02: 0.9}
    def classify(self, pairs):
        return np.array([self.row(*pair) for pair in pairs], np.float32).reshape(-1, 3)
    def row(self, one, other):
        one, other = (text.rstrip(".").split()[-1] for text in (one, other))
        if one.strip("b") != other.strip("b"):
            return (0.0, 0.0, 1.0)
        return (0.9, 0.1, 0.0) if one.endswith("b") or one == other else (0.0, 1.0, 0.0)

class Telling:
    def disclosure(self, texts):
        return np.ones(len(texts))

address, speaker = sys.argv[1:3]
store = open_address(address)
session = store.create_session(
    Persona(name="Ana", id="ana"), user_name=speaker, method="plain", model="m"
)
memory = Remembering(Keeper(store, Same(), Judge()), Telling())
print("begun", flush=True)
for number in itertools.count():
    suffix = "b" if number % 2 else ""
    said = NewTurn(speaker, f"I live in town {number // 2}{suffix}.")
    turns = store.append_exchange(session.id, [said, NewTurn("Ana", "I see.")])
    kept = memory.learn(turns[:1], holder="Ana", heard=speaker)
    print(*[one.outcome for one in kept], flush=True)
    if number % 5 == 4:
        held = store.memories(Scope(holder="Ana", subject=speaker, past=True))
        memory.keeper.revise(held[0].id, held[0].text)
        reindex(store.database)
        store.forget_memories([held[-1].id])
    if len(sys.argv) > 3 and number == int(sys.argv[3]):
        break
store.close()
"""


def start(place, speaker, *rest):
    command = [sys.executable, "-c", WRITER, str(place.address), speaker, *map(str, rest)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def check_whole(store):
    """Nothing is half-written: every row's counterparts are there."""
    assert faults(store.database) == ()
    memories = store.memories(Scope(past=True))
    ids = {one.id for one in memories}
    for one in memories:
        told = [event.event for event in store.memory_events(one.id)]
        assert told[0] == "kept"
        assert ("superseded" in told) == (one.valid_until is not None)
        assert store.get_turn(one.provenance[0]).speaker == one.subject
        assert one.superseded_by in ids | {""}
    assert len(store.search_memories("town", Scope(past=True), limit=10_000)) == len(memories)
    assert store.vector_keys("memories") == ids
    return memories


def test_killed_while_it_learns_refines_and_indexes_nothing_is_half_written(place):
    moments, outcomes = random.Random(7), set()
    place.open().close()
    for _ in range(4):
        writer = start(place, "Bo")
        assert writer.stdout is not None
        assert writer.stderr is not None
        assert writer.stdout.readline() == "begun\n"
        time.sleep(moments.uniform(0.05, 0.4))
        writer.kill()
        outcomes |= set(writer.stdout.read().split())
        assert writer.wait() == -9
        writer.stdout.close()
        writer.stderr.close()
        with place.open() as store:
            check_whole(store)
    assert {"kept", "refined", "superseded"} & outcomes


def test_two_processes_write_at_once_and_nothing_is_lost(place):
    place.open().close()
    writers = [start(place, speaker, 14) for speaker in ("Bo", "Cy")]
    told = [writer.communicate(timeout=120) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], told
    with place.open() as store:
        memories = check_whole(store)
        assert {one.subject for one in memories} == {"Bo", "Cy"}
        assert [session.turn_count for session in store.list_sessions()] == [30, 30]
        for speaker in ("Bo", "Cy"):
            held = store.memories(Scope(holder="Ana", subject=speaker, heard_by=speaker))
            assert [one.text for one in held] == ["I live in town 7."]


def test_a_clock_that_goes_backwards_ends_no_memory_before_it_began(place, word_embedder, word_nli):
    times = (NOON - timedelta(days=n) for n in range(1000))
    with place.open(clock=lambda: next(times)) as store:
        keeper = Keeper(store, word_embedder, word_nli)
        said = ["Bo likes dogs walks.", "Bo does not like dogs walks.", "Bo likes dogs walks."]
        kept = [
            keeper.keep(Memory(text=text, said_at=NOON - timedelta(days=n)))
            for n, text in enumerate(said)
        ]
        assert [one.outcome for one in kept][1:] == ["outdated", "repeated"]
        store.keep_memories([Memory(text="Bo swims.")], supersedes=[kept[0].memory.id])
        keeper.revise(kept[1].memory.id, "Bo sings.")
        for one in store.memories(Scope(past=True)):
            assert one.valid_until is None or one.valid_until >= one.valid_from
        ids = [one.id for one in sorted(store.memories(Scope(past=True)), key=lambda m: m.id)]
        assert len({*ids}) == 3
        assert faults(store.database) == ()
        session = store.create_session(
            Persona(name="Ana", id="ana"), user_name="Bo", method="plain", model="m"
        )
        made = [store.append_turn(session.id, NewTurn("Bo", str(n))).id for n in range(5)]
        assert made == sorted(made)
        assert [turn.id for turn in store.path_to(session.id)] == made
        before = recalled(store, None, "swims", Scope(), now=NOON - timedelta(days=900))
        assert before[0].memory.text == "Bo swims."


def test_memories_of_100_kilobytes_are_kept_compared_and_found_and_shown_cut(
    place, word_embedder, word_nli
):
    huge = [f"{word} " * 15_000 + "zebra." for word in ("walked", "talked")]
    with place.open() as store:
        keeper = Keeper(store, word_embedder, word_nli)
        for text in (*huge, huge[0]):
            keeper.keep(Memory(text=text, subject="Bo"))
        held = store.memories(Scope())
        assert sorted(len(one.text) for one in held) == sorted(map(len, huge))
        found = recalled(store, word_embedder, "zebras walk", Scope())
        assert found[0].memory.text == huge[0]
        assert faults(store.database) == ()
    scene = Scene(persona=Persona(name="Ana"), memories=held).said("Bo", "zebras")
    (part,) = recall(k=2)(Draft(scene), Kit(ScriptedModel())).parts
    assert len(part.text) < 1_500


OPENER = """
import sys
from personae.store.opening import open_address
print("begun", flush=True)
open_address(sys.argv[1]).close()
print("done", flush=True)
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_killed_while_the_schema_is_made_the_next_one_makes_it(kind, request, tmp_path):
    unfinished = 0
    if kind == "postgres":
        address = request.getfixturevalue("new_database")()
    else:
        address = str(tmp_path / "personae.db")
    for delay_s in (0, 0.001, 0.003, 0.01, 0.03, 0.1):
        opener = subprocess.Popen(
            [sys.executable, "-c", OPENER, address], stdout=subprocess.PIPE, text=True
        )
        assert opener.stdout is not None
        opener.stdout.readline()
        time.sleep(delay_s)
        opener.kill()
        unfinished += "done" not in opener.stdout.read()
        opener.stdout.close()
        opener.wait()
    assert unfinished
    from personae.store.opening import open_address

    with open_address(address) as store:
        store.keep_memories([Memory(text="Bo swims.")])
        assert faults(store.database) == ()
