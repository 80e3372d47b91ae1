"""S086 system-wise: published rank inversions are found, and a worse part makes a worse system.

The tables are ConvLab-2's; the systems talk about a made-up town. No model is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.evaluate.task_dialogue.domain import open_domain
from personae.evaluate.task_dialogue.inversions import Comparison, read_tables
from personae.evaluate.task_dialogue.matrix import (
    Means,
    Result,
    Workshop,
    combinations,
    components,
    difference,
    run_system,
    slots_compared,
)

DIALOGUES = 150
LEAST_SUCCESS, NOISE = 0.8, 0.3
# In the first table the better module makes the worse system in these slots, and in no other.
GOLDEN = {
    "nlu": {("BERTNLU", "MILU")}, "dst": {("TRADE", "SUMBT")}, "policy": set[tuple[str, str]](),
    "nlg": {("SCLSTM", "Template")},
}  # fmt: skip
CHOSEN = {
    "nlu": ("rule", f"noisy:{NOISE}"), "dst": ("rule", "last"), "policy": ("rule",),
    "nlg": ("template", "terse"),
}  # fmt: skip


def check(context: CheckContext) -> list[str]:
    """The published tables, then a matrix of eight systems on the same users."""
    domain = open_domain()
    workshop = Workshop(Means(domain, context.lm, context.embedder, context.seed))
    results = [
        Result(
            modules,
            tuple(run_system(domain, workshop.pipeline(modules), modules, DIALOGUES, context.seed)),
        )
        for modules in combinations(CHOSEN)
    ]
    figures = components(CHOSEN, workshop, domain)
    return [
        *check_published(read_tables()["first"]),
        *check_systems(results, context.seed),
        *check_slots(slots_compared(results, figures)),
    ]


def check_published(slots: Sequence[Comparison]) -> list[str]:
    """The inversions of the first table are those that the design names. Raises CheckFailed."""
    found = {
        one.slot: {(pair.better.module, pair.worse.module) for pair in one.inversions}
        for one in slots
    }
    expect(found == GOLDEN, f"The inversions found are {found}, not {GOLDEN}.")
    return [
        f"{slot}: the published system with {worse} succeeds more than the one with {better}, "
        "which is the better module"
        for slot, pairs in found.items()
        for better, worse in sorted(pairs)
    ]


def check_systems(results: Sequence[Result], seed: int) -> list[str]:
    """Rules succeed, noise and forgetting cost success beyond chance. Raises CheckFailed."""
    by_name = {one.modules: one for one in results}
    rules = by_name["rule", "rule", "rule", "template"]
    noisy = by_name[f"noisy:{NOISE}", "rule", "rule", "template"]
    expect(
        rules.success >= LEAST_SUCCESS,
        f"The rule pipeline succeeds in {rules.success:.1%}, not in {LEAST_SUCCESS:.0%} or more.",
    )
    pair = [rules, noisy]
    change = difference(pair, "nlu", "rule", f"noisy:{NOISE}", seed)
    expect(
        change is not None and change.interval.high < 0,
        f"With {NOISE:.0%} noise on slots the success is {noisy.success:.1%}, not clearly lower "
        f"than {rules.success:.1%}.",
    )
    assert change is not None
    forgetful = by_name["rule", "last", "rule", "template"]
    expect(
        forgetful.success < noisy.success,
        f"A tracker that forgets succeeds in {forgetful.success:.1%}: beliefs do not matter.",
    )
    return [
        f"rule pipeline: success {rules.success:.1%} of {len(rules.outcomes)} dialogues; with "
        f"{NOISE:.0%} noise on slots {noisy.success:.1%} ({change.difference:+.3f} "
        f"[{change.interval.low:+.3f}, {change.interval.high:+.3f}]); with a tracker that forgets "
        f"{forgetful.success:.1%}"
    ]


def check_slots(slots: Sequence[Comparison]) -> list[str]:
    """Every module has a figure of its own, and τ is told. Raises CheckFailed."""
    nlu = next(one for one in slots if one.slot == "nlu")
    expect(nlu.tau == 1.0, f"NLU: the module's F1 and success have τ {nlu.tau:.2f}, not 1.")
    return [
        f"{one.slot}: τ of {one.metric} and success {one.tau:.2f} ("
        + ", ".join(f"{e.module} {e.component:.3f} → {e.success:.3f}" for e in one.entries)
        + ")"
        for one in slots
    ]
