"""`personae data make population, feedback, answers`: people, and what they like better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.output import print_json, stderr
from personae.cli.targets import refuse_existing

if TYPE_CHECKING:
    from personae.recipes.citizen_pairs import Revision


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


def make_population(
    out: Annotated[Path, typer.Option("--out", help="The .jsonl file to write: one card a line.")],
    number: Annotated[int, typer.Option("--n", min=1, max=1_000_000, help="People.")] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace OUT if it exists.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Draw people from the shares of a population, free of contradictions (S034)."""
    from personae.formats.personas import write_personas
    from personae.populations.people import as_persona, population

    refuse_existing(out, force)
    people = enumerate(population(number, seed))
    count = write_personas((as_persona(one, at, seed) for at, one in people), out)
    if as_json:
        print_json({"people": count, "target": str(out)})
    else:
        stderr().print(f"{count} people written to {out}.", markup=False)


def make_feedback(
    out: Annotated[Path, typer.Option("--out", help="The .jsonl file of pairs to write.")],
    way: Annotated[
        str, typer.Option("--way", help="planted: known by a rule; revised: by a model's critique.")
    ] = "planted",
    number: Annotated[int, typer.Option("--n", min=1, max=100_000, help="Pairs at most.")] = 260,
    model: Annotated[str, typer.Option("--model", help="Who criticises and revises.")] = "",
    work: Annotated[
        Path | None, typer.Option("--work", help="Keeps what was revised; default: beside OUT.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace OUT if it exists.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write pairs of answers of which a citizen prefers one, for training by DPO (S034).

    `personae train apc-preferences -o pairs=FILE` reads them.
    """
    from personae.errors import InvalidOption
    from personae.recipes.apc_preferences import write_pairs
    from personae.recipes.citizen_pairs import pairs_of, planted_pairs

    if way not in ("planted", "revised"):
        raise InvalidOption(f"There is no way {way!r}; there are: planted, revised.")
    refuse_existing(out, force)
    facts: dict[str, object] = {"way": way, "target": str(out)}
    if way == "planted":
        pairs = list(planted_pairs(number, seed))
    else:
        found = _revised(number, model, work or out.with_suffix(".work"), seed)
        pairs = pairs_of(found)
        facts |= _gain(found, seed)
    write_pairs(pairs, out)
    facts["pairs"] = len(pairs)
    if as_json:
        print_json(facts)
    else:
        told = ", ".join(f"{name} {value}" for name, value in facts.items())
        stderr().print(f"Written: {told}.", markup=False)


def _revised(number: int, model: str, work: Path, seed: int) -> list[Revision]:
    from personae.cli.opening import open_named_model
    from personae.cli.progress import counted
    from personae.recipes.citizen_pairs import revisions

    work.mkdir(parents=True, exist_ok=True)
    lm = open_named_model(model)
    try:
        with counted() as show:
            return revisions(lm, number, seed, work / f"revisions-{seed}.jsonl", show)
    finally:
        lm.close()


def _gain(found: list[Revision], seed: int) -> dict[str, object]:
    """The mean gain with its interval: does the revision lean to the citizen's side?"""
    from personae.evaluate.bootstrap import interval
    from personae.metrics.types import mean_scores

    values: list[float | None] = [one.gain for one in found]
    scores = mean_scores("gain", values, unit="cosine", higher_is_better=True)
    reach = interval(scores, seed=seed)
    facts: dict[str, object] = {"gain": round(scores.total, 4)}
    if reach is not None:
        facts |= {"gain_low": round(reach.low, 4), "gain_high": round(reach.high, 4)}
    return facts
