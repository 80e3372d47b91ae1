"""How the benchmarks of persona effects ask: the persona in one line, options by three forms."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from personae.benchmarks.types import Baseline, Question, by_chance, first_option
from personae.data import JsonObject, Persona, Scene, Turn
from personae.items import told
from personae.text.lettered import LETTERS, with_letters

T = TypeVar("T")
Form = Literal["likelihood", "letters", "written"]
NAME = "Assistant"  # nobody's: a persona of which only this is known is told nothing


def scene_of(person: str, text: str) -> Scene:
    """Somebody asks a persona of one line; an empty line is no persona."""
    persona = Persona(name=NAME, system_prompt=told(person))
    return Scene(persona=persona, turns=(Turn(speaker="User", text=text),))


def asked(
    id: str,  # noqa: A002 - what the question has, too
    text: str,
    options: Sequence[str],
    answer: int,
    *,
    person: str,
    form: Form,
    group: str,
    labels: Mapping[str, Any],
) -> Question:
    """A question in one of the forms; its labels hold the right letter and the number of options.

    `likelihood` ranks the options' own words as the reply, without showing them; `letters` ranks
    their letters; `written` asks to reason and to end with "the answer is (B)".
    """
    known: JsonObject = {"letter": LETTERS[answer], "count": len(options), **labels}
    letters = tuple(LETTERS[: len(options)])
    shown = {
        "likelihood": (text, tuple(options), options[answer]),
        "letters": (with_letters(text, options), letters, letters[answer]),
        "written": (worked(text, options), letters, letters[answer]),
    }
    told_text, ranked, reference = shown[form]
    return Question(
        id=id, scene=scene_of(person, told_text), reference=reference, options=ranked,
        group=group, labels=known,
    )  # fmt: skip


def spread(given: Sequence[T], size: int) -> tuple[T, ...]:
    """`size` of what is given at even distances, so that each group has its share; 0 is all."""
    count = min(size or len(given), len(given))
    return tuple(given[at * len(given) // count] for at in range(count))


def worked(text: str, options: Sequence[str]) -> str:
    """A question that asks to show the work, and how to end (after persona-bias, S106)."""
    lines = [f"({LETTERS[at]}) {option}" for at, option in enumerate(options)]
    return "\n".join(
        [
            "Answer the multiple-choice question below and show your work. Only one option can be "
            'right. End with a sentence like "Therefore, the answer is (A)."',
            "",
            f"Question: {text}",
            "Options:",
            *lines,
        ]
    )


def shuffled(id: str, options: Sequence[str], answer: int, seed: int) -> tuple[list[str], int]:  # noqa: A002
    """The options in an order that depends on id and seed alone, and where the right one is."""
    order = list(range(len(options)))
    random.Random(f"{seed}/{id}").shuffle(order)
    return [options[at] for at in order], order.index(answer)


def baselines_of(form: Form) -> dict[str, Baseline]:
    """Chance, and always the first option, as an answer of the form."""
    if form != "written":
        return {"chance": by_chance, "first": first_option}
    return {
        "chance": lambda question, rng: f"The answer is ({by_chance(question, rng)}).",
        "first": lambda question, rng: f"The answer is ({first_option(question, rng)}).",
    }


def measured_by(form: Form) -> tuple[str, ...]:
    """The metrics of a form, the headline first."""
    if form == "written":
        return ("extracted-accuracy", "extraction-rate")
    return ("choice-accuracy",)
