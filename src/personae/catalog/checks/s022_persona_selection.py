"""S022 P5: persona prompts choose the right reply more often, and wrong personas do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from personae.catalog.check import CheckContext
from personae.catalog.check_data import data_file, expect
from personae.catalog.check_methods import mcnemar, mean
from personae.encoders.ranking import Ranker, open_ranker
from personae.encoders.selection import open_selector
from personae.evaluate.selection import (
    NEGATIVES,
    Choice,
    bilinear_arms,
    cross_arms,
    hits,
    read_choices,
)

TURNS = 500
SIGNIFICANT = 0.05
BARE, ZERO, TUNED = (f"cross-encoder{end}" for end in ("", ", P5 zero-shot", ", P5 tuned"))
OTHER = " with another's persona"
WANTED = (BARE, ZERO, ZERO + OTHER, TUNED)


def check(context: CheckContext) -> list[str]:
    """p@1 over 500 turns of dialogues that nothing was trained or chosen on."""
    file = data_file(context, "xpersona", "En_persona_test.json")
    choices = read_choices(file, TURNS, context.seed)
    ranker = open_ranker(context.embedder())
    same_without(ranker, choices[:20])
    arms = {**bilinear_arms(open_selector(context.embedder())), **cross_arms(ranker)}
    wanted = [name for name in arms if name in WANTED or name == "bilinear, P5"]
    return compare({name: hits(arms[name](choices)) for name in wanted})


def same_without(ranker: Ranker, choices: Sequence[Choice]) -> None:
    """Raise CheckFailed unless the scores without a persona are the bare ones, tuned or not."""
    for one in choices:
        bare = ranker.scores(one.turns, one.replies, is_tuned=False)
        none = ranker.scores(one.turns, one.replies, [], is_tuned=True)
        expect(bool((bare == none).all()), "Without a persona the scores are not the bare ones.")


def compare(found: Mapping[str, Sequence[bool]]) -> list[str]:
    """Raise CheckFailed unless prompts help, tuning helps, and another's persona does not."""
    count = len(found[BARE])
    shown = ", ".join(
        f"{name} {mean([float(hit) for hit in one]):.3f}" for name, one in found.items()
    )
    line = f"p@1 over {count} turns with {NEGATIVES} negatives: {shown}"
    tests = [
        (ZERO, BARE, True, "P5 is not better than no persona"),
        (ZERO + OTHER, BARE, False, "another's persona helps as well"),
        (TUNED, BARE, True, "tuned with prompts it is not better than no persona"),
    ]
    values = []
    for name, base, is_better, fault in tests:
        p = mcnemar(found[name], found[base])
        expect((p < SIGNIFICANT) is is_better, f"{line}; {fault} (McNemar p = {p:.4f}).")
        values.append(f"{name} over {base} p = {p:.2g}")
    values.append(f"{TUNED} over {ZERO} p = {mcnemar(found[TUNED], found[ZERO]):.2g}")
    expect(sum(found[TUNED]) > sum(found[ZERO]), f"{line}; tuning with prompts does not help.")
    return [line, f"McNemar, one-sided: {'; '.join(values)}"]
