"""`personae study persona-effect`: personas against as many ways to say "a helpful assistant"."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.output import print_json, print_table
from personae.cli.studying import (
    WRITTEN_TOKENS,
    AsJson,
    FormOption,
    Items,
    Limit,
    MaxTokens,
    Out,
    People,
    Plot,
    Seed,
    Workers,
    asked_tasks,
    heat_of,
    model_named,
    p_text,
    people_of,
    span,
    tasks_named,
    write_result,
)
from personae.cli.targets import refuse_other_than_svg

if TYPE_CHECKING:
    from personae.evaluate.orders import Agreement
    from personae.studies.grid import Asked
    from personae.studies.persona_effect import Effect

PERSONAS, CONTROLS, LIMIT = 24, 10, 50


def persona_effect(
    out: Out,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model", help="See `personae models`; several are compared with each other."
        ),
    ] = None,
    tasks: Annotated[
        str, typer.Option("--tasks", help="knowledge, attitudes, bbq, with commas.")
    ] = "knowledge,attitudes",
    personas: People = None,
    number: Annotated[
        int, typer.Option("--n", min=1, help="Personas, spread over the categories (162 of ours).")
    ] = PERSONAS,
    controls: Annotated[
        int, typer.Option("--controls", min=1, max=30, help="Control paraphrases, of 30.")
    ] = CONTROLS,
    items: Items = "",
    form: FormOption = "likelihood",
    limit: Limit = LIMIT,
    workers: Workers = 1,
    max_tokens: MaxTokens = WRITTEN_TOKENS,
    seed: Seed = 0,
    plot: Plot = None,
    as_json: AsJson = False,
) -> None:
    """Tell the effect of personas from that of any other wording (S052).

    Nobody, paraphrases of "a helpful assistant" and personas answer the same questions. The ratio
    of variances says whether personas spread more than paraphrases do.
    """
    from personae.studies import persona_effect as study

    refuse_other_than_svg(plot)
    chosen = tasks_named(tasks, list(study.TASKS), form, items, limit)
    conditions = study.conditions_of(people_of(personas), personas=number, controls=controls)
    by_model: dict[str, dict[str, Asked]] = {}
    for name in dict.fromkeys(model or [""]):
        folder = out / _folder(name) if len(model or []) > 1 else out
        with model_named(name) as lm:
            by_model[name or "default model"] = asked_tasks(
                lm, conditions, chosen, folder, seed=seed, workers=workers, max_tokens=max_tokens,
                mitigation="none",
            )  # fmt: skip
    effects = {name: _effects(asked, seed) for name, asked in by_model.items()}
    orders = _orders(by_model, seed)
    result = {
        "effects": {name: [one.to_dict() for one in found] for name, found in effects.items()},
        "orders": [
            {"task": task, "models": pair, "tau": one.tau, "p": one.p}
            for task, pairs in orders.items()
            for pair, one in pairs.items()
        ],
    }
    write_result(out, result)
    if plot is not None:
        first = next(iter(by_model.values()))
        plot.write_text(_heat(next(iter(first.values()))), encoding="utf-8")
    if as_json:
        print_json(result)
        return
    for name, found in effects.items():
        _print(found, name)
    _print_orders(orders)


def _effects(asked: Mapping[str, Asked], seed: int) -> list[Effect]:
    """One effect a task; of attitudes one each, since their mean means nothing."""
    from personae.studies.persona_effect import persona_effect as effect_of

    tables = [
        part
        for name, table in asked.items()
        for part in (
            [table.within(group) for group in dict.fromkeys(table.groups)]
            if name == "attitudes"
            else [table]
        )
    ]
    return [effect_of(table, seed=seed) for table in tables]


def _orders(
    by_model: Mapping[str, Mapping[str, Asked]], seed: int
) -> dict[str, dict[tuple[str, str], Agreement]]:
    from personae.studies.persona_effect import across_models

    if len(by_model) < 2:
        return {}
    tasks = next(iter(by_model.values()))
    return {
        task: across_models({name: asked[task] for name, asked in by_model.items()}, seed=seed)
        for task in tasks
    }


def _print(effects: Sequence[Effect], model: str) -> None:
    print_table(
        ("task", "nobody", "controls, mean ± sd", "personas, mean ± sd", "ratio of variances",
         "differ from nobody", "between categories", "read", "failed"),
        [_row(one) for one in effects],
        title=f"Persona effect, {model}",
    )  # fmt: skip
    typer.echo(
        "A ratio above 1 with an interval above 1: personas change more than paraphrases do. "
        "Differ: McNemar's test against nobody, Holm over personas, p < 0.05. Between categories: "
        "share of the personas' variance (by chance), p by shuffling."
    )
    for one in effects:
        ordered = sorted(one.personas, key=lambda persona: persona[2])
        worst, best = ordered[0], ordered[-1]
        typer.echo(
            f"{one.task}: lowest {worst[0]} {worst[2]:.3f}, highest {best[0]} {best[2]:.3f}"
            + (f"; differing: {', '.join(one.differing)}" if one.differing else "")
        )


def _row(one: Effect) -> tuple[str, ...]:
    ratio, share = one.ratio, one.categories
    differing = "–" if one.differing is None else f"{len(one.differing)} of {len(one.personas)}"
    return (
        one.task,
        f"{one.empty:.3f}",
        _mean_sd([score for _, score in one.controls]),
        _mean_sd([score for _, _, score in one.personas]),
        "–" if ratio is None else f"{ratio.ratio:.2f}{span(ratio.interval, 2)}",
        differing,
        "–" if share is None else f"{share.share:.2f} ({share.by_chance:.2f}), p={p_text(share.p)}",
        ", ".join(f"{name} {value:.0%}" for name, value in one.read.items()) or "–",
        str(one.failed),
    )


def _mean_sd(scores: Sequence[float]) -> str:
    if not scores:
        return "–"
    return f"{fmean(scores):.3f} ± {stdev(scores) if len(scores) > 1 else math.nan:.3f}"


def _print_orders(orders: Mapping[str, Mapping[tuple[str, str], Agreement]]) -> None:
    rows = [
        (task, f"{one} / {other}", f"{found.tau:+.3f}", p_text(found.p))
        for task, pairs in orders.items()
        for (one, other), found in pairs.items()
    ]
    if rows:
        print_table(
            ("task", "models", "τ of personas", "p"), rows, title="Same order in other models?"
        )


def _heat(asked: Asked) -> str:
    from personae.studies.persona_effect import by_category

    return heat_of(
        by_category(asked), title=f"Personas by category: {asked.task}",
        note="mean score less that of the control paraphrases",
    )  # fmt: skip


def _folder(model: str) -> str:
    import re

    return re.sub(r"[^A-Za-z0-9.-]+", "-", model).strip("-") or "model"
