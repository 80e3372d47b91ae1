"""Personas, sessions, turns and search in the store, on each database."""

from __future__ import annotations

import re
import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.data import Persona
from personae.errors import InvalidOption, StoreError, UnknownEntry
from personae.store.types import MAX_TURN_CHARACTERS, ROOT, NewTurn

ON_SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


def texts(turns):
    return [turn.text for turn in turns]


def exchange(store, session, said, reply, **options):
    turns = [NewTurn("You", said), NewTurn("Ana", reply)]
    return store.append_exchange(session.id, turns, **options)


# Personas


def test_saving_the_same_persona_again_makes_no_new_version(store, ana):
    assert [store.save_persona(ana), store.save_persona(ana)] == [1, 1]
    changed = ana.model_copy(update={"style": "short"})
    assert store.save_persona(changed) == 2
    assert store.save_persona(ana) == 3
    assert [version.version for version in store.persona_versions("ana")] == [1, 2, 3]


def test_a_persona_comes_back_as_it_was_in_each_version(store, ana):
    changed = ana.model_copy(update={"name": "Ana María", "card": {"z": [1, None], "a": "é🐕"}})
    store.save_persona(ana)
    store.save_persona(changed)
    assert store.find_persona("ana") == changed
    assert list(store.find_persona("ana").card) == ["z", "a"]
    assert store.find_persona("ana", version=1) == ana
    assert store.find_persona("ana", version=3) is None


def test_a_persona_is_found_by_id_then_name_then_name_in_any_case(store):
    first = Persona(name="ÉMILE", id="one")
    second = Persona(name="Émile", id="two")
    third = Persona(name="one", id="three")
    for persona in (first, second, third):
        store.save_persona(persona)
    assert store.find_persona("one") == first
    assert store.find_persona("ÉMILE") == first
    assert store.find_persona("émile") == second  # the last one saved
    assert store.find_persona("nobody") is None
    assert store.persona_names() == ("one", "ÉMILE", "Émile")


@ON_SQLITE
def test_a_stored_persona_that_does_not_parse_is_a_store_error(store, ana, path):
    store.save_persona(ana)
    with sqlite3.connect(path) as other:
        other.execute("UPDATE persona_versions SET content = '{\"nam'")
    other.close()
    with pytest.raises(StoreError, match=r"'ana' in .* cannot be read"):
        store.find_persona("ana")


# Sessions


def test_a_session_keeps_the_version_of_the_persona_it_began_with(store, ana, begin):
    session = begin(title="first", options={"k": 5})
    store.save_persona(ana.model_copy(update={"style": "loud"}))
    again = store.get_session(session.id)
    assert again == session
    assert (again.persona_id, again.persona_version, again.options) == ("ana", 1, {"k": 5})
    assert store.dialogue(session.id).personas["Ana"] == ana


def test_sessions_are_listed_the_last_used_first(store, begin):
    first, second = begin(), begin()
    assert [session.id for session in store.list_sessions()] == [second.id, first.id]
    exchange(store, first, "hi", "hello")
    listed = store.list_sessions()
    assert [(session.id, session.turn_count) for session in listed] == [
        (first.id, 2),
        (second.id, 0),
    ]
    assert [session.id for session in store.list_sessions(limit=1)] == [first.id]


def test_the_latest_session_is_found_by_the_personas_id_or_name(store, begin):
    session = begin()
    begin(Persona(name="Bo", id="bo"))
    assert store.latest_session("ana").id == session.id
    assert store.latest_session("ANA").id == session.id
    assert store.latest_session("nobody") is None


def test_a_session_can_be_renamed_and_set_to_another_method(store, begin):
    session = begin(model="embedded")
    store.rename_session(session.id, "walks")
    store.configure_session(session.id, method="few-shot", options={"k": 2})
    again = store.get_session(session.id)
    assert (again.title, again.method, again.model) == ("walks", "few-shot", "embedded")
    assert again.options == {"k": 2}


def test_an_unknown_session_offers_the_nearest(store, begin):
    session = begin(session_id="walks-with-ana")
    with pytest.raises(UnknownEntry, match=session.id):
        store.path_to("walks-with-anna")


def test_ids_may_be_given_and_are_not_given_twice(store, begin):
    session = begin(session_id="mine")
    store.append_turn("mine", NewTurn("You", "hi", id="t1"))
    with pytest.raises(InvalidOption, match="'mine' already"):
        begin(session_id="mine")
    with pytest.raises(InvalidOption, match="'t1' already"):
        store.append_turn(session.id, NewTurn("You", "again", id="t1"))
    assert texts(store.path_to("mine")) == ["hi"]


@ON_SQLITE
def test_a_deleted_session_leaves_no_trace_in_any_file(store, begin, path):
    kept, gone = begin(), begin()
    exchange(store, kept, "kept secret", "of course")
    for number in range(40):
        labels = {"why": "zanzibarlabel"}
        turn = NewTurn("You", f"zanzibarword {number}", labels=labels, details=labels)
        store.append_turn(gone.id, turn)
    assert _files_hold(path, b"zanzibar")
    assert store.delete_session(gone.id) == 40
    assert not _files_hold(path, b"zanzibar")
    assert store.search_turns("zanzibarword") == ()
    assert texts(found.turn for found in store.search_turns("secret")) == ["kept secret"]
    assert store.problems() == ()
    with pytest.raises(UnknownEntry):
        store.get_session(gone.id)


def _files_hold(path, needle):
    return any(needle in file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_a_session_with_a_very_long_branch_can_be_deleted(store, begin):
    session = begin()
    store.append_exchange(session.id, [NewTurn("You", str(n)) for n in range(3000)])
    assert store.delete_session(session.id) == 3000
    assert store.problems() == ()


def test_the_dialogue_of_a_session_is_its_active_path(store, begin, ana):
    session = begin(title="walks")
    exchange(store, session, "hi", "hello")
    _, reply = exchange(store, session, "what?", "dogs", parent_id=ROOT)
    dialogue = store.dialogue(session.id)
    assert texts(dialogue.turns) == ["what?", "dogs"]
    assert dialogue.turns[1].id == reply.id
    assert (dialogue.scenario, dialogue.labels["title"]) == ("A kitchen.", "walks")
    assert type(dialogue).from_json(dialogue.to_json()) == dialogue


# Turns


def test_a_turn_comes_back_as_it_was(store, begin):
    session = begin()
    zone = timezone(timedelta(hours=5, minutes=30))
    said_at = datetime(1999, 12, 31, 23, 59, 59, 123457, tzinfo=zone)
    turn = NewTurn("Ana", "a\0b 🐕", kind="narration", said_at=said_at, labels={"mood": ["x", 1]})
    stored = store.append_turn(session.id, turn)
    assert store.get_turn(stored.id) == stored == store.path_to(session.id)[0]
    assert (stored.text, stored.kind, stored.said_at) == ("a\0b 🐕", "narration", said_at)
    assert (stored.parent_id, stored.labels) == (ROOT, {"mood": ["x", 1]})
    assert stored.as_turn().said_at == said_at


def test_a_turn_without_a_time_is_said_now_by_the_stores_clock(place, ana):
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with place.open(clock=lambda: noon) as store:
        session = store.create_session(ana, user_name="You", method="plain", model="m")
        assert store.append_turn(session.id, NewTurn("You", "hi")).said_at == noon
        naive = NewTurn("You", "hi", said_at=datetime(2026, 1, 1))
        assert store.append_turn(session.id, naive).said_at == datetime(2026, 1, 1, tzinfo=UTC)


ANY_TEXT = st.text(st.characters())  # lone surrogates too, as a broken terminal sends them


@given(ANY_TEXT, ANY_TEXT)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_and_speaker_can_be_kept_and_searched_for(store, ana, text, speaker):
    session = store.create_session(ana, user_name="You", method="plain", model="m")
    stored = store.append_turn(session.id, NewTurn(speaker, text, details={text: speaker}))
    assert store.get_turn(stored.id) == stored
    assert stored.text == re.sub("[\ud800-\udfff]", "\ufffd", text)
    assert stored.speaker == re.sub("[\ud800-\udfff]", "\ufffd", speaker)
    if stored.text + stored.speaker == text + speaker:
        assert store.turn_details(stored.id) == {text: speaker}
    store.search_turns(text, session_id=session.id, match="any")


def test_details_are_kept_beside_the_turn(store, begin):
    session = begin()
    details = {"candidates": [{"text": "hi", "scores": {"a": 0.5}}], "timings": {"total_s": 1.5}}
    said = store.append_turn(session.id, NewTurn("You", "hi"))
    reply = store.append_turn(session.id, NewTurn("Ana", "hi", details=details))
    assert store.turn_details(reply.id) == details
    assert store.turn_details(said.id) == {}


@pytest.mark.parametrize(
    "bad",
    [
        NewTurn("Ana", "x" * (MAX_TURN_CHARACTERS + 1)),
        NewTurn("A" * 2000, "hi"),
        NewTurn("Ana", "hi", details={"what": object()}),
        NewTurn("Ana", "hi", labels={"what": {1, 2}}),
    ],
)
def test_an_exchange_with_a_bad_turn_is_not_kept_at_all(store, begin, bad):
    session = begin()
    exchange(store, session, "hi", "hello")
    with pytest.raises(InvalidOption):
        store.append_exchange(session.id, [NewTurn("You", "lost?"), bad])
    assert texts(store.path_to(session.id)) == ["hi", "hello"]
    assert store.search_turns("lost") == ()
    assert store.get_session(session.id).turn_count == 2


def test_a_regenerated_reply_stands_beside_the_old_one(store, begin):
    session = begin()
    said, old = exchange(store, session, "hi", "hello")
    new = store.append_turn(session.id, NewTurn("Ana", "hey"), parent_id=old.parent_id)
    assert store.siblings(old.id) == store.siblings(new.id) == store.children(said.id) == (old, new)
    assert texts(store.path_to(session.id)) == ["hi", "hey"]
    store.set_active_leaf(session.id, old.id)
    assert texts(store.path_to(session.id)) == ["hi", "hello"]
    assert texts(store.path_to(session.id, leaf_id=new.id)) == ["hi", "hey"]


def test_an_edited_first_turn_keeps_the_old_branch(store, begin):
    session = begin()
    first, _ = exchange(store, session, "hi", "hello")
    _, tail = exchange(store, session, "more", "much more")
    edited = store.append_turn(session.id, NewTurn("You", "hi!"), parent_id=first.parent_id)
    assert store.siblings(first.id) == (first, edited)
    assert store.newest_leaf(first.id) == tail
    assert store.newest_leaf(edited.id) == edited
    assert texts(store.path_to(session.id)) == ["hi!"]


def test_undo_steps_back_before_the_users_last_turn_and_deletes_nothing(store, begin):
    session = begin()
    greeting = store.append_turn(session.id, NewTurn("Ana", "welcome"))
    exchange(store, session, "hi", "hello")
    store.append_exchange(
        session.id, [NewTurn("You", "walk?"), NewTurn("Ana", "(gets up)"), NewTurn("Ana", "yes")]
    )
    assert texts(store.undo(session.id)) == ["walk?", "(gets up)", "yes"]
    store.append_turn(session.id, NewTurn("You", "unanswered"))
    assert texts(store.undo(session.id)) == ["unanswered"]
    assert texts(store.undo(session.id)) == ["hi", "hello"]
    assert store.undo(session.id) == ()
    assert store.path_to(session.id) == (greeting,)
    assert store.get_session(session.id).turn_count == 7


def test_undo_of_the_very_first_exchange_leaves_an_empty_path(store, begin):
    session = begin()
    said, _ = exchange(store, session, "hi", "hello")
    store.undo(session.id)
    assert store.path_to(session.id) == ()
    assert store.get_session(session.id).active_leaf == ROOT
    other = store.append_turn(session.id, NewTurn("You", "hey"))
    assert store.siblings(said.id) == (said, other)


def test_a_turn_of_another_session_is_no_parent_and_no_leaf(store, begin):
    one, two = begin(), begin()
    turn = store.append_turn(one.id, NewTurn("You", "hi"))
    for ask in (
        lambda: store.append_turn(two.id, NewTurn("You", "hi"), parent_id=turn.id),
        lambda: store.set_active_leaf(two.id, turn.id),
        lambda: store.path_to(two.id, leaf_id=turn.id),
    ):
        with pytest.raises(InvalidOption, match="another session"):
            ask()
    with pytest.raises(UnknownEntry):
        store.append_turn(two.id, NewTurn("You", "hi"), parent_id="nothing")


@ON_SQLITE
def test_a_ring_of_parents_in_a_damaged_file_ends(store, begin, path):
    session = begin()
    said, reply = exchange(store, session, "hi", "hello")
    with sqlite3.connect(path) as other:
        other.execute("UPDATE turns SET parent_id = (SELECT max(id) FROM turns)")
    other.close()
    assert texts(store.path_to(session.id)) == ["hello"]
    assert store.newest_leaf(said.id).id == said.id
    assert store.undo(session.id) == ()
    assert store.newest_leaf(reply.id).id == reply.id


@ON_SQLITE
def test_a_damaged_row_is_one_sentence(store, begin, path):
    session = begin()
    turn = store.append_turn(session.id, NewTurn("You", "hi"))
    for change in ("said_at = 'x'", "said_at = 9223372036854775807", "labels = '[1', said_at = 0"):
        with sqlite3.connect(path) as other:
            other.execute(f"UPDATE turns SET {change}")
        other.close()
        with pytest.raises(StoreError, match="damaged"):
            store.get_turn(turn.id)
        with pytest.raises(StoreError, match="damaged"):
            store.path_to(session.id)


# Search


def test_search_finds_words_in_any_case_accent_and_script_best_first(store, begin):
    session = begin()
    for text in (
        "My DOG and another dog",
        "a dog, a cat and many other things",
        "El café",
        "天气好",
    ):
        store.append_turn(session.id, NewTurn("You", text))

    def found(query, **options):
        return texts(hit.turn for hit in store.search_turns(query, **options))

    assert found("dog") == ["My DOG and another dog", "a dog, a cat and many other things"]
    assert found("cat dog") == ["a dog, a cat and many other things"]
    assert found("cat CAFE", match="any") == ["El café", "a dog, a cat and many other things"]
    assert found("天气") == ["天气好"]
    assert found("气天") == []
    assert found("dog", limit=1) == ["My DOG and another dog"]
    assert found("!?") == []


def test_search_can_be_kept_to_one_session(store, begin):
    one, two = begin(), begin()
    exchange(store, one, "dogs", "yes")
    exchange(store, two, "dogs", "no")
    hits = store.search_turns("dogs", session_id=two.id)
    assert [hit.turn.session_id for hit in hits] == [two.id]
    assert hits[0].turn == store.get_turn(hits[0].turn.id)
    assert len(store.search_turns("dogs")) == 2


@ON_SQLITE
def test_the_index_follows_a_text_that_is_changed_in_the_table(store, begin, path):
    session = begin()
    store.append_turn(session.id, NewTurn("You", "before"))
    with sqlite3.connect(path) as other:
        other.execute("UPDATE turns SET text = 'after'")
        other.execute("INSERT INTO turns_fts (turns_fts) VALUES ('integrity-check')")
    other.close()
    assert store.search_turns("before") == ()
    assert len(store.search_turns("after")) == 1


# Owners


def test_another_owner_sees_and_changes_nothing(store, begin, ana):
    session = begin()
    turn, _ = exchange(store, session, "my dogs", "I know", owner="local")
    store.put_vectors("m", [("k", [1.0, 0.0], "dogs")], fingerprint="f")
    before = store.list_sessions(), store.path_to(session.id)
    eve = {"owner": "eve"}
    assert store.find_persona("ana", **eve) is None
    assert store.persona_names(**eve) == store.persona_versions("ana", **eve) == ()
    assert store.list_sessions(**eve) == store.search_turns("dogs", **eve) == ()
    assert store.latest_session("ana", **eve) is None
    assert store.nearest("m", [1.0, 0.0], 5, **eve) == ()
    assert store.vector_keys("m", **eve) == frozenset()
    assert store.vector_fingerprint("m", **eve) is None
    assert store.delete_vectors("m", ["k"], **eve) == 0
    store.drop_vectors("m", **eve)
    for ask in (
        lambda: store.get_session(session.id, **eve),
        lambda: store.configure_session(session.id, method="x", **eve),
        lambda: store.rename_session(session.id, "x", **eve),
        lambda: store.delete_session(session.id, **eve),
        lambda: store.set_active_leaf(session.id, turn.id, **eve),
        lambda: store.dialogue(session.id, **eve),
        lambda: store.append_turn(session.id, NewTurn("You", "x"), **eve),
        lambda: store.path_to(session.id, **eve),
        lambda: store.undo(session.id, **eve),
        lambda: store.search_turns("dogs", session_id=session.id, **eve),
        lambda: store.get_turn(turn.id, **eve),
        lambda: store.turn_details(turn.id, **eve),
        lambda: store.siblings(turn.id, **eve),
        lambda: store.children(turn.id, **eve),
        lambda: store.newest_leaf(turn.id, **eve),
    ):
        with pytest.raises(UnknownEntry) as caught:
            ask()
        assert caught.value.known == ()  # and no id is offered
    assert (store.list_sessions(), store.path_to(session.id)) == before
    assert [hit.key for hit in store.nearest("m", [1.0, 0.0], 5)] == ["k"]


def test_owners_may_use_the_same_ids(store, begin, ana):
    begin(session_id="s")
    begin(session_id="s", owner="eve")
    store.append_turn("s", NewTurn("You", "mine", id="t"))
    store.append_turn("s", NewTurn("You", "hers", id="t"), owner="eve")
    assert texts(store.path_to("s")) == ["mine"]
    assert texts(store.path_to("s", owner="eve")) == ["hers"]
    her_turns = [turn.text for turn in store.siblings("t", owner="eve")]
    assert her_turns == ["hers"]


# Threads


def test_many_threads_may_append_and_read_at_once(store, begin):
    sessions = [begin() for _ in range(6)]
    faults = []

    def talk(session):
        try:
            for number in range(20):
                exchange(store, session, f"{number}", f"re {number}")
                assert len(store.path_to(session.id)) == 2 * number + 2
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            faults.append(error)

    threads = [threading.Thread(target=talk, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert [store.get_session(session.id).turn_count for session in sessions] == [40] * 6
    assert store.problems() == ()
