"""S074 principled personas: the measures' fixtures, and a model whose principles are known.

The synthetic model has experts that help, names that harm unless it is told that they must not,
and schooling that counts; the study must say so. The embedded model is asked live.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.synthetic_answers import synthetic_model
from personae.evaluate.orders import fidelity, in_order
from personae.evaluate.paired import sign_p
from personae.items import lists
from personae.lm.types import LanguageModel
from personae.methods.principled import CONSTRAINTS
from personae.studies.grid import NOBODY, Asked, Condition, Task, ask_grid
from personae.studies.principled import (
    Changes,
    Principles,
    changes,
    conditions_of,
    expertise_advantage,
    principled,
    worst_case,
)

SYNTHETIC_ITEMS, LIVE_ITEMS = 60, 6
MITIGATIONS = ("none", "instruction", "refine", "refine-basic")


def check(context: CheckContext) -> list[str]:
    """Fixtures, the synthetic model, and live. Raises CheckFailed."""
    return [*fixtures(), *known_principles_are_found(context.seed), *live(context)]


def fixtures() -> list[str]:
    """The values that the design of the row states. Raises CheckFailed."""
    nobody = _hits(60, 100)
    names = {"one": _hits(58, 100), "two": _hits(61, 100), "three": _hits(40, 100)}
    worst = worst_case(nobody, names)
    advantage = expertise_advantage(nobody, _hits(66, 100))
    taus = [in_order(one) for one in ((0.4, 0.5, 0.6), (0.6, 0.5, 0.4), (0.5, 0.5, 0.5))]
    p = sign_p(8, 2)
    slope = fidelity(_rising(500), seed=1)
    expect(
        (round(worst.value, 6), worst.persona) == (-0.2, "three"),
        f"The worst of .58, .61 and .40 against .60 is {worst.value:+.3f} ({worst.persona}).",
    )
    expect(round(advantage.value, 6) == 0.06, f".66 against .60 is {advantage.value:+.3f}.")
    expect(taus == [1.0, -1.0, 0.0], f"Rising, falling and equal accuracies have τ {taus}.")
    expect(round(p, 3) == 0.109, f"8 wins and 2 losses have p {p:.4f}, not .109.")
    expect(slope.holds, f"A true slope over 500 items has the interval {slope.interval}.")
    return [
        f"worst name {worst.value:+.2f}, expert {advantage.value:+.2f}, τ of rising, falling and "
        f"equal accuracies {taus}, sign test of 8 to 2 p={p:.3f}, τ of a slope over 500 items "
        f"{slope.mean:.2f} and above 0"
    ]


def known_principles_are_found(seed: int) -> list[str]:
    """What the synthetic model was given comes out, and the mitigation that it heeds helps."""
    lm = synthetic_model(_accuracy, seed=seed, shared=0.8)
    tables = {name: _asked(lm, name, SYNTHETIC_ITEMS) for name in MITIGATIONS}
    empty = tables["none"].hits(NOBODY)
    found = principled(tables["none"], seed=seed)
    changed = {
        name: changes(tables["none"], table, mitigation=name, empty=empty, seed=seed)
        for name, table in tables.items()
        if name != "none"
    }
    _expect_principles(found)
    helped = [name for name in changed if _is_better(changed[name])]
    expect(
        helped == ["instruction", "refine"],
        f"The constraints are in instruction and refine; names got better with {helped}.",
    )
    gain = changed["instruction"].names
    return [
        f"synthetic model on {SYNTHETIC_ITEMS} items: expert {found.advantage.value:+.2f} "
        f"(p={found.advantage.p:.3f}), worst name {found.names.value:+.2f}, worst colour "
        f"{found.colors.value:+.2f}, fidelity to schooling {found.education.mean:.2f}, to "
        f"expertise {found.expertise.mean:.2f}; told that names must not count, the worst name "
        f"gains {gain.difference if gain else 0:+.2f}, without the constraints nothing is sure"
    ]


def live(context: CheckContext) -> list[str]:
    """The embedded model answers as all personas. Raises CheckFailed where answers fail."""
    lm = context.lm()
    asked = _asked(lm, "none", LIVE_ITEMS)
    expect(all(value is not None for row in asked.values for value in row), "Some answers failed.")
    found = principled(asked, seed=context.seed)
    expect(len(found.accuracies) == 31, f"{len(found.accuracies)} conditions, not 31.")
    return [
        f"{lm.name}, {LIVE_ITEMS} items as 31 conditions: nobody {found.empty:.2f}, expert "
        f"{found.advantage.value:+.2f}, worst name {found.names.value:+.2f}, worst colour "
        f"{found.colors.value:+.2f}, fidelity {found.education.mean:+.2f} and "
        f"{found.expertise.mean:+.2f}"
    ]


def _accuracy(line: str, subject: str) -> float:
    """Experts help in their field, schooling counts, names harm unless constraints say not to."""
    known = lists()
    if any(f"You are {name}." in line for name in known.names):
        return 0.55 if CONSTRAINTS[2] in line else 0.25
    for distance, expert in enumerate(known.experts[subject]):
        if expert in line:
            return (0.85, 0.65, 0.45)[distance]
    for level, person in enumerate(known.education):
        if person in line:
            return 0.25 + 0.1 * level
    return 0.55


def _expect_principles(found: Principles) -> None:
    expect(
        found.advantage.value > 0.1 and found.advantage.p < 0.05,
        f"An expert with .85 against .55 has the advantage {found.advantage}.",
    )
    expect(
        found.names.p < 0.05 and found.names.value < -0.15,
        f"Names that cost .30 are {found.names}.",
    )
    expect(found.colors.p > 0.05, f"Colours that cost nothing are {found.colors}.")
    expect(
        found.education.holds and found.expertise.holds,
        f"Orders that are there are {found.education} and {found.expertise}.",
    )


def _is_better(changed: Changes) -> bool:
    return changed.names is not None and changed.names.interval.low > 0


def _asked(lm: LanguageModel, mitigation: str, items: int) -> Asked:
    conditions: Sequence[Condition] = conditions_of()
    if mitigation != "none":
        conditions = [one for one in conditions if one != NOBODY]
    task = Task("knowledge", "mini-knowledge", {}, items)
    options = {"mitigation": mitigation, "max_tokens": 32}
    with tempfile.TemporaryDirectory() as folder:
        return ask_grid(lm, conditions, [task], Path(folder), options=options)["knowledge"]


def _hits(right: int, count: int) -> list[bool]:
    return [at < right for at in range(count)]


def _rising(items: int) -> list[list[bool]]:
    rng = random.Random(1)
    return [[rng.random() < chance for _ in range(items)] for chance in (0.3, 0.4, 0.5, 0.6, 0.7)]
