"""S081 PREFDISCO: knowing the user pays, asking brings it, and not asking brings nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import fmean

from personae.benchmarks.prefdisco import ASSISTANT, prefdisco
from personae.benchmarks.types import Benchmark, Question
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.data import Sample
from personae.draft import Kit
from personae.metrics.preference_alignment import level_of, marks_of
from personae.metrics.preference_gain import ASKED, GENERIC, ORACLE, preference_gain
from personae.text.preferences import QUESTIONS

PROBLEMS, PERSONAS = 50, 4
ROOM, REACHED, SAME = 0.5, 0.95, 0.01  # PrefAlign levels; share of the oracle; levels
POLICIES = ("ask-all", "ask-half", "ask-none")
SPOKEN = 3  # items that the method asks the real model about


def check(context: CheckContext) -> list[str]:
    """50 problems by 4 personas: policies of a template responder, and a dialogue of a model."""
    made = prefdisco(
        questions=len(QUESTIONS), problems=PROBLEMS, personas=PERSONAS, seed=context.seed
    )
    items = len(made.questions) // 3
    expect(items == PROBLEMS * PERSONAS, f"{items} items are not {PROBLEMS} x {PERSONAS}.")
    told = {name: answered(made, name, context.seed) for name in POLICIES}
    level = {name: levels(samples) for name, samples in told.items()}
    generic, oracle = (level["ask-all"][mode] for mode in (GENERIC, ORACLE))
    line = f"{items} items: generic {generic:.3f}, told {oracle:.3f}"
    expect(oracle - generic >= ROOM, f"{line}; being told was to bring {ROOM} levels.")
    asked = {name: level[name][ASKED] for name in level}
    policies = ", ".join(f"{name} {value:.3f}" for name, value in asked.items())
    expect(
        asked["ask-all"] >= REACHED * oracle, f"{policies}; asking all was to reach {oracle:.3f}."
    )
    expect(
        abs(asked["ask-none"] - generic) <= SAME, f"{policies}; asking nothing was to be generic."
    )
    expect(generic < asked["ask-half"] < oracle, f"{policies}; asking half was to lie between.")
    kit = Kit(lm=context.lm())
    gains = {name: preference_gain()(samples, kit).total for name, samples in told.items()}
    shown = ", ".join(f"{name} {value:.1f} %" for name, value in gains.items())
    return [line, policies, f"normalised gain: {shown}", spoken(made, context)]


def answered(made: Benchmark, baseline: str, seed: int) -> list[Sample]:
    """What a baseline answers to all questions."""
    rng = random.Random(seed)
    return [_sample(one, made.baselines[baseline](one, rng)) for one in made.questions]


def levels(samples: Sequence[Sample]) -> dict[str, float]:
    """Mean alignment by mode."""
    return {
        mode: fmean(level_of(marks_of(one) or []) for one in samples if one.record["group"] == mode)
        for mode in (GENERIC, ORACLE, ASKED)
    }


def _sample(question: Question, reply: str) -> Sample:
    record = {"group": question.group, "labels": question.labels}
    return Sample(id=question.id, scene=question.scene, reply=reply, record=record)


def spoken(made: Benchmark, context: CheckContext) -> str:
    """Raise CheckFailed unless a method that asks learns the user's wishes, word for word."""
    import threading

    from personae.benchmarks.passive_user import FINAL, understood
    from personae.evaluate.asking import AskedQuestion, answerer_for
    from personae.speaker import Speaker

    options = {"questions": len(QUESTIONS), "max_tokens": 60}
    speaker = Speaker(context.lm(), "asks-first", options=options, replayable=True)
    ask = answerer_for(made, speaker)
    asked = [one for one in made.questions if one.group == ASKED]
    chosen = asked[:: len(asked) // SPOKEN][:SPOKEN]
    for one in chosen:
        answer = ask.answer(AskedQuestion(one), seed=context.seed, cancel=threading.Event())
        turns = answer.to_dict()["turns"]
        words = " ".join(turn["text"] for turn in turns if turn["speaker"] != ASSISTANT)
        wanted = {each["dimension"]: each["value"] for each in one.labels["preferences"]}
        expect(understood(words) == wanted, f"{one.id}: {words!r} does not say {wanted}.")
        expect(words.endswith(FINAL) and bool(answer.text), f"{one.id}: no answer came in the end.")
    return f"{SPOKEN} dialogues of {speaker.lm.name}: all preferences were learned by asking"
