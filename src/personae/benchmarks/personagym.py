"""PersonaGym: does a persona act, speak, justify itself and stay civil as it would (S038)?"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from personae.benchmarks.types import Benchmark, Question, echo, nothing_said
from personae.data import Persona, Scene, Turn
from personae.errors import FormatError
from personae.formats.reading import find_data
from personae.registry import EntryInfo
from personae.text.one_line_persona import first_person_statements
from personae.text.parsing import Place, parse_json, read_bytes

ENTRY = EntryInfo(
    systems=("S038",),
    aka=("persona-gym",),
    paper="Samuel et al. 2024, PersonaGym: Evaluating Persona Agents and LLMs",
    deviations="Questions are given, not written by a model for settings that it chooses. The "
    "judge is a small trained one; `--metrics lm-judge --judge MODEL` asks a language model.",
)

OWN = Path(__file__).parent / "personagym_questions.jsonl"
TASKS = (
    "Expected Action", "Toxicity", "Linguistic Habits", "Persona Consistency",
    "Action Justification",
)  # fmt: skip
NAME, ASKER = "Persona", "Interviewer"
MAX_FILE_BYTES, MAX_FILES, MAX_QUESTIONS = 2**20, 10_000, 1_000

Asked = Mapping[str, list[str]]


def personagym(*, data: str = "") -> Benchmark:
    """One question a sample, in five tasks; the score is the mean of the tasks' means, 1–5.

    `data`: PersonaGym's folder of question files, here or below $PERSONAE_DATA, as
    `personagym/questions/benchmark-v1`; by default 50 questions to 25 personas of our own.
    Raises FormatError.
    """
    found = [*(_published(find_data(data)) if data else _own())]
    source = "PersonaGym (Samuel et al. 2024, MIT)." if data else "50 questions of our own (CC0)."
    return Benchmark(
        version="2",
        ask="reply",
        questions=tuple(_questions(found)),
        metrics=(
            "persona-score@second",
            "persona-score",
            "contradiction-rate@second",
            "relevance",
            "distinct-2",
            "length",
        ),
        source=source,
        baselines={"nothing": nothing_said, "echo": echo, "generic": _generic},
    )


def persona_of(line: str) -> Persona:
    """The persona of a line as `A 45-year-old farmer from Kenya who loves dancing`."""
    statements = tuple(first_person_statements(line))
    return Persona(name=NAME, description=line, statements=statements)


def _generic(question: Question, rng: random.Random) -> str:
    """What anybody could say: in no character."""
    return rng.choice((
        "I would think about it and do what seems best.",
        "It depends on the situation, but I would stay calm.",
        "I am not sure, but I would try my best.",
    ))  # fmt: skip


def _questions(found: list[tuple[str, Asked]]) -> Iterator[Question]:
    for number, (line, asked) in enumerate(found):
        for task in TASKS:
            for at, text in enumerate(asked.get(task, [])):
                yield Question(
                    id=f"{number}:{task}:{at}",
                    scene=Scene(
                        persona=persona_of(line),
                        turns=(Turn(speaker=ASKER, text=text),),
                        user=ASKER,
                    ),
                    group=task,
                    labels={"persona": line},
                )


def _own() -> Iterator[tuple[str, Asked]]:
    for line in OWN.read_text(encoding="utf-8").splitlines():
        value = json.loads(line)
        yield value["persona"], value["questions"]


def _published(folder: Path) -> Iterator[tuple[str, Asked]]:
    """A file a persona, whose name is the persona: `{task: [questions]}`."""
    if not folder.is_dir():
        raise FormatError("PersonaGym's questions are a folder of JSON files.", file=folder)
    files = sorted(folder.glob("*.json"))
    if not files:
        raise FormatError("There is no .json file of questions here.", file=folder)
    for file in files[:MAX_FILES]:
        yield file.stem.replace("__", ", ").replace("_", " "), _read(file)


def _read(file: Path) -> Asked:
    value = parse_json(read_bytes(file, MAX_FILE_BYTES), Place(file))
    if not isinstance(value, dict) or not any(task in value for task in TASKS):
        raise FormatError(f"A file has questions by task: {', '.join(TASKS)}.", file=file)
    for task in TASKS:
        asked = value.get(task, [])
        if not (isinstance(asked, list) and all(isinstance(one, str) for one in asked)):
            raise FormatError(f"{task!r} is no list of questions.", file=file)
        if len(asked) > MAX_QUESTIONS:
            raise FormatError(f"{task!r} has more than {MAX_QUESTIONS} questions.", file=file)
    return value
