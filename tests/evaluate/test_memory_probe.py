"""Tests of personae.evaluate.memory_probe: questions, what is shown, and the figures."""

from __future__ import annotations

import pytest

from personae.data import Dialogue, Sample, Turn
from personae.draft import Kit
from personae.errors import FormatError, InvalidOption
from personae.evaluate.memory_probe import (
    MEMORIES,
    Reader,
    asked_dialogues,
    found_samples,
    memories_named,
    probe_metrics,
    questions_in,
    rankings,
)
from personae.evaluate.targets import targets
from personae.lm.scripted import ScriptedModel


def chat(name: str = "c") -> Dialogue:
    lines = ("I ski in Graz.", "I have a red boat.", "Fine weather.", 'It is "hot"\nhere.')
    turns = tuple(
        Turn(speaker="AB"[at % 2], text=text, id=f"D1:{at}", labels={"session": 1})
        for at, text in enumerate(lines)
    )
    questions = [
        {"question": "Who skis?", "answer": "A", "evidence": ["D1:0"], "category": 4},
        {"question": "boat?", "answer": "red, boat", "evidence": ["D1:1", "D9:9"], "category": 1},
        {"question": "A cat?", "answer": "", "evidence": ["D1:2"], "category": 5},
        {"question": "Why?", "answer": "no", "evidence": ["D7:7"], "category": 3},
    ]
    return Dialogue(id=name, turns=turns, labels={"questions": questions})


def reader(memory: str, embedder, replies=("red",), **options) -> Reader:
    chats, questions = [chat()], questions_in([chat()])
    found = rankings(chats, questions, (memory,), lambda: embedder)[memory]
    chat_of = {one.id: one.chat for one in questions}
    return Reader(ScriptedModel(list(replies)), memory, {"c": chat()}, chat_of, found, **options)


def answered(one: Reader) -> list[Sample]:
    made = []
    for target in targets(asked_dialogues(questions_in([chat()]))):
        answer = one.reply(target.scene())
        made.append(
            Sample(
                id=target.id, scene=target.scene(), reference=target.reference,
                reply=answer.text, record=dict(answer.record),
            )
        )  # fmt: skip
    return made


def test_names_of_memories_are_checked():
    assert memories_named("none, recall,none") == ("none", "recall")
    with pytest.raises(InvalidOption, match="There is no memory 'all'"):
        memories_named("all")
    with pytest.raises(InvalidOption, match="at least one"):
        memories_named(" ,")


def test_evidence_that_the_chat_does_not_have_is_dropped():
    assert [one.evidence for one in questions_in([chat()])] == [
        ("D1:0",), ("D1:1",), ("D1:2",), (),
    ]  # fmt: skip


def test_a_limit_spreads_the_questions_over_all_chats():
    found = questions_in([chat("c"), chat("d")], 2)
    assert [one.id for one in found] == ["c:q0", "d:q0"]


def test_chats_without_questions_and_of_one_id_are_refused():
    with pytest.raises(FormatError, match="no questions"):
        questions_in([chat().model_copy(update={"labels": {}})])
    with pytest.raises(FormatError, match="same id"):
        questions_in([chat(), chat()])


@pytest.mark.parametrize(
    ("memory", "shown"),
    [("none", []), ("whole", ["D1:0", "D1:1", "D1:2", "D1:3"]), ("oracle", ["D1:1"])],
)
def test_what_a_memory_shows(memory, shown, word_embedder):
    assert reader(memory, word_embedder).shows("c:q1")["shown"] == shown


@pytest.mark.parametrize("memory", ["words", "vectors", "recall"])
def test_what_is_found_is_shown_in_the_order_in_which_it_was_said(memory, word_embedder):
    shows = reader(memory, word_embedder, k=2).shows("c:q1")
    assert shows["found"][0] == "D1:1"
    assert shows["shown"] == sorted(shows["found"][:2])


def test_of_a_chat_that_does_not_fit_the_last_turns_are_shown(word_embedder):
    shown = reader("whole", word_embedder, budget_tokens=14).shows("c:q0")["shown"]
    assert shown
    assert shown == ["D1:0", "D1:1", "D1:2", "D1:3"][-len(shown) :]
    assert len(shown) < 4


def test_a_turn_stands_on_one_line_of_the_prompt(word_embedder):
    seen = []
    one = reader("whole", word_embedder)
    model = ScriptedModel(lambda request: seen.append(request) or "red")
    Reader(model, "whole", one.chats, one.chat_of, {}).answer("c:q0", "Who\nskis?")
    asked = seen[0].messages[-1].content
    assert asked.splitlines() == [
        "A: I ski in Graz.", "B: I have a red boat.", "A: Fine weather.", "B: It is 'hot' here.",
        "", "Question: Who skis?",
    ]  # fmt: skip


def test_figures_of_answers_and_evidence(word_embedder):
    samples = answered(reader("oracle", word_embedder, ["a", "red boat", "Not mentioned", "yes"]))
    metrics, kit = probe_metrics(), Kit(lm=ScriptedModel(), seed=0)
    answers = metrics["answer F1"](samples, kit)
    # "A" is an article: nothing is left of gold and answer.
    assert answers.values == pytest.approx((0.0, 2 / 3, 1.0, 0.0))
    assert answers.detail["by_category"]["1"] == [pytest.approx(2 / 3), 1]
    shown = metrics["evidence shown"](samples, kit)
    # Neither the unanswerable question counts, nor the one whose evidence is not there.
    assert shown.values == (1.0, 1.0, None, None)
    assert metrics["evidence found in 5"](samples, kit).applicable == ()


def test_evidence_is_found_at_the_depth_asked_for(word_embedder):
    samples = found_samples(reader("words", word_embedder, k=1), questions_in([chat()]))
    first = probe_metrics((1,))["evidence found in 1"](samples, Kit(lm=ScriptedModel(), seed=0))
    assert first.values[1] == 1.0
    nothing = found_samples(reader("none", word_embedder), questions_in([chat()]))
    assert probe_metrics((1,))["evidence found in 1"](nothing, Kit(lm=ScriptedModel())).total == 0


def test_no_embedder_is_opened_where_nothing_is_looked_for():
    def refuse():
        raise AssertionError("opened")

    rankings([chat()], questions_in([chat()]), ("none", "whole", "oracle"), refuse)
    assert set(MEMORIES) > {"none", "whole", "oracle"}
