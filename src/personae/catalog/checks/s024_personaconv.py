"""S024 PersonaConvBench: an author's history tells how a reply is received, another's does not."""

from __future__ import annotations

import random
from dataclasses import replace

from personae.benchmarks.personaconv import Context, personaconv
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.data import Sample
from personae.draft import Kit
from personae.metrics.mcc import mcc

THREADS = 400
GAINED = 0.2  # MCC that history brings at least
CONTEXTS: tuple[Context, ...] = ("with", "without", "random")


def check(context: CheckContext) -> list[str]:
    """A simple predictor that knows the author's other replies, none, or somebody else's."""
    kit = replace(Kit(lm=context.lm()), seed=context.seed)
    found = {}
    for name in CONTEXTS:
        made = personaconv(context=name, threads=THREADS, seed=context.seed)
        rng = random.Random(context.seed)
        samples = [
            Sample(
                id=one.id, scene=one.scene, reference=one.reference,
                reply=made.baselines["history"](one, rng), record={"options": list(one.options)},
            )
            for one in made.questions
        ]  # fmt: skip
        found[name] = mcc()(samples, kit).total
    figures = ", ".join(f"{name} history {value:.3f}" for name, value in found.items())
    line = f"MCC of the sign over {len(made.questions)} replies: {figures}"
    expect(found["with"] - found["without"] > GAINED, f"{line}; history was to bring {GAINED}.")
    expect(found["random"] < found["with"], f"{line}; another's history was to be worth less.")
    return [line]
