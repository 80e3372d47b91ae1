"""A stored conversation: nothing said is lost, and every reply stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from personae.conversation import MAX_MESSAGE_CHARS, Conversation, checked_message, checked_user
from personae.data import Persona
from personae.draft import Emission
from personae.encoders.disclosure import open_disclosure
from personae.errors import BackendError, Cancelled, InvalidOption, UnknownEntry
from personae.lm.scripted import ScriptedModel
from personae.memory.keeping import Keeper
from personae.memory.remembering import Remembering
from personae.settings import load_settings
from personae.speaker import Speaker
from personae.store.memory_types import Scope
from personae.store.sqlite import open_store

ANA = Persona(name="Ana", id="ana", greetings=("Hello {{user}}!", "You again?"))


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "p.db") as opened:
        yield opened


def speaker_of(*replies, method="plain", **options) -> Speaker:
    return Speaker(ScriptedModel(list(replies) or ["Reply {seed}."]), method, options=options)


def begun(store, *replies, persona=ANA, **options) -> Conversation:
    return Conversation.begin(store, persona, speaker_of(*replies), user="Bo", **options)


def texts(talk: Conversation) -> list[str]:
    return [turn.text for turn in talk.path]


def test_a_session_begins_with_a_greeting(store):
    assert texts(begun(store)) == ["Hello {{user}}!"]
    assert texts(begun(store, greeting=1)) == ["You again?"]
    assert texts(begun(store, greeting=None)) == []
    assert begun(store).path[0].labels == {"greeting": True}


def test_what_is_said_and_replied_is_kept_with_how_it_came_about(store):
    talk = begun(store, "Fine.")
    assert talk.say("How are you?").text == "Fine."
    assert texts(talk) == ["Hello {{user}}!", "How are you?", "Fine."]
    why = talk.why()
    assert why["reply"] == "Fine."
    assert "Hello Bo!" in why["prompt"]
    assert {part["name"] for part in why["parts"]} >= {"identity"}
    assert not talk.awaits_reply


@pytest.mark.parametrize("text", ["", "  \n\t", "x" * (MAX_MESSAGE_CHARS + 1)])
def test_an_empty_or_huge_message_leaves_no_trace(store, text):
    talk = begun(store)
    with pytest.raises(InvalidOption, match=r"empty|at most 20,000"):
        talk.say(text)
    assert texts(talk) == ["Hello {{user}}!"]


def test_what_is_not_unicode_is_replaced():
    assert "\udcff" not in checked_message("a\udcff\ud800b")
    assert checked_message("a ü 漢") == "a ü 漢"


@pytest.mark.parametrize("name", ["Ana", " ana ", "Annie", ""])
def test_the_user_cannot_have_the_characters_name(store, name):
    with pytest.raises(InvalidOption, match="--user"):
        checked_user(name, Persona(name="Ana", nickname="Annie"))
    with pytest.raises(InvalidOption):
        Conversation.begin(store, Persona(name="Ana", nickname="Annie"), speaker_of(), user=name)
    assert store.list_sessions() == ()


def test_a_reply_that_fails_leaves_what_the_user_said(store):
    talk = begun(store, BackendError("down", failure="refused"), "Here again.")
    with pytest.raises(BackendError):
        talk.say("Are you there?")
    assert texts(talk)[-1] == "Are you there?"
    assert talk.awaits_reply
    again = Conversation.resume(store, talk.session.id, talk.speaker)
    assert again.answer().text == "Here again."


def test_a_reply_that_is_cancelled_can_be_made_after_all(store):
    talk = begun(store, "One two three four.")
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        talk.say("Hi.", cancel=cancel)
    assert talk.regenerate().text == "One two three four."
    assert texts(talk)[1:] == ["Hi.", "One two three four."]


def test_another_reply_stands_beside_the_first(store):
    talk = begun(store)
    first = talk.say("Hi.").text
    second = talk.regenerate().text
    third = talk.regenerate().text
    assert len({first, second, third}) == 3
    assert texts(talk) == ["Hello {{user}}!", "Hi.", third]
    siblings = store.siblings(talk.path[-1].id)
    assert [turn.text for turn in siblings] == [first, second, third]


def test_another_reply_that_fails_leaves_the_first_in_place(store):
    talk = begun(store, "First.", BackendError("down", failure="refused"))
    talk.say("Hi.")
    before = talk.path
    with pytest.raises(BackendError):
        talk.regenerate()
    assert talk.path == before


def test_while_another_reply_is_made_the_first_is_still_the_last(store):
    talk = begun(store, "First.", "Second.")
    talk.say("Hi.")
    seen = []
    talk.regenerate(emit=lambda _: seen.append(store.path_to(talk.session.id)[-1].text))
    assert set(seen) == {"First."}
    assert texts(talk)[-1] == "Second."


@pytest.mark.parametrize("greeting", [0, None])
def test_without_a_reply_there_is_none_to_make_anew(store, greeting):
    with pytest.raises(InvalidOption, match="no reply to make anew"):
        begun(store, greeting=greeting).regenerate()


def test_undo_takes_back_the_message_and_its_reply_but_not_the_greeting(store):
    talk = begun(store)
    talk.say("One.")
    talk.say("Two.")
    assert next(turn.text for turn in talk.undo()) == "Two."
    assert texts(talk)[1] == "One."
    talk.undo()
    assert texts(talk) == ["Hello {{user}}!"]
    assert talk.undo() == ()


def test_a_branch_goes_on_from_another_reply(store):
    talk = begun(store, "First.", "Second.", "After first.")
    talk.say("Hi.")
    first = talk.path[-1]
    talk.regenerate()
    talk.go_to(first.id)
    talk.say("And?")
    assert texts(talk)[1:] == ["Hi.", "First.", "And?", "After first."]


def test_a_change_of_method_is_remembered(store):
    talk = begun(store)
    talk.use(speaker_of(method="rule-based-role", max_words=9))
    assert (talk.session.method, talk.session.options) == ("rule-based-role", {"max_words": 9})
    kept = store.get_session(talk.session.id)
    assert (kept.method, kept.model, kept.options) == (
        "rule-based-role", "scripted", {"max_words": 9},
    )  # fmt: skip
    assert talk.say("Hi.").method == "rule-based-role"


def test_the_same_seed_gives_the_same_conversation(store):
    def run(seed: int) -> list[str]:
        talk = Conversation.begin(store, ANA, Speaker(ScriptedModel()), user="Bo", seed=seed)
        talk.say("How is the weather?")
        talk.regenerate()
        talk.say("And tomorrow, will it rain?")
        return texts(talk)

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_resuming_takes_the_persona_as_it_was(store):
    talk = begun(store)
    store.save_persona(ANA.model_copy(update={"description": "Changed."}))
    assert Conversation.resume(store, talk.session.id, speaker_of()).persona == ANA
    with pytest.raises(UnknownEntry):
        Conversation.resume(store, "no-such-session", speaker_of())


def memories(talk: Conversation, heard: str) -> list[str]:
    return [memory.text for memory in talk.remembered(heard, talk.path)]


def test_an_earlier_session_comes_back_in_the_scene(store):
    begun(store).say("My brother keeps bees in Leiria.")
    talk = begun(store)
    talk.say("Do you remember the bees?")
    assert [m.text for m in talk.scene(talk.path).memories] == [
        'Bo once said: "My brother keeps bees in Leiria."'
    ]
    assert "bees" not in " ".join(memories(talk, "Nice weather"))


def test_only_what_was_said_to_this_persona_by_others_is_remembered(store):
    begun(store, "I keep bees too.").say("Tell me about bees.")
    begun(store, persona=Persona(name="Cy", id="cy")).say("Bees sting me all summer.")
    assert memories(begun(store), "bees?") == ['Bo once said: "Tell me about bees."']


def test_what_was_undone_is_not_remembered(store):
    other = begun(store)
    other.say("My secret is that I fear bees.")
    other.undo()
    talk = begun(store)
    talk.say("Bees are loud, I must say.")
    talk.undo()
    for number in range(20):
        talk.say(f"Message {number}.")
    assert memories(talk, "bees") == []


def test_old_turns_of_this_session_come_back_and_near_ones_do_not(store):
    talk = begun(store)
    talk.say("I have an otter called Nub.")
    assert memories(talk, "the otter") == []
    for number in range(10):
        talk.say(f"Message {number}.")
    assert memories(talk, "the otter") == ['Bo once said: "I have an otter called Nub."']


def test_remembering_does_not_list_all_sessions(store, monkeypatch):
    for _ in range(3):
        begun(store).say("Bees, bees, bees all over.")
    talk = begun(store)
    asked: list[str] = []
    get_session = store.get_session

    def counting(session_id, **options):
        asked.append(session_id)
        return get_session(session_id, **options)

    monkeypatch.setattr(store, "get_session", counting)
    monkeypatch.setattr(store, "list_sessions", None)
    for _ in range(5):
        assert len(memories(talk, "about bees")) == 3
    assert len(asked) == 3  # each earlier session once


def test_what_a_lore_entry_must_remember_is_kept_with_the_reply(store):
    from personae.data import Lorebook, LoreEntry

    entry = LoreEntry(content="Rex bites.", keys=("dogs",), id="rex",
                      decorators=(("dont_activate_after_match", ""),))  # fmt: skip
    persona = ANA.model_copy(update={"lorebook": Lorebook(entries=(entry,))})
    lm = ScriptedModel(["One.", "Two."])
    talk = Conversation.begin(store, persona, Speaker(lm, "in-character"), user="Bo")
    talk.say("Any dogs?")
    talk.say("Really, dogs?")
    prompts = ["\n".join(m.content for m in request.messages) for request in lm.requests]
    assert "Rex bites." in prompts[0]
    assert "Rex bites." not in prompts[1]


def test_a_conversation_killed_in_the_middle_of_a_reply_loses_that_reply_alone(tmp_path):
    script = tmp_path / "slow.py"
    script.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from personae.conversation import Conversation\n"
        "from personae.data import Persona\n"
        "from personae.lm.scripted import ScriptedModel\n"
        "from personae.speaker import Speaker\n"
        "from personae.store.sqlite import open_store\n"
        "store = open_store(Path(sys.argv[1]))\n"
        "lm = ScriptedModel(['Quick.', 'word ' * 500], delay_s=0.02)\n"
        "ana = Persona(name='Ana', id='ana')\n"
        "talk = Conversation.begin(store, ana, Speaker(lm), user='Bo')\n"
        "talk.say('First.')\n"
        "print(talk.session.id, flush=True)\n"
        "talk.say('Second.', emit=lambda e: print('writing', flush=True))\n"
    )
    database = tmp_path / "p.db"
    with subprocess.Popen(
        [sys.executable, script, database], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        session_id = process.stdout.readline().strip()
        assert process.stdout.readline() == "writing\n"
        os.kill(process.pid, signal.SIGKILL)
    with open_store(database) as store:
        assert store.problems() == ()
        talk = Conversation.resume(store, session_id, speaker_of("After all."))
        assert texts(talk) == ["First.", "Quick.", "Second."]
        assert talk.awaits_reply
        talk.answer()
        assert texts(talk)[-1] == "After all."


def test_a_locked_database_is_told_and_the_talk_goes_on(tmp_path):
    import sqlite3

    from personae.errors import StoreError

    with open_store(tmp_path / "p.db", busy_timeout_s=0.05) as store:
        talk = begun(store, "Fine.")
        other = sqlite3.connect(tmp_path / "p.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        with pytest.raises(StoreError):
            talk.say("Hi.")
        assert time.monotonic() - started < 5
        other.execute("ROLLBACK")
        other.close()
        assert texts(talk) == ["Hello {{user}}!"]
        talk.say("Hi.")
        assert texts(talk)[-1] == "Fine."


def test_emissions_are_heard_while_the_reply_is_made(store):
    heard: list[Emission] = []
    begun(store, "One two three four five six seven.").say("Hi.", emit=heard.append)
    assert "".join(e.text for e in heard) == "One two three four five six seven."
    assert not load_settings().database.exists()  # the store is the one that was given


@pytest.fixture
def remembering(store):
    disclosure = open_disclosure()
    return Remembering(Keeper(store, disclosure.embedder), disclosure)


def test_what_the_user_told_is_a_memory_and_comes_back_in_another_session(store, remembering):
    first = begun(store, "Nice.", memory=remembering)
    first.say("I have two dogs. How are you?")
    (kept,) = store.memories(Scope())
    assert (kept.text, kept.subject, kept.holder) == ("I have two dogs.", "Bo", "Ana")
    assert first.remembered("my pets", first.path) == ()  # near turns are in the prompt anyway
    again = begun(store, memory=remembering)
    (back, *_) = again.remembered("Which pets do I have?", again.path)
    assert back.text == 'Bo once said: "I have two dogs."'
    assert back.provenance == (first.path[1].id,)
    other = Conversation.begin(store, ANA, speaker_of("x"), user="Cy", memory=remembering)
    assert all(one.kind == "event" for one in other.remembered("Which pets?", other.path))


def test_what_was_undone_is_no_longer_recalled(store, remembering):
    talk = begun(store, memory=remembering)
    talk.say("I have two dogs.")
    talk.undo()
    assert begun(store, memory=remembering).remembered("Which pets do I have?", ()) == ()


def test_with_a_session_goes_what_was_learned_in_it(store, remembering):
    talk = begun(store, memory=remembering)
    talk.say("I have two dogs named Quuxbert.")
    store.delete_session(talk.session.id)
    assert store.memories(Scope(past=True)) == ()
    assert store.vector_keys("memories") == frozenset()


def test_a_reply_that_was_lost_is_learned_from_when_it_is_made(store, remembering):
    talk = begun(store, memory=None)
    talk.say("I have two dogs.")
    resumed = Conversation.resume(store, talk.session.id, speaker_of("Fine."), memory=remembering)
    resumed.say("Hello again.")
    assert [one.text for one in store.memories(Scope())] == ["I have two dogs."]


def test_what_was_kept_can_be_read_in_a_log(store, remembering):
    talk = begun(store, memory=remembering)
    assert talk.write_log() == []
    talk.say("I have two dogs.")
    talk.say("I have two dogs!")
    first, again = talk.write_log()
    assert (first["outcome"], again["outcome"]) == ("kept", "repeated")
    assert (first["text"], first["about"]) == ("I have two dogs.", "Bo")
    assert again["instead_of"] == "I have two dogs."
    assert again["cosine"] > 0.9
    assert first["turns"] == [talk.path[1].id]


def test_what_the_persona_says_of_itself_is_kept_when_asked_for(store, remembering):
    own = replace(remembering, own=True)
    talk = begun(store, "I grew up on a farm near Porto.", "I have two dogs.", memory=own)
    talk.say("Hello!")
    talk.say("Good evening.")
    kept = {one.text: one for one in store.memories(Scope(subject="Ana"))}
    assert "I grew up on a farm near Porto." in kept
    assert kept["I grew up on a farm near Porto."].provenance == (talk.path[2].id,)
    assert kept["I grew up on a farm near Porto."].witnesses == ()
    plain = begun(store, "I sold my boat last year.", memory=remembering)
    plain.say("Hello!")
    assert "I sold my boat last year." not in [one.text for one in store.memories(Scope())]
    back = begun(store, memory=own).remembered("Where did you grow up, on a farm?", ())
    assert 'Ana once said: "I grew up on a farm near Porto."' in [one.text for one in back]
