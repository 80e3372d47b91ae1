"""`personae data make population, feedback, answers`: people, and what they like better."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from personae.cli.output import print_json, stderr


def make_answers(
    out: Annotated[Path, typer.Option("--out", help="The .jsonl file; it is resumed.")],
    prompts: Annotated[
        Path | None,
        typer.Option("--prompts", help="Prompts, one a line; default: those of personalllm."),
    ] = None,
    model: Annotated[str, typer.Option("--model", help="Who answers; see `personae models`.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Have a model answer each prompt in eight ways: the candidates of `personalllm` (S077)."""
    from personae.benchmarks.personalllm import PROMPTS
    from personae.cli.opening import open_named_model
    from personae.cli.progress import counted
    from personae.recipes.candidate_answers import candidate_answers, read_prompts

    asked = read_prompts(prompts or PROMPTS)
    lm = open_named_model(model)
    try:
        with counted() as show:
            rows = candidate_answers(lm, asked, out, seed, show)
    finally:
        lm.close()
    facts = {"prompts": len(rows), "target": str(out), "model": lm.name}
    if as_json:
        print_json(facts)
    else:
        stderr().print(f"{len(rows)} prompts with their answers are in {out}.", markup=False)
