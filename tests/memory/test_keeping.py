"""Keeping: said again, refined, superseded, asked about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from personae.data import Memory
from personae.errors import UnknownEntry
from personae.memory.keeping import ASKS, Keeper
from personae.store.memory_types import Scope

DAY = datetime(2026, 3, 1, tzinfo=UTC)
LATER = DAY + timedelta(days=9)


def memory(text, *, at=DAY, turn="t1", **changes):
    given = {"subject": "Bo", "holder": "Ana", "said_at": at, "provenance": (turn,)}
    return Memory(text=text, **{**given, **changes})


@pytest.fixture
def keeper(store, word_nli, word_embedder):
    return Keeper(store, word_embedder, word_nli)


def held(store, **asked):
    return [one.text for one in store.memories(Scope(**asked))]


def test_what_is_new_is_kept_with_a_vector(keeper, store):
    kept = keeper.keep(memory("Bo works as a baker."))
    assert (kept.outcome, kept.others) == ("kept", ())
    assert store.vector_keys("memories") == {kept.memory.id}


def test_what_is_said_again_is_not_kept_twice(keeper, store):
    first = keeper.keep(memory("Bo works as a baker.")).memory
    again = keeper.keep(memory("bo works as a baker", at=LATER, turn="t9"))
    assert again.outcome == "repeated"
    assert again.memory.id == first.id
    assert again.memory.provenance == ("t1", "t9")
    assert len(held(store)) == 1


def test_what_was_said_later_holds_from_then_on(keeper, store):
    old = keeper.keep(memory("Bo likes dogs walks.")).memory
    kept = keeper.keep(memory("Bo does not like dogs walks.", at=LATER))
    assert (kept.outcome, [one.id for one in kept.others]) == ("superseded", [old.id])
    assert held(store) == ["Bo does not like dogs walks."]
    assert held(store, at=DAY) == ["Bo likes dogs walks."]


def test_an_older_saying_that_comes_later_is_history(keeper, store):
    keeper.keep(memory("Bo does not like dogs walks.", at=LATER))
    kept = keeper.keep(memory("Bo likes dogs walks.", at=DAY))
    assert kept.outcome == "outdated"
    assert kept.memory.valid_until == LATER
    assert held(store, at=LATER) == ["Bo does not like dogs walks."]


def test_a_contradiction_can_be_kept_or_asked_about(store, word_nli, word_embedder):
    first = Keeper(store, word_embedder, word_nli).keep(memory("Bo likes dogs walks.")).memory
    asking = Keeper(store, word_embedder, word_nli, on_contradiction="ask")
    asked = asking.keep(memory("Bo does not like dogs walks.", at=LATER))
    assert (asked.outcome, asked.memory.labels[ASKS]) == ("asked", [first.id])
    keeping = Keeper(store, word_embedder, word_nli, on_contradiction="keep")
    assert keeping.keep(memory("No dogs walks for Bo.", subject="Cy")).outcome == "kept"
    assert len(held(store)) == 3


@pytest.mark.parametrize(
    "change", [{"subject": "Cy"}, {"holder": "Eve"}, {"kind": "event"}, {"witnesses": ("Cy",)}]
)
def test_only_facts_of_one_holder_subject_and_circle_are_compared(keeper, store, change):
    keeper.keep(memory("Bo likes dogs walks."))
    assert keeper.keep(memory("Bo does not like dogs walks.", **change)).outcome == "kept"
    assert len(held(store)) == 2


def test_a_revised_memory_is_found_by_its_new_meaning(keeper, store, word_embedder):
    kept = keeper.keep(memory("Bo likes cats.")).memory
    keeper.revise(kept.id, "Bo likes parrots.")
    (found,) = store.nearest_memories(word_embedder.embed(["Bo: Bo likes parrots."])[0], Scope())
    assert found.score == pytest.approx(1.0, abs=1e-5)
    assert [one.event for one in store.memory_events(kept.id)] == ["kept", "revised"]


def test_a_neighbour_that_another_process_forgets_meanwhile_is_not_missed(
    keeper, store, monkeypatch
):
    old = keeper.keep(memory("Bo likes dogs walks.")).memory
    nearest = store.nearest_memories

    def then_forgotten(*asked, **options):
        found = nearest(*asked, **options)
        if found:
            store.forget_memories([old.id])
        return found

    monkeypatch.setattr(store, "nearest_memories", then_forgotten)
    kept = keeper.keep(memory("Bo does not like dogs walks.", at=LATER))
    assert (kept.outcome, kept.others) == ("kept", ())
    with pytest.raises(UnknownEntry):
        keeper.keep(memory("All of it.", sources=("nothing",)))
