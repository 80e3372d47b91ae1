"""Tests of personae.formats.statistics."""

from __future__ import annotations

from personae.data import Dialogue, Persona, Traits, Turn
from personae.formats.dailydialog import read
from personae.formats.statistics import dialogue_statistics, persona_statistics, words_of


def test_words_are_between_spaces_and_han_characters_are_words():
    assert words_of("Hello , YOU don't") == ["hello", ",", "you", "don't"]
    assert words_of("我爱cats 猫") == ["我", "爱", "cats", "猫"]
    assert words_of("나는 간다") == ["나는", "간다"]


def test_dialogues_are_counted():
    dialogue = Dialogue(
        id="d",
        language="en",
        turns=(
            Turn(speaker="A", text="a b a", labels={"act": "ask", "fields": {"x": 1}}),
            Turn(speaker="B", text="a b c", labels={"act": "tell"}),
            Turn(speaker="N", text="not counted", kind="narration"),
        ),
        personas={"B": Persona(name="B", statements=("I am.", "I was."))},
        labels={"topic": "work"},
    )
    counted = dialogue_statistics([dialogue, Dialogue(id="e")])
    assert (counted.dialogues, counted.turns, counted.turns_per_dialogue) == (2, 3, 1.5)
    assert (counted.words, counted.words_per_turn, counted.vocabulary) == (6, 3.0, 3)
    assert counted.distinct_1 == 0.5
    assert counted.distinct_2 == 0.75  # a b, b a, a b, b c
    assert (counted.personas, counted.statements_per_persona) == (1, 2.0)
    assert counted.languages == {"en": 1, "unknown": 1}
    assert counted.dialogue_labels == {"topic": {"work": 1}}
    assert counted.turn_labels == {"act": {"ask": 1, "tell": 1}}


def test_labels_with_many_values_are_no_classes():
    many = [Dialogue(id=str(n), labels={"url": f"u{n}", "fold": "test"}) for n in range(50)]
    assert dialogue_statistics(many).dialogue_labels == {"fold": {"test": 50}}


def test_nothing_counts_as_zero():
    assert dialogue_statistics([]).words_per_turn == 0
    assert persona_statistics([]).statements_per_persona == 0


def test_personas_are_counted():
    personas = [
        Persona(name="A", statements=("I ski.",), traits=Traits(mbti="INTJ")),
        Persona(name="B", statements=("I bake.", "I ski."), attributes={"gender": "male"}),
    ]
    counted = persona_statistics(personas)
    assert (counted.personas, counted.statements_per_persona, counted.words) == (2, 1.5, 6)
    assert counted.dialogue_labels == {"gender": {"male": 1}, "mbti": {"INTJ": 1}}


def test_the_published_figures_of_dailydialog_come_out(dataset_dir):
    folder = dataset_dir("dailydialog")
    counted = dialogue_statistics(
        dialogue
        for name in ("test_original.json", "valid_original.json")
        for dialogue in read(folder / name)
    )
    assert round(counted.turns_per_dialogue, 2) == 7.90
    assert round(counted.words_per_turn, 1) == 13.7
    assert round(counted.turn_labels["emotion"]["no_emotion"] / counted.turns, 3) == 0.849
