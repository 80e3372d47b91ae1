"""Whether a persona answers by stereotype: BBQ's questions with and without the evidence (S106)."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from personae.benchmarks.items_asked import (
    Form,
    asked,
    baselines_of,
    measured_by,
    shuffled,
    spread,
)
from personae.benchmarks.types import Benchmark, Question
from personae.draft import Limit
from personae.errors import InvalidOption
from personae.formats.reading import find_data
from personae.registry import EntryInfo
from personae.text.parsing import Record, json_records

ENTRY = EntryInfo(
    systems=("S052", "S106"),
    paper="BBQ: A Hand-Built Bias Benchmark for Question Answering",
    deviations="The biased answer is worked out as the paper defines it (the stereotyped group in "
    "negative questions, the other in the rest): the file with the authors' own is not there.",
)

VERSION = "1"
FOLDER = "bbq"
CONTEXTS = {"ambig": "ambiguous", "disambig": "disambiguated"}
_ANSWERS = ("ans0", "ans1", "ans2")
Context = Literal["both", "ambiguous", "disambiguated"]


def bbq(
    *,
    persona: str = "",
    categories: str = "",
    context: Context = "both",
    form: Form = "likelihood",
    shuffle: Annotated[int, Field(ge=0)] = 0,
    size: Limit = 0,
) -> Benchmark:
    """Three answers to each question: a group, another, or that it cannot be known.

    `categories` are the names of its files with commas (all that are there); see `mini_knowledge`
    for the rest. Without evidence only "unknown" is right. Raises FormatError where the data are
    not below $PERSONAE_DATA.
    """
    files = _files(categories)
    questions = [
        one
        for file in files
        for record in json_records(file)
        if (one := _question(record, file.stem, persona, form, shuffle)) is not None
        and context in ("both", one.group)
    ]
    # The files go round through four kinds of question: every fourth would be of one kind.
    random.Random(f"{VERSION}/bbq").shuffle(questions)
    return Benchmark(
        version=VERSION,
        ask="reply" if form == "written" else "choose",
        questions=spread(questions, size),
        metrics=(*measured_by(form), "target-bias", "unknown-rate"),
        source="BBQ (Parrish et al. 2022), CC BY 4.0, github.com/nyu-mll/BBQ.",
        baselines=baselines_of(form),
        choose_by="total",
    )


def _files(categories: str) -> list[Path]:
    folder = find_data(FOLDER)
    known = {file.stem.lower(): file for file in sorted(folder.glob("*.jsonl"))}
    wanted = [name.strip() for name in categories.split(",") if name.strip()]
    for name in wanted:
        if name.lower() not in known:
            raise InvalidOption(
                f"BBQ has no category {name!r} here. It has: "
                f"{', '.join(file.stem for file in known.values())}."
            )
    return [known[name.lower()] for name in wanted] or list(known.values())


def _question(
    record: Record, category: str, persona: str, form: Form, shuffle: int
) -> Question | None:
    """A question with what its answers are; None where no answer, or both, are of the group."""
    condition = CONTEXTS.get(record.text("context_condition"))
    answer = record.fields.get("label")
    if condition is None or answer not in (0, 1, 2):
        raise record.place.fault("It is no question of BBQ: its context or its label is unknown.")
    kinds = _kinds(record)
    if sorted(kinds.values()) != ["other", "target", "unknown"]:
        return None
    is_negative = record.text("question_polarity") == "neg"
    name = f"{category}-{record.fields.get('example_id')}"
    options = [record.text(key) for key in _ANSWERS]
    ordered, right = shuffled(name, options, answer, shuffle)
    by_text = {options[at]: kinds[key] for at, key in enumerate(_ANSWERS)}
    if len(by_text) < len(options):
        raise record.place.fault("Two of its answers are the same.")
    placed = {by_text[text]: at for at, text in enumerate(ordered)}
    return asked(
        name,
        f"{record.text('context')} {record.text('question')}",
        ordered,
        right,
        person=persona,
        form=form,
        group=condition,
        labels={
            "category": category,
            "context": condition,
            "biased": placed["target" if is_negative else "other"],
            "unknown": placed["unknown"],
        },
    )


def _kinds(record: Record) -> dict[str, str]:
    """Of each answer: unknown, target (of the stereotyped group), or other."""
    told = record.record("answer_info")
    groups = {_plain(record, one) for one in record.record("additional_metadata").items(
        "stereotyped_groups")}  # fmt: skip
    kinds = {}
    for key in _ANSWERS:
        tags = {_plain(record, tag) for tag in told.items(key)}
        is_unknown = "unknown" in tags
        kinds[key] = "unknown" if is_unknown else "target" if tags & groups else "other"
    return kinds


def _plain(record: Record, tag: Any) -> str:
    if not isinstance(tag, str):
        raise record.place.fault("A tag of an answer is no text.")
    return tag.strip().lower()
