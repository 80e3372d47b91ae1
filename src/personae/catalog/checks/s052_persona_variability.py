"""S052 persona variability: a known spread is found, none is made up, and a real model is asked.

A synthetic model with known accuracies goes through the whole study; simulated accuracies say how
often the interval is right; the embedded model answers as some of the shipped personas.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from statistics import fmean

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.synthetic_answers import synthetic_model
from personae.evaluate.spread import variance_ratio
from personae.items import lists, people, told
from personae.lm.types import LanguageModel
from personae.studies.grid import Task, ask_grid
from personae.studies.persona_effect import Effect, conditions_of, persona_effect

MEAN, PERSONA_SD, CONTROL_SD = 0.6, 0.1, 0.02
ITEMS, SEEDS, COVERED = 200, 100, 93
SYNTHETIC_ITEMS, LIVE_ITEMS = 42, 18


def check(context: CheckContext) -> list[str]:
    """Through the study, over seeds, and live. Raises CheckFailed."""
    return [*spread_is_found(context.seed), *intervals_are_right(), *live(context)]


def spread_is_found(seed: int) -> list[str]:
    """Personas that spread are told from paraphrases, and personas that do not are not."""
    rng = random.Random(seed)
    personas = [told(name) for names in people().values() for name in names]
    own = {line: MEAN + rng.gauss(0, PERSONA_SD) for line in personas}
    own |= {told(name): MEAN + rng.gauss(0, CONTROL_SD) for name in lists().controls}
    apart = _studied(synthetic_model(lambda line, _: own.get(line, MEAN), seed=seed, shared=0.9))
    alike = _studied(synthetic_model(lambda line, _: MEAN, seed=seed, shared=0.9))
    found, none = apart.ratio, alike.ratio
    expect(
        found is not None and found.is_larger,
        f"Personas with a spread of {PERSONA_SD} are not told from paraphrases: {found}.",
    )
    expect(
        none is not None and none.interval is not None
        and none.interval.low <= 1 <= none.interval.high,
        f"A model that heeds nobody has a persona effect: {none}.",
    )  # fmt: skip
    assert found is not None
    assert found.interval is not None
    assert none is not None
    assert none.interval is not None
    return [
        f"synthetic model, {len(apart.personas)} personas and {len(apart.controls)} paraphrases on "
        f"{SYNTHETIC_ITEMS} items: ratio {found.ratio:.1f} [{found.interval.low:.2f}, "
        f"{found.interval.high:.2f}]; a model that heeds no persona: {none.ratio:.2f} "
        f"[{none.interval.low:.2f}, {none.interval.high:.2f}]"
    ]


def intervals_are_right() -> list[str]:
    """Of 162 personas and 30 paraphrases: with equal spreads 1 lies in 93 of 100 intervals."""
    import numpy

    covered = found = 0
    for seed in range(SEEDS):
        generator = numpy.random.default_rng(seed)
        equal = [generator.binomial(ITEMS, MEAN, size) / ITEMS for size in (162, 30)]
        reach = variance_ratio(equal[0].tolist(), equal[1].tolist(), seed=seed).interval
        covered += reach is not None and reach.low <= 1 <= reach.high
        chances = (
            numpy.clip(MEAN + generator.normal(0, sd, size), 0, 1)
            for sd, size in ((PERSONA_SD, 162), (CONTROL_SD, 30))
        )
        spread = [(generator.binomial(ITEMS, chance) / ITEMS).tolist() for chance in chances]
        found += variance_ratio(*spread, seed=seed).is_larger
    expect(covered >= COVERED, f"With equal spreads {covered} of {SEEDS} intervals hold 1.")
    expect(found == SEEDS, f"A spread of {PERSONA_SD} is found in {found} of {SEEDS} seeds.")
    return [
        f"{SEEDS} simulations of 162 personas and 30 paraphrases on {ITEMS} items: equal spreads "
        f"give an interval with 1 in {covered}, a spread of {PERSONA_SD} one above 1 in {found}"
    ]


def live(context: CheckContext) -> list[str]:
    """The embedded model answers as itself, as paraphrases and as personas, above chance."""
    effect = _studied(context.lm(), personas=6, controls=4, items=LIVE_ITEMS)
    scores = [score for _, score in effect.controls]
    expect(effect.failed == 0, f"{effect.failed} answers failed.")
    expect(
        effect.ratio is not None and fmean(scores) > 0.35,
        f"Control paraphrases are right in {fmean(scores):.3f}; chance is 0.25.",
    )
    mean = fmean(score for _, _, score in effect.personas)
    return [
        f"{context.lm().name}, {LIVE_ITEMS} items: nobody {effect.empty:.3f}, "
        f"{len(scores)} paraphrases {fmean(scores):.3f}, {len(effect.personas)} personas "
        f"{mean:.3f}, ratio of variances {effect.ratio.ratio if effect.ratio else 0:.2f}"
    ]


def _studied(
    lm: LanguageModel, personas: int = 24, controls: int = 10, items: int = SYNTHETIC_ITEMS
) -> Effect:
    task = Task("knowledge", "mini-knowledge", {}, items)
    with tempfile.TemporaryDirectory() as folder:
        conditions = conditions_of(personas=personas, controls=controls)
        asked = ask_grid(lm, conditions, [task], Path(folder))
    return persona_effect(asked["knowledge"])
