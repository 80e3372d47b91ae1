"""What a persona knows: 210 multiple-choice items of our own in six subjects, or items of yours."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
from personae.items import Item, knowledge, read_items
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S052", "S074", "S106"))

VERSION = "1"


def mini_knowledge(
    *,
    persona: str = "",
    items: str = "",
    subject: str = "",
    form: Form = "likelihood",
    shuffle: Annotated[int, Field(ge=0)] = 0,
    size: Limit = 0,
) -> Benchmark:
    """Questions as somebody: `persona` is "a nurse", a whole sentence, or nobody.

    `items` is a JSON Lines file (question, options, answer; id, subject); `subject` keeps one.
    `form`: see `items_asked.asked`; ranked by the options' words the embedded model is above
    chance, by letters it is not (docs/persona_effects.md). `shuffle` seeds the order of options.
    `size` keeps so many questions, spread over subjects and levels.
    """
    known = read_items(find_data(items)) if items else knowledge()
    chosen = [one for one in known if subject in ("", one.subject)]
    if not chosen:
        subjects = ", ".join(dict.fromkeys(one.subject for one in known))
        raise InvalidOption(f"There is no item of the subject {subject!r}. There are: {subjects}.")
    return Benchmark(
        version=VERSION,
        ask="reply" if form == "written" else "choose",
        questions=spread([_question(one, persona, form, shuffle) for one in chosen], size),
        metrics=measured_by(form),
        source=f"{Path(items).name}, given by the user" if items else "Made for personae, CC0.",
        baselines=baselines_of(form),
        choose_by="total",
    )


def _question(item: Item, persona: str, form: Form, shuffle: int) -> Question:
    options, answer = shuffled(item.id, item.options, item.answer, shuffle)
    return asked(
        item.id, item.question, options, answer, person=persona, form=form, group=item.subject,
        labels={"level": item.level},
    )  # fmt: skip
