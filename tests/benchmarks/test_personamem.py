"""Tests of the benchmark personamem: what each memory shows, and that blind judges know nothing."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from personae.benchmarks import personamem as module
from personae.data import Turn
from personae.errors import FormatError, InvalidOption
from personae.formats.personamem import Questionnaire, write_personamem
from personae.histories.making import histories
from personae.histories.published import questionnaire
from personae.registry import build


def made(**options):
    return build("benchmark", "personamem", {"people": 4, **options})


def by_id(benchmark):
    return {one.id: one for one in benchmark.questions}


def accuracy(benchmark, name):
    judge = benchmark.baselines[name]
    right = [judge(q, random.Random(q.id)) == q.reference for q in benchmark.questions]
    return sum(right) / len(right)


@pytest.fixture
def embedder(word_embedder, monkeypatch):
    monkeypatch.setattr(module, "shipped_embedder", lambda: word_embedder)
    return word_embedder


def test_no_memory_leaves_the_question_alone():
    for one in made(memory="none").questions:
        assert len(one.scene.turns) == 1
        assert one.reference in one.options


def test_the_whole_history_ends_at_the_cut():
    history = {one.person.id: one for one in histories(4)}
    for one in made().questions:
        person, cut, _ = one.id.rsplit("-", 2)
        assert len(one.scene.turns) == history[person].cuts[int(cut) - 1].end + 1
        assert not any(turn.labels for turn in one.scene.turns)


def test_the_oracle_shows_the_evidence_and_nothing_else():
    texts = {(one.dialogue.id, turn.id): turn.text for one in histories(4)
             for turn in one.dialogue.turns}  # fmt: skip
    for one in made(memory="oracle").questions:
        shown = one.scene.turns[0]
        assert shown.kind == "narration"
        person = "-".join(one.id.split("-")[:2])
        assert shown.text.count("\n") == len(one.labels["evidence"])
        first = texts[person, one.labels["evidence"][0]]
        assert first[:20].translate(str.maketrans('"<>', "'‹›")) in shown.text


def test_words_find_evidence_among_what_was_said_before_the_cut(embedder):
    questions = made(memory="words", k=3).questions
    found = [bool(set(q.labels["found"][:5]) & set(q.labels["evidence"])) for q in questions]
    assert sum(found) / len(found) > 0.4
    for one in questions:
        assert len(one.labels["found"]) <= module.RANKED
        if one.labels["found"]:
            assert one.scene.turns[0].text.count("\n") == min(3, len(one.labels["found"]))


def test_all_memories_ask_the_same_questions(embedder):
    first = by_id(made(people=1, memory="none"))
    for memory in ("whole", "words", "vectors", "recall", "ld-agent", "oracle"):
        other = by_id(made(people=1, memory=memory))
        assert list(other) == list(first)
        assert all(other[key].options == first[key].options for key in first)


def test_the_graph_reader_is_always_right():
    assert accuracy(made(people=12, memory="none"), "graph") == 1.0


@pytest.mark.parametrize("name", ["random", "first", "longest", "shared-words"])
def test_judges_that_have_not_read_the_history_know_nothing(name):
    assert accuracy(made(people=60, memory="none", seed=7), name) == pytest.approx(0.25, abs=0.04)


def test_a_spread_of_the_questions_has_all_types():
    questions = made(people=20, memory="none").questions
    spread = questions[:: len(questions) // 40]
    assert len({one.group for one in spread}) == 7


def test_groups_are_types_distances_or_topics():
    assert len({one.group for one in made(memory="none", group="topic").questions}) > 7
    far = {one.group for one in made(memory="none", group="distance").questions}
    assert far == {"0 to 1 sessions", "2 to 3 sessions", "4 or more sessions"}


def test_files_are_asked_as_what_was_made(tmp_path, monkeypatch):
    write_personamem(tmp_path, questionnaire(histories(4)))
    read, own = made(data=str(tmp_path), memory="oracle"), made(memory="oracle")
    assert read.questions == own.questions
    assert "graph" in read.baselines
    with pytest.raises(FormatError):
        made(data=str(tmp_path / "nowhere"))


def test_the_oracle_wants_evidence(tmp_path):
    asked = questionnaire(histories(1))
    rows = tuple(replace(row, known={}, evidence=()) for row in asked.rows)
    write_personamem(tmp_path, Questionnaire(rows, asked.contexts))
    with pytest.raises(InvalidOption, match="do not name their evidence"):
        made(data=str(tmp_path), memory="oracle")


def test_ld_agent_shows_one_summary_at_most():
    for one in made(people=1, memory="ld-agent").questions:
        assert len(one.scene.turns) <= 2
        assert "found" not in one.labels
        if len(one.scene.turns) == 2:
            assert one.scene.turns[0].text.count("\n") == 1


def test_traps_are_wrong_options_and_no_part_of_the_scene():
    questions = made(memory="none").questions
    for trap, types in (("outdated", 2), ("cliche", 1)):
        held = [one for one in questions if trap in one.labels]
        assert len({one.group for one in held}) == types
        assert all(one.labels[trap] in one.options for one in held)
        assert all(one.labels[trap] != one.reference for one in held)


def test_published_files_are_asked_without_a_graph(tmp_path, word_embedder, monkeypatch):
    """What says who the user is stands first in their contexts, and nobody says it."""
    monkeypatch.setattr(module, "shipped_embedder", lambda: word_embedder)
    asked = questionnaire(histories(1))
    first = Turn(speaker="", text="Current user persona: 30 years old.", kind="narration", id="s")
    contexts = {
        name: (first, *(Turn(speaker="User" if turn.speaker != "Assistant" else "Assistant",
                             text=turn.text, id=f"m{at}") for at, turn in enumerate(turns)))
        for name, turns in asked.contexts.items()
    }  # fmt: skip
    rows = tuple(replace(row, known={}, evidence=()) for row in asked.rows)
    write_personamem(tmp_path, Questionnaire(rows, contexts))
    for memory in ("whole", "recall"):
        benchmark = made(data=str(tmp_path), memory=memory)
        assert {one.scene.user for one in benchmark.questions} == {"User"}
        assert {one.scene.turns[-1].speaker for one in benchmark.questions} == {"User"}
    assert "graph" not in benchmark.baselines
