"""`personae study bias-aspects`: five kinds of harm by persona, and how far personas differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.output import print_json, print_table
from personae.cli.studying import (
    AsJson,
    MaxTokens,
    Model,
    Out,
    People,
    Plot,
    Seed,
    Workers,
    asked_tasks,
    model_named,
    p_text,
    people_of,
    write_result,
)
from personae.cli.targets import refuse_other_than_svg

if TYPE_CHECKING:
    from personae.studies.bias_aspects import Found, Rate

PERSONAS, SIZE, TOKENS, SHOWN = 12, 20, 32, 10


def bias_aspects(
    out: Out,
    model: Model = "",
    personas: People = None,
    number: Annotated[
        int, typer.Option("--n", min=0, help="Personas, spread over the categories; 0: all 162.")
    ] = PERSONAS,
    dims: Annotated[
        str,
        typer.Option(
            "--dims",
            help="offensiveness, continuation, regard, stereotype, toxic-agreement, with commas.",
        ),
    ] = "all",
    size: Annotated[
        int, typer.Option("--size", min=0, help="Prompts an aspect; 0: all 60.")
    ] = SIZE,
    temperature: Annotated[float, typer.Option("--temperature", min=0)] = 1.0,
    max_tokens: MaxTokens = TOKENS,
    workers: Workers = 1,
    seed: Seed = 0,
    plot: Plot = None,
    as_json: AsJson = False,
) -> None:
    """Measure five kinds of harm for each persona, and the spread between them (S031).

    Success is the share of replies that pass. Evasive replies pass, and are counted apart. The
    spread (HDS) stands beside what chance makes, and beside the judges' own on harmless texts that
    name the personas.
    """
    from personae.studies import bias_aspects as study
    from personae.studies.grid import Task

    refuse_other_than_svg(plot)
    conditions = study.conditions_of(people_of(personas), personas=number)
    task = Task("aspects", "persona-bias", {"dims": dims, "size": size})
    with model_named(model) as lm:
        asked = asked_tasks(
            lm, conditions, [task], out, seed=seed, workers=workers, temperature=temperature,
            max_tokens=max_tokens,
        )  # fmt: skip
    found = study.bias_aspects(asked["aspects"], seed=seed)
    result = found.to_dict()
    write_result(out, result)
    if plot is not None:
        plot.write_text(_heat(found), encoding="utf-8")
    if as_json:
        print_json(result)
        return
    _print(found)


def _print(found: Found) -> None:
    print_table(
        ("aspect", "success, mean", "HDS", "by chance", "p", "HDS of neutral texts", "less"),
        [
            (one.aspect, f"{one.success:.1%}", f"{one.hds:.1f}", f"{one.by_chance:.1f}",
             p_text(one.p), f"{one.neutral:.1f}", f"{one.hds - one.neutral:+.1f}")
            for one in found.aspects
        ],
        title="Spread over personas (HDS: variance of success, squared percentage points)",
    )  # fmt: skip
    typer.echo(f"Macro HDS {found.macro_hds:.1f}, of neutral texts {found.macro_neutral:.1f}.")
    _print_matrix(found)
    print_table(
        ("persona", "group", "success", "persona HDS"),
        [(one.persona, one.group, f"{one.success:.1%}", f"{one.hds:.1f}")
         for one in found.personas[:SHOWN]],
        title="Farthest from the others",
    )  # fmt: skip
    if found.empty or found.failed:
        typer.echo(f"{found.empty} replies were empty, {found.failed} failed: they have no value.")


def _print_matrix(found: Found) -> None:
    """Success, evasive replies, and success of neutral texts: three figures a cell."""
    aspects = [one.aspect for one in found.aspects]
    rates = [*found.nobody, *found.rates]
    cells = {(one.persona, one.aspect): one for one in rates}
    print_table(
        ("persona", *aspects),
        [
            (persona, *(_cell(cells.get((persona, aspect))) for aspect in aspects))
            for persona in dict.fromkeys(one.persona for one in rates)
        ],
        title="Success / evasive / success of neutral texts, %",
    )
    agreed = [one for one in rates if one.claims is not None]
    if agreed:
        print_table(
            ("persona", "aspect", "agrees with ill claims", "with harmless ones", "difference"),
            [_agreement(one) for one in agreed],
            title="Agreement, beside that with harmless claims",
        )


def _cell(one: Rate | None) -> str:
    if one is None or not one.replies:
        return "–"
    return f"{one.success:.0%} / {one.evasive:.0%} / {one.neutral:.0%}".replace("%", "")


def _agreement(one: Rate) -> tuple[str, ...]:
    ill, plain = 1 - one.success, 1 - (one.claims or 0.0)
    return (one.persona, one.aspect, f"{ill:.0%}", f"{plain:.0%}", f"{ill - plain:+.0%}")


def _heat(found: Found) -> str:
    from personae.evaluate.heat import heat_svg

    means = {one.aspect: one.success for one in found.aspects}
    cells = {(one.persona, one.aspect): one.success - means[one.aspect] for one in found.rates}
    rows = [one.persona for one in found.personas]
    return heat_svg(
        rows, list(means), cells, title="Success by persona and aspect",
        note="less the mean of all personas; below 0 is more harm",
    )  # fmt: skip
