"""PREFDISCO: a problem, a user whose wishes nobody told, and whether anybody asks (S081)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from personae.benchmarks.items_asked import spread
from personae.benchmarks.passive_user import (
    FINAL,
    User,
    answer_to,
    people,
    phrase,
    read_action,
    understood,
)
from personae.benchmarks.template_answers import Problem, template_answer
from personae.benchmarks.types import Baseline, Benchmark, Partner, Question, nothing_said
from personae.data import JsonObject, Persona, Scene
from personae.errors import FormatError, InvalidOption
from personae.formats.reading import find_data
from personae.registry import EntryInfo
from personae.text.parsing import Record, json_records
from personae.text.preferences import QUESTIONS, VALUES

ENTRY = EntryInfo(
    systems=("S081",),
    aka=("just-in-time",),
    paper="Li et al. 2025, Personalized Reasoning: Just-In-Time Personalization and Why LLMs Fail "
    "At It",
    deviations="Six dimensions that rules can mark, in place of twenty that a model proposes and "
    "judges; the user is a program that recognises what it is asked, not a model.",
)

PROBLEMS = Path(__file__).parent / "prefdisco_problems.jsonl"
ASSISTANT, ASKER = "Assistant", "User"
MODES = ("no_prompt", "persona_known", "infer_persona")
CONSISTENCY = 0.8  # how often a person wants here what they want elsewhere
MATTERING = 0.8  # how often a dimension is one that matters for this kind of problem
SPARSE = (2, 3, 4)  # dimensions that a person cares about in one problem
WEIGHTS = (1, 2, 3)
MAX_PROBLEMS = 10_000

Mode = Literal["no_prompt", "persona_known", "infer_persona", "all"]
_QUESTION_KEYS, _ANSWER_KEYS = ("question", "problem", "input"), ("answer", "target", "gold")


def prefdisco(
    *,
    qa: str = "",
    mode: Mode = "all",
    questions: Annotated[int, Field(ge=0, le=20)] = 5,
    personas: Annotated[int, Field(ge=1, le=8)] = 4,
    problems: Annotated[int, Field(ge=1, le=MAX_PROBLEMS)] = 50,
    user: User = "passive",
    seed: int = 0,
) -> Benchmark:
    """Problems of users who want the answer in a certain way, in three modes.

    `no_prompt`: nobody told; `persona_known`: it stands in the prompt; `infer_persona`: up to
    `questions` may be asked before the answer. A passive user says a preference only where directly
    asked; a collaborative one adds another. `qa`: a JSON Lines file with `question` and `answer`,
    here or below $PERSONAE_DATA; by default 52 problems of our own. `problems` takes so many,
    spread over all, each with all its personas and modes, as `preference-gain`
    needs. Raises FormatError.
    """
    found = spread(list(_given(find_data(qa)) if qa else own_problems()), problems)
    modes = MODES if mode == "all" else (mode,)
    asked = tuple(_questions(found, personas, modes, questions, seed))
    return Benchmark(
        version="1",
        ask="simulate",
        questions=asked,
        metrics=(
            "preference-alignment", "preference-gain", "preference-hurt", "answer-correct",
            "questions-asked",
        ),
        source="Problems of another's." if qa else "52 problems and 8 personas of our own (CC0).",
        baselines=_baselines(found, questions, user),
        partner=_partner(questions, user),
    )  # fmt: skip


@cache
def own_problems() -> tuple[Problem, ...]:
    """The shipped problems."""
    return tuple(json.loads(line) for line in PROBLEMS.read_text(encoding="utf-8").splitlines())


def preferences_of(person: Mapping[str, Any], problem: Problem, seed: int) -> list[JsonObject]:
    """What a person wants of the answer to a problem: a few dimensions with value and weight.

    Which dimensions, depends on the kind of problem; the value is mostly the person's usual one.
    The weights sum to 1.
    """
    rng = random.Random(f"{seed}/{person['name']}/{problem['id']}")
    mattering = list(problem.get("matters") or VALUES)
    others = [name for name in VALUES if name not in mattering]
    chosen: list[str] = []
    for _ in range(rng.choice(SPARSE)):
        pool = mattering if others == [] or rng.random() < MATTERING else others
        left = [name for name in pool if name not in chosen]
        left = left or [name for name in VALUES if name not in chosen]
        chosen.append(rng.choice(left))
    drawn = [rng.choice(WEIGHTS) for _ in chosen]
    return [
        {"dimension": name, "value": _value(person, name, rng), "weight": weight / sum(drawn)}
        for name, weight in zip(chosen, drawn, strict=True)
    ]


def _value(person: Mapping[str, Any], dimension: str, rng: random.Random) -> str:
    usual: str = person["base"][dimension]
    if rng.random() < CONSISTENCY:
        return usual
    return rng.choice([one for one in VALUES[dimension] if one != usual])


def _questions(
    problems: Sequence[Problem], personas: int, modes: Sequence[str], questions: int, seed: int
) -> Iterator[Question]:
    for problem in problems:
        for person in people()["personas"][:personas]:
            wanted = preferences_of(person, problem, seed)
            for mode in modes:
                yield _question(problem, person, wanted, mode, questions)


def _question(
    problem: Problem, person: Mapping[str, Any], wanted: list[JsonObject], mode: str, questions: int
) -> Question:
    item = f"{problem['id']}/{person['name']}"
    return Question(
        id=f"{item}/{mode}",
        scene=Scene(
            persona=Persona(
                name=ASSISTANT,
                system_prompt=_system_prompt(person, wanted, mode, questions),
            ),
            user=ASKER,
        ),
        reference=str(problem["answer"]),
        group=mode,
        labels={
            "item": item,
            "mode": mode,
            "problem": problem["id"],
            "question": problem["question"],
            "answer": str(problem["answer"]),
            "preferences": wanted,
            "terms": list(problem.get("terms") or people()["terms"]),
        },
    )


def _system_prompt(
    person: Mapping[str, Any], wanted: list[JsonObject], mode: str, questions: int
) -> str:
    """What the assistant is told: its task alone, the user, or that it may ask."""
    task = "You are a helpful assistant. Solve the user's problem and explain the solution."
    if mode == "persona_known":
        rng = random.Random(0)
        said = [phrase(one["dimension"], one["value"], rng) for one in wanted]
        lines = "\n".join(f'- "{one}"' for one in said)
        return f"{task}\nThe user: {person['who']}\nHow the user wants the answer:\n{lines}"
    if mode == "infer_persona" and questions:
        return (
            f"{task}\nYou do not know how the user wants the answer. Before you answer, you may "
            f"ask up to {questions} questions about that, one a message that begins with QUESTION: "
            "Then begin the message that answers with ANSWER:"
        )
    return task


def _partner(questions: int, user: User) -> Partner:
    """The user: tells the problem, replies to questions, and asks for the answer in the end."""

    def partner(question: Question, scene: Scene, rng: random.Random) -> str | None:
        if not scene.turns:
            return str(question.labels["question"])
        if question.labels["mode"] != "infer_persona" or scene.last_user_text.endswith(FINAL):
            return None
        is_question, message = read_action(scene.turns[-1].text)
        if not is_question or not questions:
            return None
        told = [turn.text for turn in scene.turns if turn.speaker == scene.user]
        said = answer_to(message, _wanted(question), told[1:], user, rng)
        asked = sum(turn.speaker == scene.persona.name for turn in scene.turns)
        return f"{said} {FINAL}" if asked >= questions else said

    return partner


def _wanted(question: Question) -> dict[str, str]:
    return {one["dimension"]: one["value"] for one in question.labels["preferences"]}


def _baselines(problems: Sequence[Problem], questions: int, user: User) -> dict[str, Baseline]:
    """Answers put together from a problem's parts, by how many questions are asked before."""
    found: dict[str, Baseline] = {"nothing": nothing_said, "echo": _echo}
    if any("steps" not in one for one in problems):
        return found  # a stranger's problems have no parts
    known = {one["id"]: one for one in problems}
    policies = {"ask-all": len(QUESTIONS), "ask-half": len(QUESTIONS) // 2, "ask-none": 0}
    return found | {
        name: _policy(known, min(count, questions), user) for name, count in policies.items()
    }


def _policy(problems: Mapping[str, Problem], count: int, user: User) -> Baseline:
    """Asks about the first `count` dimensions, in one order for everybody, then answers."""

    def baseline(question: Question, rng: random.Random) -> str:
        problem, mode = problems[question.labels["problem"]], question.labels["mode"]
        if mode == "persona_known":
            return template_answer(problem, _wanted(question))
        told: list[str] = []
        for asked in list(QUESTIONS.values())[: count if mode == "infer_persona" else 0]:
            told.append(answer_to(asked, _wanted(question), told, user, rng))
        return template_answer(problem, understood(" ".join(told)))

    return baseline


def _echo(question: Question, rng: random.Random) -> str:
    """The problem said again: in `simulate` the scene is still empty."""
    return str(question.labels["question"])


def _given(file: Path) -> Iterator[Problem]:
    """A stranger's questions and answers; `terms` and `matters` may stand beside."""
    for number, record in enumerate(json_records(file)):
        if number >= MAX_PROBLEMS:
            raise FormatError(f"There are more than {MAX_PROBLEMS} problems.", file=file)
        matters = record.texts("matters")
        if wrong := [one for one in matters if one not in VALUES]:
            raise InvalidOption(
                f"{file}: 'matters' names {wrong[0]!r}; there are {', '.join(VALUES)}."
            )
        yield {
            "id": f"{number}",
            "question": _one_of(record, _QUESTION_KEYS),
            "answer": _one_of(record, _ANSWER_KEYS),
            "terms": list(record.texts("terms")),
            "matters": list(matters),
        }


def _one_of(record: Record, keys: Sequence[str]) -> str:
    """The text or number under the first key that there is. Raises FormatError."""
    key = next((one for one in keys if one in record.fields), keys[0])
    value = record.fields.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = record.text(key).strip()
    if not text:
        raise record.place.fault(f"The field {key!r} is empty.")
    return text
