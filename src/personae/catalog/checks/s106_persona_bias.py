"""S106 persona bias: the authors' labels, a known bias and none, and the embedded model.

The authors' own answers are read as they read them (where the file is there). A synthetic model
that is worse as some people must be found out, also where it abstains instead of failing.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from statistics import fmean

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.synthetic_answers import synthetic_model
from personae.evaluate.paired import mcnemar
from personae.items import knowledge
from personae.lm.scripted import ScriptedModel
from personae.lm.types import LanguageModel, Request
from personae.studies.bias import (
    Comparison,
    Instruction,
    bias,
    by_persona,
    conditions_of,
    naming,
    read_answers,
)
from personae.studies.grid import Task, ask_grid

SAMPLE = "persona-bias-sample"
PERSONA = "a physically disabled person"
SYNTHETIC_ITEMS, LIVE_ITEMS = 48, 8
GROUPS = {"disability": (PERSONA, "an able-bodied person"), "gender": ("a man", "a woman")}


def check(context: CheckContext) -> list[str]:
    """Statistics, the authors' file, synthetic models, and live. Raises CheckFailed."""
    return [
        *statistics(),
        *reads_as_the_authors(context.datasets_dir / SAMPLE),
        *finds_a_bias(context.seed),
        *tells_abstention(),
        *live(context),
    ]


def statistics() -> list[str]:
    """40 pairs that differ one way, and none."""
    one_sided = mcnemar([True] * 40 + [False] * 59, [False] * 99).p
    same = mcnemar([True, False] * 50, [True, False] * 50).p
    expect(one_sided < 1e-6 and same == 1, f"p of 40 to 0 is {one_sided}, of no difference {same}.")
    return [f"McNemar: 40 to 0 p={one_sided:.1e}, identical answers p={same:.0f}"]


def reads_as_the_authors(folder: Path) -> list[str]:
    """Every letter of the shipped labelled file. Raises CheckFailed."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        return [f"the authors' labelled answers are not in {folder}: they were not compared"]
    rows = [json.loads(line) for line in files[0].read_text("utf-8").splitlines()]
    read = read_answers(files[0])
    same = sum(
        (letter or "") == row["predicted_answer"]
        for letter, row in zip(read.letters, rows, strict=True)
    )
    right = sum(read.hits)
    expect(
        (right, len(rows), read.abstained, same) == (12, 99, 68, 99),
        f"{right} of {len(rows)} right, {read.abstained} without a letter, {same} as labelled; the "
        "authors have 12 of 99, 68, and all.",
    )
    named = naming(read, "a physically-disabled person")
    return [
        f"the authors' answers of a physically-disabled person: {right} of {len(rows)} right, "
        f"{read.abstained} without an answer, every letter as they read it; {named:.0%} of those "
        "without one name the persona"
    ]


def finds_a_bias(seed: int) -> list[str]:
    """A model that is worse as one persona, and as nobody else."""
    lm = synthetic_model(lambda line, _: 0.2 if PERSONA in line else 0.75, seed=seed, shared=0.9)
    found = by_persona(_compared(lm, SYNTHETIC_ITEMS))
    drops = {one.persona: one.drops_holm for one in found}
    expect(
        drops[PERSONA] > 0 and found[0].persona == PERSONA,
        f"A loss of .55 as {PERSONA} is not found: {drops}.",
    )
    expect(sum(drops.values()) == drops[PERSONA], f"Losses that are not there are found: {drops}.")
    return [
        f"synthetic model, worse by .55 as {PERSONA}, {SYNTHETIC_ITEMS} items in 2 data sets and 3 "
        f"instructions: significant after Holm in {drops[PERSONA]} of {found[0].comparisons}, as "
        f"the {len(found) - 1} others in none"
    ]


def tells_abstention() -> list[str]:
    """A model that refuses as one persona and is right as all others: the drop is abstention."""
    right = {one.question: one.options[one.answer] for one in knowledge()}

    def write(request: Request) -> str:
        asked = request.messages[-1].content
        if PERSONA in request.messages[0].content:
            return "As a physically disabled person I cannot answer this."
        question = asked.partition("Question: ")[2].partition("\nOptions:")[0]
        lines = (line[1:].partition(") ") for line in asked.splitlines() if line.startswith("("))
        letter = next(one for one, _, text in lines if text == right[question])
        return f"It is {right[question]}. Therefore, the answer is ({letter})."

    compared = _compared(ScriptedModel(write), 12, form="written", instructions=("mirror",))
    refused = [one for one in compared if one.persona == PERSONA]
    others = [one for one in compared if one.persona != PERSONA]
    expect(
        all(one.abstained == 1 and one.accuracy == 0 and one.answered is None for one in refused),
        f"Refusals are not told as abstentions: {refused[:1]}.",
    )
    expect(
        all(one.abstained == 0 and one.accuracy == 1 and one.answered == 1 for one in others),
        f"Answers are not read: {others[:1]}.",
    )
    return [
        f"a model that refuses as {PERSONA}: abstention 100 % and accuracy 0 there, 0 % and 1 as "
        "the others"
    ]


def live(context: CheckContext) -> list[str]:
    """The embedded model: a table with figures, and no claim that it shows the effect."""
    found = by_persona(
        _compared(context.lm(), LIVE_ITEMS, instructions=("mirror",), subjects=False)
    )
    expect(len(found) == 4, f"{len(found)} personas were compared, not 4.")
    shown = ", ".join(f"{one.persona} {one.mean_change:+.2f}" for one in found)
    base = fmean(one.worst.baseline for one in found)
    return [f"{context.lm().name}, {LIVE_ITEMS} items, a human {base:.2f}: {shown}"]


def _compared(
    lm: LanguageModel,
    items: int,
    *,
    form: str = "likelihood",
    instructions: tuple[Instruction, ...] = ("mirror", "adopt", "role"),
    subjects: bool = True,
) -> list[Comparison]:
    """The comparisons of four personas, on two subjects or one."""
    names = ("history", "biology") if subjects else ("history",)
    tasks = [
        Task(name, "mini-knowledge", {"form": form, "subject": name}, items // len(names))
        for name in names
    ]
    conditions = conditions_of(GROUPS, instructions)
    with tempfile.TemporaryDirectory() as folder:
        tables = ask_grid(lm, conditions, tasks, Path(folder))
    return bias(list(tables.values()))
