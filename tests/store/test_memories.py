"""Memories in the store: kept with history, found in their scope alone, erased without a trace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.data import Memory
from personae.errors import InvalidOption, UnknownEntry
from personae.store.memory_types import MAX_MEMORY_CHARACTERS, Scope
from personae.store.sqlite import open_store
from personae.store.types import NewTurn

ON_SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)

DAY = datetime(2026, 3, 1, tzinfo=UTC)
LATER = DAY + timedelta(days=30)
ANA = Scope(holder="Ana")


def texts(found):
    return [getattr(one, "memory", one).text for one in found]


def test_a_memory_comes_back_as_it_was_kept(store):
    given = Memory(
        text="Bo has a dog called Volt.", id="m1", kind="preference", subject="Bo", holder="Ana",
        session="s1", provenance=("t1", "t2"), witnesses=("Bo",), said_at=DAY,
        valid_until=LATER, confidence=0.8, importance=0.3, labels={"topic": "pets"},
        context="Ana: And pets?",
    )  # fmt: skip
    (kept,) = store.keep_memories([given])
    assert kept == given.model_copy(update={"valid_from": DAY})
    assert store.get_memory("m1") == kept
    assert store.memory_events("m1")[0].event == "kept"


def test_what_is_not_given_is_filled_in(store):
    (kept,) = store.keep_memories([Memory(text="Bo is a nurse.")])
    assert kept.id
    assert kept.said_at == kept.valid_from
    assert store.memories(Scope()) == (kept,)


def test_all_or_none_are_kept(store):
    with pytest.raises(InvalidOption, match="the id 'm1' already"):
        store.keep_memories([Memory(text="One.", id="m1"), Memory(text="Two.", id="m1")])
    with pytest.raises(InvalidOption, match="200,001 characters; at most 200,000"):
        store.keep_memories([Memory(text="x" * (MAX_MEMORY_CHARACTERS + 1))])
    with pytest.raises(UnknownEntry):
        store.keep_memories([Memory(text="Sum.", sources=("nothing",))])
    assert store.memories(Scope()) == ()


def test_memories_that_are_kept_together_may_name_each_other(store):
    given = [
        Memory(text="Both.", id="sum", sources=("a", "b"), said_at=DAY, valid_from=DAY),
        Memory(text="Rome.", id="a", superseded_by="b", said_at=DAY, valid_from=DAY),
        Memory(text="Oslo.", id="b", said_at=LATER, valid_from=LATER),
    ]
    assert list(store.keep_memories(given)) == given
    assert store.get_memory("sum").sources == ("a", "b")
    assert texts(store.memories(Scope())) == ["Oslo.", "Both."]
    with pytest.raises(UnknownEntry):
        store.keep_memories([Memory(text="x", superseded_by="nothing")])


def test_a_memory_of_100_kilobytes_is_kept_and_found(store):
    store.keep_memories([Memory(text="word " * 20_000 + "zebra")])
    assert len(store.search_memories("zebras", Scope())) == 1


def test_words_are_found_by_their_stem_the_best_first(store):
    store.keep_memories(
        [
            Memory(text="Bo walked two dogs."), Memory(text="Bo likes walking; he walks daily."),
            Memory(text="Bo is a nurse."),
        ]
    )  # fmt: skip
    assert texts(store.search_memories("walks", Scope())) == [
        "Bo likes walking; he walks daily.", "Bo walked two dogs.",
    ]  # fmt: skip
    assert store.search_memories('" OR *', Scope()) == ()
    assert texts(store.search_memories("nurse dog", Scope(), limit=1)) != []


def test_the_nearest_are_found_by_cosine_also_behind_what_the_scope_hides(store):
    hidden = [Memory(text=f"Cy {n}", holder="Cy") for n in range(50)]
    own = [Memory(text="near", holder="Ana"), Memory(text="far", holder="Ana")]
    vectors = [[1.0, 0.0]] * 50 + [[0.9, 0.1], [0.0, 1.0]]
    store.keep_memories([*hidden, *own], vectors=vectors, fingerprint="toy")
    found = store.nearest_memories([1.0, 0.0], ANA, limit=2)
    assert texts(found) == ["near", "far"]
    assert found[0].score == pytest.approx(0.9939, abs=1e-3)


def test_vectors_need_their_embedder(store):
    with pytest.raises(InvalidOption, match="fingerprint"):
        store.keep_memories([Memory(text="a")], vectors=[[1.0]])


def test_a_memory_takes_the_place_of_another_from_when_it_holds(store):
    (old,) = store.keep_memories([Memory(text="Bo lives in Rome.", said_at=DAY)])
    (new,) = store.keep_memories(
        [Memory(text="Bo lives in Oslo.", said_at=LATER)], supersedes=[old.id], cause="contradicts"
    )
    assert texts(store.memories(Scope())) == ["Bo lives in Oslo."]
    assert texts(store.memories(Scope(past=True))) == ["Bo lives in Oslo.", "Bo lives in Rome."]
    assert texts(store.memories(Scope(at=DAY))) == ["Bo lives in Rome."]
    gone = store.get_memory(old.id)
    assert (gone.superseded_by, gone.valid_until) == (new.id, LATER)
    assert [one.event for one in store.memory_events(old.id)] == ["kept", "superseded"]
    with pytest.raises(InvalidOption, match="Only one memory"):
        store.keep_memories([Memory(text="a"), Memory(text="b")], supersedes=[new.id])


def test_an_older_memory_superseded_by_an_earlier_one_does_not_end_before_it_began(store):
    (old,) = store.keep_memories([Memory(text="a", said_at=LATER)])
    store.keep_memories([Memory(text="b", said_at=DAY)], supersedes=[old.id])
    assert store.get_memory(old.id).valid_until == LATER


def test_what_is_said_again_gains_provenance_and_importance(store):
    (kept,) = store.keep_memories([Memory(text="Bo is a nurse.", provenance=("t1",), said_at=DAY)])
    again = store.repeat_memory(kept.id, turns=["t9", "t1"], at=LATER)
    assert again.provenance == ("t1", "t9")
    assert again.importance == pytest.approx(0.55)
    assert (again.said_at, again.valid_from) == (LATER, DAY)


def test_a_revised_memory_is_found_by_its_new_words_and_keeps_its_history(store):
    store.keep_memories(
        [Memory(text="Bo likes cats.", id="m")], vectors=[[1, 0]], fingerprint="toy"
    )
    assert (
        store.revise_memory("m", "Bo likes parrots.", cause="by hand").text == "Bo likes parrots."
    )
    assert store.search_memories("cats", Scope()) == ()
    assert len(store.search_memories("parrot", Scope())) == 1
    assert store.nearest_memories([1, 0], Scope()) == ()
    store.revise_memory("m", "Bo likes newts.", vector=[0, 1])
    assert texts(store.nearest_memories([0, 1], Scope())) == ["Bo likes newts."]
    told = [(one.event, one.text, one.cause) for one in store.memory_events("m")]
    assert told[1] == ("revised", "Bo likes parrots.", "by hand")
    with pytest.raises(InvalidOption, match="forget it"):
        store.revise_memory("m", "  ")


def test_forgetting_takes_what_was_made_from_it_and_leaves_no_trace_in_the_file(path):
    secret, other = "Bo keeps newts named Quuxbert", "Bo keeps a parrot"
    with open_store(path) as store:
        store.keep_memories(
            [Memory(text=secret, id="a"), Memory(text=other, id="b")],
            vectors=[[1, 0], [0, 1]], fingerprint="toy",
        )  # fmt: skip
        store.keep_memories([Memory(text="Quuxbert and a parrot", id="sum", sources=("a", "b"))])
        store.keep_memories([Memory(text="On Quuxbert", id="deeper", sources=("sum",))])
        store.revise_memory("a", secret + " the second")
        assert set(store.forget_memories(["a"])) == {"a", "sum", "deeper"}
        assert texts(store.memories(Scope(past=True))) == [other]
        assert store.search_memories("Quuxbert newts", Scope(past=True)) == ()
        assert store.vector_keys("memories") == {"b"}
        with pytest.raises(UnknownEntry):
            store.get_memory("a")
        assert store.problems() == ()
    for file in path.parent.iterdir():
        assert b"uuxbert" not in file.read_bytes().lower()


def said(store, begin, *texts):
    """A session in which Bo and Ana speak in turn."""
    turns = [NewTurn("Ana" if at % 2 else "Bo", text, id=f"t{at}") for at, text in enumerate(texts)]
    return store.append_exchange(begin().id, turns)


def test_a_memory_is_found_by_what_was_said_right_before_it(store, begin):
    said(store, begin, "Hi!", "Ever been to Lisbon, and did you like it there?", "Yes, in May!")
    (kept,) = store.keep_memories([Memory(text="Yes, in May!", subject="Bo", provenance=("t2",))])
    assert kept.context == "Bo: Hi!\nAna: Ever been to Lisbon, and did you like it there?"
    store.keep_memories([Memory(text="Lisbon", id="own"), Memory(text="Nothing", id="other")])
    assert texts(store.search_memories("Lisbon", Scope())) == ["Lisbon", "Yes, in May!"]
    assert texts(store.search_memories("Lisbon", Scope(), match="all")) == ["Lisbon"]
    assert texts(store.search_memories("bo may", Scope(), match="all")) == ["Yes, in May!"]
    (alone,) = store.keep_memories([Memory(text="Hi!", provenance=("t0", "elsewhere"))])
    assert alone.context == ""


def test_a_context_is_of_the_owners_turns_alone_and_of_long_ones_it_has_the_end(store, begin):
    said(store, begin, "Start " + "x" * 2000 + " Lisbon?", "Yes.")
    (kept,) = store.keep_memories([Memory(text="Yes.", provenance=("t1",))])
    assert len(kept.context) == 504
    assert kept.context.endswith("Lisbon?")
    (other,) = store.keep_memories([Memory(text="Yes.", provenance=("t1",))], owner="other")
    assert other.context == ""
    (given,) = store.keep_memories([Memory(text="No.", provenance=("t1",), context="Mine.")])
    assert given.context == "Mine."


def test_what_is_forgotten_is_forgotten_as_a_context_too(path, ana):
    with open_store(path) as store:
        session = store.create_session(ana, user_name="Bo", method="plain", model="scripted")
        turns = [NewTurn("Bo", "My newt is Quuxbert, and I ski.", id="t0"),
                 NewTurn("Ana", "Nice! Where do you live?", id="t1"),
                 NewTurn("Bo", "In Oslo.", id="t2")]  # fmt: skip
        store.append_exchange(session.id, turns)
        store.keep_memories(
            [
                Memory(text="My newt is Quuxbert.", id="a", provenance=("t0",)),
                Memory(text="In Oslo.", id="b", provenance=("t2",)),
                Memory(text="Yes.", id="imported", context="He said: MY NEWT IS QUUXBERT. True?"),
                Memory(text="No.", id="apart", context="A newt is no pet."),
            ]
        )
        store.keep_memories([Memory(text="Yes.", id="c", context="Quuxbert?")], owner="other")
        assert "Quuxbert" in store.get_memory("b").context
        assert store.forget_memories(["a"]) == ("a",)
        assert store.get_memory("b").context == store.get_memory("imported").context == ""
        assert store.get_memory("apart").context == "A newt is no pet."
        assert store.get_memory("c", owner="other").context == "Quuxbert?"
        assert store.search_memories("Quuxbert", Scope()) == ()
        store.forget_memories(["c"], owner="other")
        store.delete_session(session.id)
        assert store.problems() == ()
    for file in path.parent.iterdir():
        assert b"uuxbert" not in file.read_bytes().lower()


def test_another_owners_memory_is_not_there(store):
    store.keep_memories([Memory(text="Mine.", id="m")], owner="one")
    for ask in (store.get_memory, store.memory_events):
        with pytest.raises(UnknownEntry):
            ask("m", owner="two")
    with pytest.raises(UnknownEntry):
        store.forget_memories(["m"], owner="two")
    store.keep_memories([Memory(text="Yours.", id="m")], owner="two")
    assert texts(store.memories(Scope("one"))) == ["Mine."]


NAMES = st.sampled_from(["Ana", "Bo", "Cy"])
MEMORIES = st.builds(
    Memory,
    text=st.just("the same words"),
    holder=st.sampled_from(["", "Ana", "Bo"]),
    subject=NAMES,
    session=st.sampled_from(["", "s1", "s2"]),
    witnesses=st.lists(NAMES, max_size=2, unique=True).map(lambda names: tuple(sorted(names))),
    kind=st.sampled_from(["fact", "event"]),
    said_at=st.sampled_from([DAY, LATER]),
)
SCOPES = st.builds(
    Scope,
    owner=st.sampled_from(["one", "two"]),
    holder=st.none() | NAMES,
    subject=st.none() | NAMES,
    session=st.none() | st.sampled_from(["s1", "s2"]),
    heard_by=st.none() | NAMES,
    kinds=st.sampled_from([(), ("fact",), ("fact", "event")]),
    at=st.none() | st.sampled_from([DAY, LATER]),
)


def is_seen(scope, owner, memory):
    """What a scope promises, said again in Python."""
    return (
        owner == scope.owner
        and (scope.holder is None or memory.holder in ("", scope.holder))
        and (scope.subject is None or memory.subject == scope.subject)
        and (scope.session is None or memory.session == scope.session)
        and (scope.heard_by is None or not memory.witnesses or scope.heard_by in memory.witnesses)
        and (not scope.kinds or memory.kind in scope.kinds)
        and (scope.at is None or memory.valid_from <= scope.at)
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(["one", "two"]), MEMORIES), max_size=12), SCOPES)
def test_every_way_to_ask_shows_what_the_scope_sees_and_nothing_else(place, kept, scope):
    few = {"indexed_from_rows": 3} if isinstance(place.empty().address, Path) else {}
    with place.open(**few) as store:
        expected = set()
        for owner, memory in kept:
            (one,) = store.keep_memories(
                [memory], owner=owner, vectors=[[1.0, 0.5]], fingerprint="toy"
            )
            if is_seen(scope, owner, one):
                expected.add(one.id)
        store.index_memories(owner=scope.owner)
        for found in (
            store.memories(scope),
            [one.memory for one in store.search_memories("words", scope, limit=99)],
            [one.memory for one in store.nearest_memories([1, 0], scope, limit=99)],
        ):
            assert {memory.id for memory in found} == expected


def test_which_turns_somebody_learned_from_is_known(store):
    store.keep_memories([Memory(text="Pets.", holder="Ana", provenance=("t1", "t2"))])
    store.keep_memories([Memory(text="Job.", holder="Eve", provenance=("t3",))])
    asked = ["t1", "t3", "t4"]
    assert store.remembered_turns(asked, holder="Ana") == {"t1"}
    assert store.remembered_turns(asked, holder="Ana", owner="other") == frozenset()
    assert store.remembered_turns([], holder="Ana") == frozenset()
