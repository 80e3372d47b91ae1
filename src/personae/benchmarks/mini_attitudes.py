"""What a persona thinks: 60 attitude statements of our own, agreed with from 1 to 5 (S052)."""

from __future__ import annotations

from typing import Literal

from personae.benchmarks.items_asked import scene_of, spread
from personae.benchmarks.types import Benchmark, Question, by_chance
from personae.draft import Limit
from personae.items import Statement, attitudes
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S052",))

VERSION = "1"
SCALE = ("1", "2", "3", "4", "5")


def mini_attitudes(
    *, persona: str = "", form: Literal["likelihood", "written"] = "likelihood", size: Limit = 0
) -> Benchmark:
    """Statements as somebody, see `mini_knowledge`. Half of them are reversed: who agrees with
    everything comes out in the middle.

    `likelihood` ranks the five digits; `written` takes the digit that the answer says most.
    """
    return Benchmark(
        version=VERSION,
        ask="reply" if form == "written" else "choose",
        questions=spread([_question(one, persona) for one in attitudes()], size),
        metrics=("likert", "extraction-rate") if form == "written" else ("likert",),
        source="Made for personae, CC0.",
        baselines={"chance": by_chance, "middle": lambda question, rng: "3", "agree":
                   lambda question, rng: "5"},
        choose_by="total",
    )  # fmt: skip


def _question(one: Statement, persona: str) -> Question:
    text = (
        f'How much do you agree with this statement: "{one.text}"\n'
        "1: not at all, 2: rather not, 3: neither, 4: rather, 5: fully. "
        "Answer with one number from 1 to 5."
    )
    return Question(
        id=one.id,
        scene=scene_of(persona, text),
        options=SCALE,
        group=one.attitude,
        labels={"reversed": one.is_reversed, "scale": len(SCALE)},
    )
