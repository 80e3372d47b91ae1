"""Which turns are asked for, and in which scene."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from personae.data import Dialogue, Persona, Turn
from personae.errors import FormatError
from personae.evaluate.targets import played_speaker, sample_seed, targets


def dialogue(*said: tuple[str, str], name: str = "d", **fields) -> Dialogue:
    turns = tuple(Turn(speaker=speaker, text=text) for speaker, text in said)
    return Dialogue(id=name, turns=turns, **fields)


TALK = (("A", "hi"), ("B", "hello"), ("A", "how are you"), ("B", "fine"))


def test_the_last_new_speaker_with_a_persona_is_played():
    both = {"A": Persona(name="A"), "B": Persona(name="B")}
    assert played_speaker(dialogue(*TALK, personas=both)) == "B"
    assert played_speaker(dialogue(*TALK, personas={"A": Persona(name="A")})) == "A"
    assert played_speaker(dialogue(*TALK)) is None


def test_a_persona_that_never_speaks_is_not_played():
    personas = {"A": Persona(name="A"), "silent": Persona(name="silent")}
    assert played_speaker(dialogue(*TALK, personas=personas)) == "A"


def test_the_label_decides_where_there_is_one():
    both = {"A": Persona(name="A"), "B": Persona(name="B")}
    assert played_speaker(dialogue(*TALK, personas=both, labels={"test_speaker": "A"})) == "A"
    assert played_speaker(dialogue(*TALK, personas=both, labels={"test_speaker": 7})) == "B"


def test_each_turn_has_the_gold_history_and_not_the_partners_persona():
    both = {"A": Persona(name="A"), "B": Persona(name="B", statements=("I am fine.",))}
    first, second = targets([dialogue(*TALK, personas=both, scenario="a party")])
    assert (first.id, second.id) == ("d:1", "d:3")
    assert (first.reference, second.reference) == ("hello", "fine")
    scene = second.scene()
    assert [turn.text for turn in scene.turns] == ["hi", "hello", "how are you"]
    assert (scene.persona, scene.user, scene.scenario) == (both["B"], "A", "a party")
    assert scene.user_persona is None
    assert scene.last_user_text == "how are you"


def test_the_time_is_that_of_the_data_or_a_fixed_one():
    said_at = datetime(2020, 5, 1, 9, tzinfo=UTC)
    turns = (
        Turn(speaker="A", text="hi", said_at=said_at),
        Turn(speaker="B", text="hello"),
        Turn(speaker="B", text="are you there?"),
    )
    found = targets([Dialogue(id="d", turns=turns, labels={"test_speaker": "B"})])
    assert [target.scene().now for target in found] == [
        said_at,
        datetime(2026, 1, 1, 12, tzinfo=UTC),
    ]


def test_a_persona_named_otherwise_still_knows_its_own_turns():
    personas = {"B": Persona(name="Barbara", statements=("I sail.",))}
    (_, target) = targets([dialogue(*TALK, personas=personas)])
    scene = target.scene()
    assert scene.persona.name == "B"
    assert scene.persona.statements == ("I sail.",)


def test_openings_and_empty_turns_are_not_asked_for():
    talk = (("A", "hi"), ("B", " "), ("A", "well?"))
    found = targets([dialogue(*talk, labels={"test_speaker": "A"})])
    assert [target.position for target in found] == [2]
    assert targets([dialogue(*talk, labels={"test_speaker": "B"})]) == ()


def test_the_user_is_the_one_who_spoke_last():
    talk = (("A", "hi"), ("C", "hey"), ("B", "hello"))
    (target,) = targets([dialogue(*talk, labels={"test_speaker": "B"})])
    assert target.scene().user == "C"


def test_the_limit_counts_turns_and_stops_reading():
    def endless():
        for at in range(3):
            yield dialogue(*TALK, name=str(at), labels={"test_speaker": "B"})
        raise AssertionError("read too far")

    assert [target.id for target in targets(endless(), 3)] == ["0:1", "0:3", "1:1"]


def test_two_dialogues_of_one_id_are_refused():
    with pytest.raises(FormatError, match="Two dialogues have the id 'd'"):
        targets([dialogue(*TALK), dialogue(*TALK)])


def test_the_seed_of_a_sample_depends_on_run_seed_and_id_alone():
    assert sample_seed(0, "d:1") == 2114676556
    assert len({sample_seed(seed, name) for seed in (0, 1) for name in ("d:1", "d:3")}) == 4
    assert all(0 <= sample_seed(0, str(at)) < 2**31 for at in range(200))
