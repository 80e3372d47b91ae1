"""`personae evaluate behaviour-judge`: how far the judge of written behaviours can be trusted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from personae.cli.output import print_json, print_table


def behaviour_judge(
    split: Annotated[str, typer.Option("--split", help="Motifs: valid, test, or all.")] = "all",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Judge behaviours that people wrote in other words, of which it is known what they tell.

    `both`, cosine and entailment, is the judge of `behaviour-match`.
    """
    from personae.benchmarks.lifechoice import shipped_embedder, shipped_nli
    from personae.evaluate.behaviour_judge import (
        agreement_with,
        by_both,
        by_embedder,
        by_inference,
        by_words,
        told_behaviours,
    )
    from personae.novels import split_named

    told = told_behaviours(split_named(split))
    judges = {
        "both": by_both(shipped_embedder(), shipped_nli()),
        "embedder": by_embedder(shipped_embedder()),
        "inference": by_inference(shipped_nli()),
        "words": by_words,
    }
    found = {name: agreement_with(judge, told) for name, judge in judges.items()}
    if as_json:
        print_json({name: asdict(one) for name, one in found.items()})
        return
    print_table(
        ("judge", "verdict right", "right behaviours accepted", "wrong ones refused", "option"),
        [
            (name, *(f"{value:.2f}" for value in
                     (one.verdict, one.accepted, one.refused, one.option)))
            for name, one in found.items()
        ],
        title=f"{len(told)} written behaviours, a half of them right (option by chance: 0.25)",
    )  # fmt: skip
