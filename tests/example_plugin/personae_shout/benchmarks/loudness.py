"""Does a shouting persona choose the shouted answer?"""

from __future__ import annotations

from personae.benchmarks.types import Ask, Benchmark, Question, by_chance, first_option
from personae.data import Persona, Scene, Turn
from personae.registry import EntryInfo

ENTRY = EntryInfo()


def loudness(*, count: int = 6, ask: Ask = "choose", version: str = "1") -> Benchmark:
    """`count` questions in two groups; the gold answer is the loud one."""
    return Benchmark(
        version=version,
        ask=ask,
        questions=tuple(_question(at) for at in range(count)),
        metrics=("choice-accuracy",) if ask == "choose" else ("word-f1",),
        source="Made up for this test.",
        baselines={"random": by_chance, "first": first_option},
    )


def _question(at: int) -> Question:
    quiet, loud = f"I am quiet today, number {at}.", f"LOUD AND PROUD, NUMBER {at}!"
    return Question(
        id=f"loud-{at}",
        scene=Scene(
            persona=Persona(name="Boom", statements=("I always shout.",)),
            turns=(Turn(speaker="User", text=f"How are you, <b>{at}</b>?"),),
        ),
        reference=loud,
        options=(quiet, loud) if at % 2 else (loud, quiet),
        group="odd" if at % 2 else "even",
        labels={"number": at},
    )
