"""event-driven (S076): windows of the day, cooldowns, who brings it up."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.data import Event, Persona, Scene, Turn
from personae.lm.scripted import ScriptedModel
from personae.methods.event_driven import event_text, is_open, user_says_little
from personae.speaker import Speaker

RAIN = Event(id="rain", what_happened="Rain drums on {{char}}'s roof.", topics=("rain", "roof"),
             place="the attic", effect_on_mood="cosy")  # fmt: skip
MAIL = Event(id="mail", what_happened="A letter came.", topics=("letter", "mail"))
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def scene_of(*texts: str, events=(RAIN,), now=NOON) -> Scene:
    turns = tuple(Turn(speaker=("Bo", "Ana")[n % 2], text=text) for n, text in enumerate(texts))
    persona = Persona(name="Ana", id="ana", events=tuple(events))
    return Scene(persona=persona, user="Bo", turns=turns, now=now)


def speaker_of(embedder=None, clock=None, **options) -> Speaker:
    lm = ScriptedModel(["Fine {seed}."])
    return Speaker(lm, "event-driven", options=options, embedder=embedder, clock=clock)


@pytest.mark.parametrize(
    ("hours", "hour", "minute", "expected"),
    [
        (None, 3, 0, True),
        ((8, 12), 8, 0, True),
        ((8, 12), 11, 59, True),
        ((8, 12), 12, 0, False),
        ((22, 2), 23, 30, True),
        ((22, 2), 1, 59, True),
        ((22, 2), 2, 0, False),
        ((22, 2), 12, 0, False),
        ((0, 24), 23, 59, True),
        ((7.5, 8), 7, 29, False),
        ((7.5, 8), 7, 30, True),
    ],
)
def test_a_window_of_the_day_may_wrap_past_midnight(hours, hour, minute, expected):
    event = RAIN.model_copy(update={"hours": hours})
    assert is_open(event, NOON.replace(hour=hour, minute=minute)) is expected


def test_an_event_to_speak_of_stands_after_the_last_turn_and_is_noted():
    draft = speaker_of().prompt(scene_of("Hi."))
    (part,) = [part for part in draft.parts if part.name == "event"]
    assert (part.role, part.depth) == ("history", 0)
    assert part.text.endswith("happening: Rain drums on Ana's roof.")
    assert part.text in draft.messages[-1].content
    assert draft.notes["event"] == "rain"
    assert draft.evidence[-1].source == "event:rain"


def test_an_event_that_need_not_be_spoken_of_stands_before_the_last_turn():
    draft = speaker_of(proactive=False).prompt(scene_of("Hi."))
    (part,) = [part for part in draft.parts if part.name == "event"]
    assert part.role == "volatile"
    for piece in ("Rain drums on Ana's roof.", "Where: the attic.", "It makes you feel: cosy."):
        assert piece in part.text
    assert part.text in draft.messages[-2].content


def test_without_events_it_is_a_plain_reply():
    draft = speaker_of(events=False).prompt(scene_of("Hi."))
    assert "event" not in draft.notes
    assert not any(part.name == "event" for part in draft.parts)


def turn_after(speaker: Speaker, scene: Scene, said: str = "Well, go on then please.") -> Scene:
    """The scene with the reply to it and the user's next turn."""
    reply = speaker.reply(scene)
    return scene.model_copy(update={"turns": (*scene.turns, reply.to_turn())}).said("Bo", said)


def notes_of_replies(speaker: Speaker, scene: Scene, count: int, **said) -> list[dict]:
    notes = []
    for _ in range(count):
        notes.append(speaker.prompt(scene).notes)
        scene = turn_after(speaker, scene, **said)
    return notes


def test_an_event_lasts_then_rests_and_is_brought_up_when_it_begins():
    event = RAIN.model_copy(update={"cooldown_turns": 4})
    scene = scene_of("Tell me about your day, please.", events=[event])
    notes = notes_of_replies(speaker_of(active_turns=2), scene, 8)
    assert [note.get("event") for note in notes] == ["rain", "rain", *[None] * 4, "rain", "rain"]
    assert [note.get("event_turn") for note in notes[:2]] == [0, 1]
    assert [note.get("proactive") for note in notes[:2]] == [True, False]


def test_a_quiet_user_makes_the_character_bring_it_up_again():
    notes = notes_of_replies(speaker_of(), scene_of("Well, good morning to you."), 3, said="Hm.")
    assert [note["proactive"] for note in notes] == [True, False, True]
    quiet = notes_of_replies(speaker_of(proactive=False), scene_of("Hm."), 3, said="Hm.")
    assert [note["proactive"] for note in quiet] == [False] * 3


@pytest.mark.parametrize(
    ("texts", "little"),
    [
        (["Hm.", "x", "Yes I do."], True),
        (["Hm.", "x", "Yes I do indeed."], False),
        (["Hm."], False),
    ],
)
def test_little_is_less_than_four_words_twice(texts, little):
    assert user_says_little(scene_of(*texts)) is little


def test_an_event_whose_window_closes_is_over(monkeypatch):
    event = RAIN.model_copy(update={"hours": (12, 13)})
    speaker, scene = speaker_of(), scene_of("Hello there, how are you?", events=[event])
    scene = turn_after(speaker, scene)
    assert speaker.prompt(scene).notes["event_turn"] == 1
    later = scene.model_copy(update={"now": NOON + timedelta(hours=2)})
    assert "event" not in speaker.prompt(later).notes


def test_without_a_time_in_the_scene_the_clock_tells_it():
    event = RAIN.model_copy(update={"hours": (12, 13)})
    scene = scene_of("Hello there, how are you?", events=[event], now=None)
    hour = [12]
    speaker = speaker_of(clock=lambda: NOON.replace(hour=hour[0]))
    scene = turn_after(speaker, scene)
    assert speaker.prompt(scene).notes["event"] == "rain"
    hour[0] = 15
    assert "event" not in speaker.prompt(scene).notes


def test_an_event_without_a_cooldown_begins_again_after_its_turns():
    event = RAIN.model_copy(update={"cooldown_turns": 0})
    scene = scene_of("Tell me about your day, please.", events=[event])
    notes = notes_of_replies(speaker_of(active_turns=3), scene, 7)
    assert [note["event_turn"] for note in notes] == [0, 1, 2, 0, 1, 2, 0]


def test_with_an_embedder_the_event_that_fits_what_is_said_is_taken(word_embedder):
    for heard, wanted in (("Is that rain on the roof?", "rain"), ("Any letter or mail?", "mail")):
        draft = speaker_of(word_embedder).prompt(scene_of(heard, events=[RAIN, MAIL]))
        assert draft.notes["event"] == wanted


def test_without_one_events_are_drawn_by_weight():
    likely = RAIN.model_copy(update={"weight": 9.0})
    speaker = speaker_of()
    drawn = [
        speaker.prompt(scene_of("Hi.", events=[likely, MAIL]), seed=seed).notes["event"]
        for seed in range(200)
    ]
    assert 160 <= drawn.count("rain") <= 199


@settings(max_examples=10, deadline=None)
@given(
    cooldowns=st.lists(st.integers(1, 30), min_size=1, max_size=5),
    active=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_a_cooldown_is_never_broken_over_two_hundred_turns(cooldowns, active, seed):
    from personae.draft import Draft, Kit
    from personae.methods.event_driven import _add_event

    step = _add_event(True, active)
    events = tuple(
        Event(id=f"e{n}", what_happened="x", cooldown_turns=rest)
        for n, rest in enumerate(cooldowns)
    )
    persona = Persona(name="Ana", id="ana", events=events)
    kit, history, turns = Kit(ScriptedModel(), seed=seed), [], []
    for _ in range(200):
        turns.append(Turn(speaker="Bo", text="And then, what happened next?"))
        scene = Scene(persona=persona, user="Bo", turns=tuple(turns), now=NOON)
        event = step(Draft(scene), kit).notes.get("event", "")
        history.append(event)
        turns.append(Turn(speaker="Ana", text="x", labels={"event": event} if event else {}))
    assert any(history)
    for number, rest in enumerate(cooldowns):
        seen = [at for at, event in enumerate(history) if event == f"e{number}"]
        runs = 1
        for before, after in itertools.pairwise(seen):
            if after == before + 1:
                runs += 1
                assert runs <= active
            else:
                assert after - before > rest
                runs = 1


def test_the_text_of_an_event_leaves_out_what_is_not_known():
    text = event_text(MAIL, opens=False)
    assert text.endswith("A letter came.")
    assert "Where" not in text
    assert "feel" not in text


class _Vectors:
    """An embedder for which a text is about rain or about nothing."""

    name = fingerprint = "rain"
    dimensions = 2

    def embed(self, texts):
        import numpy as np

        return np.array(
            [[1.0, 0.0] if "rain" in text.lower() else [0.0, 1.0] for text in texts],
            dtype=np.float32,
        )


def test_a_reply_that_is_to_speak_of_the_event_is_drawn_until_it_does():
    lm = ScriptedModel(["I had soup.", "I had bread.", "The rain is loud.", "I had milk."])
    heard = []
    speaker = Speaker(lm, "event-driven", embedder=_Vectors())
    reply = speaker.reply(scene_of("Hi."), emit=heard.append)
    assert reply.text == "The rain is loud."
    assert len(reply.draft.candidates) == 3
    assert [emission.kind for emission in heard].count("restart") == 2


def test_when_no_draw_speaks_of_the_event_the_nearest_is_shown_again():
    lm = ScriptedModel(["I had soup.", "I had bread."])
    heard = []
    speaker = Speaker(lm, "event-driven", embedder=_Vectors(), options={"draws": 2})
    reply = speaker.reply(scene_of("Hi."), emit=heard.append)
    assert reply.text == "I had soup."
    assert heard[-2].kind == "restart"
    assert heard[-1].text == "I had soup."
