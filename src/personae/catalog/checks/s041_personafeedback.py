"""S041 PersonaFeedback: tiers are as hard as they are called, and only the person tells."""

from __future__ import annotations

from personae.benchmarks.personafeedback import TIERS, personafeedback
from personae.benchmarks.types import Benchmark
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import share_right
from personae.evaluate.asking import Choosing
from personae.speaker import Speaker

PERSONS = 2
SHUFFLED = 0.06  # how far from one half a judge may be that is told of another person
SWAPPED = 12  # questions whose options are shown in both orders to the embedded model


def check(context: CheckContext) -> list[str]:
    """An embedding judge over three tiers, the same of another person, and options swapped."""
    made = personafeedback(persons=PERSONS, seed=context.seed)
    easy, medium, hard = (right(made, "nearest", tier, context.seed) for tier in TIERS)
    line = (
        f"{len(made.questions)} pairs, the judge by meaning: easy {easy:.3f}, medium {medium:.3f}, "
        f"hard {hard:.3f}"
    )
    expect(easy > medium > hard > 0.5, f"{line}; each tier was to be harder, and above chance.")
    other = personafeedback(persons=PERSONS, seed=context.seed, shuffled=True)
    lost = sum(right(other, "nearest", tier, context.seed) for tier in TIERS) / len(TIERS)
    shuffled = f"told of another person it has {lost:.3f}"
    expect(abs(lost - 0.5) < SHUFFLED, f"{line}; {shuffled}, which was to be chance.")
    return [line, shuffled, swapped(made, context)]


def right(made: Benchmark, baseline: str, tier: str, seed: int) -> float:
    """How often a baseline chooses the person's own answer in a tier."""
    asked = [one for one in made.questions if one.group == tier]
    return share_right(asked, made.baselines[baseline], seed)


def swapped(made: Benchmark, context: CheckContext) -> str:
    """Raise CheckFailed unless the model's verdicts stay when the options change places."""
    import threading
    from dataclasses import replace

    from personae.evaluate.asking import AskedQuestion

    judge = Choosing(Speaker(context.lm(), "plain", replayable=True), made.choose_by)
    step = len(made.questions) // SWAPPED
    asked = made.questions[::step][:SWAPPED]

    def chosen(options: tuple[str, ...], at: int) -> str:
        one = replace(asked[at], options=options)
        answer = judge.answer(AskedQuestion(one), seed=context.seed, cancel=threading.Event())
        return answer.text

    same = sum(
        chosen(one.options, at) == chosen(one.options[::-1], at) for at, one in enumerate(asked)
    )
    expect(same == SWAPPED, f"{SWAPPED - same} of {SWAPPED} verdicts change with the order.")
    return f"options in both orders: {same} of {SWAPPED} verdicts of the embedded model stay"
