"""Tests of personae.evaluate.dialsim: what a memory shows, what counts as an answer, the clock."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import pytest

from personae.data import Dialogue, Turn
from personae.errors import BackendError
from personae.evaluate.dialsim import (
    AgentMemory,
    by_model,
    by_overlap,
    named_options,
    never_knows,
    replay,
    verdict_of,
)
from personae.evaluate.dialsim_plan import UNKNOWN, Asked
from personae.lm.scripted import ScriptedModel
from personae.store.sqlite import open_store

OPTIONS = ("a dog", "a dog show", "Rome", "3 May 2024", UNKNOWN)
LINES = (
    (1, "Ann", "I adopted a dog today."), (1, "Bo", "Nice weather."),
    (2, "Ann", "I moved to Rome."), (2, "Bo", "I adopted a cat."), (2, "Ann", "Good night."),
)  # fmt: skip
SCRIPT = Dialogue(
    id="s",
    turns=tuple(
        Turn(speaker=who, text=text, id=f"t{at}", labels={"session": session})
        for at, (session, who, text) in enumerate(LINES)
    ),
)


def asked(turn: int = 4, gold: str = "A", evidence: tuple[str, ...] = ("t0",)) -> Asked:
    text = "Which animal did Ann adopt?"
    return Asked("s:2", turn, "Bo", text, OPTIONS, gold, evidence, "single-hop")


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "s.db") as opened:
        yield opened


def kept(store, kind, unit="turn", embedder=None, k=1) -> AgentMemory:
    memory = AgentMemory(store, kind, unit, embedder, k)
    for turn in SCRIPT.turns:
        memory.save(turn)
    return memory


def shown(memory: AgentMemory, question: str = "Who adopted a dog?") -> list[str]:
    return [turn.id for turn in memory.search(question, ("t0",))]


@pytest.mark.parametrize(
    ("kind", "unit", "ids"),
    [
        ("none", "turn", ["t4"]), ("none", "session", ["t2", "t3", "t4"]),
        ("oracle", "turn", ["t0"]), ("oracle", "session", ["t0", "t1"]),
        ("words", "turn", ["t0"]), ("words", "session", ["t0", "t1"]),
        ("vectors", "turn", ["t0"]), ("vectors", "session", ["t0", "t1"]),
        ("recall", "turn", ["t0"]), ("recall", "session", ["t0", "t1"]),
    ],
)  # fmt: skip
def test_what_a_memory_shows(store, word_embedder, kind, unit, ids):
    assert shown(kept(store, kind, unit, word_embedder)) == ids


def test_a_session_that_goes_on_has_one_entry(store):
    kept(store, "words", "session")
    from personae.store.memory_types import Scope

    texts = [one.text for one in store.memories(Scope(past=True))]
    assert len(texts) == 2
    assert all("Ann" in text for text in texts)
    assert "Good night." in "".join(texts)


@pytest.mark.parametrize(
    ("kind", "texts"), [("none", ["I adopted a dog today."]), ("words", ["I adopted a dog today."]),
                        ("oracle", ["I adopted a dog today."])],
)  # fmt: skip
def test_of_sessions_that_are_over_a_summary_is_kept(store, kind, texts):
    memory = AgentMemory(store, kind, "summary", None, 1, lambda turns: turns[0].text)
    for turn in SCRIPT.turns[:2]:
        memory.save(turn)
    assert memory.search("Who adopted a dog?", ("t0",)) == []
    for turn in SCRIPT.turns[2:]:
        memory.save(turn)
    found = memory.search("Who adopted a dog?", ("t0",))
    assert [turn.text for turn in found] == texts
    assert memory.covers(found, ("t0",)) == 1.0
    assert memory.covers(found, ("t2",)) == 0.0
    assert memory.covers(found, ()) is None


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("(A)", "A"), ("A", "A"), ("B. a dog show", "B"), ("The answer is (C).", "C"),
        ("(A) or (B)", "AB"), ("a dog", "A"), ("It was a dog show!", "B"), ("Rome", "C"),
        ("on 3 May 2024", "D"), ("I don’t know.", "E"), ("a cat", ""), ("", ""),
        ("A dog, or Rome", "A"), ("Rome, a dog", "AC"),
    ],
)  # fmt: skip
def test_an_answer_names_options_by_letter_or_by_words(text, letters):
    assert named_options(text, OPTIONS) == set(letters)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("(A)", "right"), ("(B)", "wrong"), ("?", "wrong"), ("(A)(C)", "ambiguous")],
)
def test_one_option_must_be_named(text, verdict):
    assert verdict_of(text, asked()) == verdict


def clock(*steps: float) -> Iterator[float]:
    now = 0.0
    yield now
    for step in steps:
        now += step
        yield now


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        ((0.5, 0, 0.2, 0, 0.2), "right"),
        ((1.5,), "timeout in saving"),
        ((0.5, 0, 0.6), "timeout in searching"),
        ((0.5, 0, 0.2, 0, 0.4), "timeout in answering"),
    ],
)  # fmt: skip
def test_saving_searching_and_answering_share_the_limit(store, steps, verdict):
    # Two looks for each of the four turns before the one that is asked at: saved in no time.
    looks = chain([0.0] * 8, clock(*steps))
    found = replay(
        SCRIPT, [asked()], AgentMemory(store, "oracle"), lambda *given: "(A)",
        limit_s=1.0, clock=lambda: next(looks),
    )  # fmt: skip
    assert [one.verdict for one in found] == [verdict]
    assert len(found[0].seconds) == len(steps) // 2 + 1


def test_a_model_that_runs_out_of_time_is_late_and_other_failures_are_told(store):
    def failing(failure):
        def answer(*given):
            raise BackendError("no", failure=failure)

        return answer

    memory = AgentMemory(store, "oracle")
    (late,) = replay(SCRIPT, [asked()], memory, failing("timeout"), limit_s=9)
    assert late.verdict == "timeout in answering"
    with pytest.raises(BackendError):
        replay(SCRIPT, [asked()], AgentMemory(store, "oracle"), failing("refused"), limit_s=9)


def test_known_outcomes_are_not_asked_again(store):
    heard = []
    (first,) = replay(
        SCRIPT, [asked()], AgentMemory(store, "oracle"), by_overlap, limit_s=9,
        on_outcome=heard.append,
    )  # fmt: skip
    assert (first.verdict, first.shown) == ("right", 1.0)

    def refuse(*given):
        raise AssertionError("asked")

    again = replay(
        SCRIPT, [asked()], AgentMemory(store, "oracle"), refuse, limit_s=9,
        known={"s:2": first}, on_outcome=heard.append,
    )  # fmt: skip
    assert again == heard == [first]


def test_the_reader_by_words_takes_the_turn_that_says_the_option_and_the_question():
    ask = ("Which animal did Ann adopt?", ("a dog", "a cat", "a cow", "an ox", UNKNOWN))
    assert by_overlap(*ask, SCRIPT.turns, 9) == "(A)"
    assert by_overlap(*ask, (), 9) == "(E)"
    hop = (
        "Where did the one who adopted a dog move to?",
        ("Oslo", "Rome", "Bonn", "Graz", UNKNOWN),
    )
    assert by_overlap(*hop, SCRIPT.turns, 9) == "(B)"


def test_who_never_knows_says_e():
    assert never_knows("?", OPTIONS, (), 1) == "(E)"


def test_the_model_reads_the_last_turns_that_fit_and_the_options():
    seen = []
    model = ScriptedModel(lambda request: seen.append(request) or "(C)")
    assert by_model(model, 10)("Where?\nNow", OPTIONS, SCRIPT.turns, 3.0) == "(C)"
    text = seen[0].messages[-1].content
    assert "Ann: Good night." in text
    assert "I adopted a dog today" not in text
    assert "Question: Where? Now\n(A) a dog\n" in text
    assert seen[0].timeout_s == 3.0
