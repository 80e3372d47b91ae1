"""S065 PersonaEval: items from any dialogues, the paper's figures exactly, nonsense counted."""

from __future__ import annotations

from collections.abc import Sequence

from personae.benchmarks.personaeval import personaeval
from personae.benchmarks.types import Question
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import share_right
from personae.data import Sample
from personae.draft import Kit
from personae.evaluate.score import NoModel
from personae.registry import build

METRICS = ("choice-accuracy", "top-2", "mean-rank", "brier", "calibration-error")
ROUNDS = 5  # of random answers to the shipped lines: 440 items
CHANCE = (0.20, 0.30)


def check(context: CheckContext) -> list[str]:
    """Oracle, chance and a uniform judge beside what words and meaning find."""
    made = personaeval()
    oracle = figures([judged(one, one.reference) for one in made.questions])
    expect(
        oracle["choice-accuracy"] == 1 and oracle["brier"] < 1e-9
        and oracle["calibration-error"] < 1e-9,
        f"An oracle has {oracle}; it was to be right and sure.",
    )  # fmt: skip
    uniform = figures([judged(one, "") for one in made.questions])
    expect(abs(uniform["brier"] - 0.1875) < 1e-9, f"A uniform judge has {uniform}.")
    apart = abs(abs(uniform["choice-accuracy"] - 0.25) - uniform["calibration-error"])
    expect(apart < 1e-9, f"A uniform judge's calibration error is not |.25 − accuracy|: {uniform}.")
    chance = share_right(made.questions, made.baselines["random"], context.seed, ROUNDS)
    words, meaning = (
        share_right(made.questions, made.baselines[name], context.seed)
        for name in ("words", "nearest")
    )
    line = (
        f"{len(made.questions)} shipped lines, four names: chance {chance:.3f}, words {words:.3f}, "
        f"nearest profile {meaning:.3f}"
    )
    expect(CHANCE[0] < chance < CHANCE[1], f"{line}; chance was to be one in four.")
    expect(meaning > chance + 0.1, f"{line}; a profile was to tell who speaks.")
    lost = figures(
        [unread(made.questions[0]), judged(made.questions[1], made.questions[1].reference)]
    )
    expect(lost["choice-accuracy"] == 0.5, "An answer that names nobody was not counted as wrong.")
    return [line, "uniform judge: Brier .1875; oracle: 1, 0, 0; an unread answer is wrong"]


def judged(question: Question, sure: str) -> Sample:
    """A sample whose judge is sure of one option, or of none."""
    scores = [60.0 if option == sure else 0.0 for option in question.options]
    return _sample(question, sure or question.options[0], scores)


def unread(question: Question) -> Sample:
    """A sample of a judge that named none of the options."""
    return _sample(question, "", None)


def figures(samples: Sequence[Sample]) -> dict[str, float]:
    """The totals of the paper's metrics."""
    kit = Kit(lm=NoModel())
    return {name: build("metric", name)(samples, kit).total for name in METRICS}


def _sample(question: Question, reply: str, scores: list[float] | None) -> Sample:
    record = {"options": list(question.options), **({"scores": scores} if scores else {})}
    return Sample(
        id=question.id, scene=question.scene, reference=question.reference, reply=reply,
        record=record,
    )  # fmt: skip
