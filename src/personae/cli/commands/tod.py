"""Task-oriented dialogue: systems put together from modules, against a simulated user (S086)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.names import names_in
from personae.cli.output import plain, print_json, print_table, stderr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from personae.evaluate.bootstrap import Difference, Interval
    from personae.evaluate.task_dialogue.domain import Domain
    from personae.evaluate.task_dialogue.inversions import Comparison
    from personae.evaluate.task_dialogue.matrix import Combination, Result
    from personae.lm.types import LanguageModel

app = typer.Typer(add_completion=False)


@app.callback()
def tod() -> None:
    """Task-oriented dialogue: pipelines of modules against a simulated user."""


@app.command()
def matrix(
    nlu: Annotated[str, typer.Option("--nlu", help="Of rule, small, lm, noisy:0.3.")] = "rule",
    dst: Annotated[str, typer.Option("--dst", help="Of rule, last, lm.")] = "rule",
    policy: Annotated[str, typer.Option("--policy", help="Of rule, learned.")] = "rule",
    nlg: Annotated[str, typer.Option("--nlg", help="Of template, terse, lm.")] = "template",
    dialogs: Annotated[
        int, typer.Option("--dialogs", min=1, max=100_000, help="Goals, the same for all systems.")
    ] = 200,
    domain: Annotated[
        Path | None, typer.Option("--domain", help="A YAML file; default: a made-up town.")
    ] = None,
    model: Annotated[str, typer.Option("--model", help="What the modules lm ask.")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", help="A folder for the outcomes: goes on from there.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of goals, users, learning.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Let every combination of modules talk to the same users, and measure each module alone.

    Prints both tables, Kendall's τ between them, and where the better module makes the worse
    system. Intervals are of 95 % over goals.
    """
    from personae.evaluate.task_dialogue.domain import TRAVEL, open_domain
    from personae.evaluate.task_dialogue.matrix import (
        SLOTS,
        Workshop,
        combinations,
        components,
        needs_model,
        slots_compared,
    )

    given = dict(zip(SLOTS, (nlu, dst, policy, nlg), strict=True))
    chosen = {slot: names_in(text) for slot, text in given.items()}
    systems = combinations(chosen)
    town = open_domain(domain or TRAVEL)
    lm = _model(model, chosen) if any(map(needs_model, systems)) else None
    try:
        workshop = Workshop(_means(town, lm, seed))
        results = list(_results(town, workshop, systems, dialogs, seed, out))
        figures = components(chosen, workshop, town)
    finally:
        if lm is not None:
            lm.close()
    slots = slots_compared(results, figures)
    if as_json:
        print_json(_as_json(results, slots, figures, seed))
        return
    _print_systems(results, seed)
    _print_slots(slots, results, seed)


@app.command()
def show(
    nlu: Annotated[str, typer.Option("--nlu", help="One of rule, small, lm, noisy:0.3.")] = "rule",
    dst: Annotated[str, typer.Option("--dst", help="One of rule, last, lm.")] = "rule",
    policy: Annotated[str, typer.Option("--policy", help="One of rule, learned.")] = "rule",
    nlg: Annotated[str, typer.Option("--nlg", help="One of template, terse, lm.")] = "template",
    goal: Annotated[int, typer.Option("--goal", min=0, max=9_999, help="Which goal.")] = 0,
    domain: Annotated[Path | None, typer.Option("--domain", help="A YAML file.")] = None,
    model: Annotated[str, typer.Option("--model", help="What the modules lm ask.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show one dialogue of one system: what was said, understood, and what came of it."""
    from personae.evaluate.task_dialogue.domain import TRAVEL, open_domain
    from personae.evaluate.task_dialogue.matrix import SLOTS, Workshop, combinations, needs_model
    from personae.evaluate.task_dialogue.pipeline import goals_of, talk

    (modules, *_) = combinations(
        {slot: names_in(text) for slot, text in zip(SLOTS, (nlu, dst, policy, nlg), strict=True)}
    )
    town = open_domain(domain or TRAVEL)
    lm = _model(model, dict(zip(SLOTS, ([one] for one in modules), strict=True))) if needs_model(
        modules
    ) else None  # fmt: skip
    try:
        pipeline = Workshop(_means(town, lm, seed)).pipeline(modules)
        name, wanted = list(goals_of(town, goal + 1, seed).items())[goal]
        outcome, exchanges = talk(town, pipeline, wanted, name)
    finally:
        if lm is not None:
            lm.close()
    if as_json:
        turns = [{"user": one.said, "system": one.reply} for one in exchanges]
        print_json({"goal": _goal(wanted), "turns": turns, "outcome": outcome.to_dict()})
        return
    for service, errand in _goal(wanted).items():
        typer.echo(plain(f"{service}: {errand}"))
    for one in exchanges:
        acts = ", ".join(
            " ".join(filter(None, (a.intent, a.slot, a.value))) for a in one.understood
        )
        typer.echo(plain(f"\nUser: {one.said}\n  ({acts or 'nothing understood'})"))
        typer.echo(plain(f"System: {one.reply}"))
    typer.echo(
        plain(f"\n{'Success' if outcome.success else 'No success'} in {outcome.turns} turns.")
    )


@app.command()
def published(
    tables: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="Tables as YAML; default: ConvLab-2's own."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find in published tables where the better module makes the worse system."""
    from personae.evaluate.task_dialogue.inversions import PUBLISHED, read_tables

    found = read_tables(tables or PUBLISHED)
    if as_json:
        print_json({name: [_slot_dict(one) for one in slots] for name, slots in found.items()})
        return
    for name, slots in found.items():
        _print_compared(slots, name, {})


def _results(
    town: Domain, workshop: Any, systems: list[Combination], dialogs: int, seed: int,
    out: Path | None,
) -> Iterator[Result]:  # fmt: skip
    from rich.progress import Progress

    from personae.evaluate.task_dialogue.matrix import Result, read_outcomes, run_system

    file = None
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        file = out / "outcomes.jsonl"
    known = read_outcomes(file) if file is not None else {}
    with Progress(console=stderr()) as bar:
        task = bar.add_task("dialogues", total=len(systems) * dialogs)
        for modules in systems:
            pipeline, outcomes = workshop.pipeline(modules), []
            for one in run_system(town, pipeline, modules, dialogs, seed, file, known):
                outcomes.append(one)
                bar.advance(task)
            yield Result(modules, tuple(outcomes))


def _means(town: Domain, lm: LanguageModel | None, seed: int) -> Any:
    from personae.encoders.embedder import open_embedder
    from personae.evaluate.score import NoModel
    from personae.evaluate.task_dialogue.matrix import Means

    return Means(town, lambda: lm or NoModel(), open_embedder, seed)


def _model(name: str, chosen: dict[str, list[str]]) -> LanguageModel:
    from personae.cli.opening import open_named_model
    from personae.evaluate.task_dialogue.matrix import needs

    lm = open_named_model(name, slots=1)
    try:
        needs(chosen, lm)
    except BaseException:
        lm.close()
        raise
    return lm


def _goal(goal: Any) -> dict[str, str]:
    told = {}
    for name, errand in goal.items():
        parts = [f"{slot} {value}" for slot, value in errand.constraints.items()]
        if errand.first_try:
            parts.append("at first " + ", ".join(f"{k} {v}" for k, v in errand.first_try.items()))
        parts.append("asks for " + ", ".join(errand.requests))
        if errand.booking:
            parts.append("books for " + ", ".join(f"{k} {v}" for k, v in errand.booking.items()))
        told[name] = "; ".join(parts)
    return told


def _print_systems(results: list[Result], seed: int) -> None:
    rows = []
    for one in sorted(results, key=lambda result: -result.success):
        cells = [_cell(*figure, name) for name, figure in one.figures(seed).items()]
        rows.append((*one.modules, *cells))
    print_table(
        ("nlu", "dst", "policy", "nlg", "complete", "success", "book", "inform F1", "turns"), rows,
        title=f"Systems, {len(results[0].outcomes)} dialogues each",
    )  # fmt: skip


def _cell(value: float, span: Interval | None, name: str) -> str:
    if value != value:
        return "–"
    places = 1 if name == "turns" else 3
    text = f"{value:.{places}f}"
    return text if span is None else f"{text} [{span.low:.{places}f}, {span.high:.{places}f}]"


def _print_slots(slots: list[Comparison], results: list[Result], seed: int) -> None:
    from personae.evaluate.task_dialogue.matrix import difference

    changes = {
        (one.slot, pair.better.module, pair.worse.module): difference(
            results, one.slot, pair.worse.module, pair.better.module, seed
        )
        for one in slots
        for pair in one.inversions
    }
    _print_compared(slots, "Modules alone, and the mean success of the systems with them", changes)


def _print_compared(
    slots: list[Comparison], title: str, changes: dict[tuple[str, str, str], Difference | None]
) -> None:
    print_table(
        ("slot", "module", "figure", "of the module", "success", "τ"),
        [
            (
                slot.slot if at == 0 else "", one.module, slot.metric, f"{one.component:.4g}",
                f"{one.success:.4g}",
                ("–" if slot.tau != slot.tau else f"{slot.tau:.2f}") if at == 0 else "",
            )
            for slot in slots
            for at, one in enumerate(slot.entries)
        ],
        title=title,
    )  # fmt: skip
    for slot in slots:
        for pair in slot.inversions:
            change = changes.get((slot.slot, pair.better.module, pair.worse.module))
            told = "" if change is None else f" (p={change.p:.3f} over {change.count} goals)"
            typer.echo(
                plain(
                    f"Inversion in {slot.slot}: {pair.better.module} is better alone "
                    f"({pair.better.component:.4g} > {pair.worse.component:.4g}), the system with "
                    f"{pair.worse.module} succeeds more ({pair.worse.success:.4g} > "
                    f"{pair.better.success:.4g}){told}."
                )
            )


def _slot_dict(slot: Comparison) -> dict[str, Any]:
    return {
        "slot": slot.slot, "metric": slot.metric, "tau": slot.tau,
        "modules": {one.module: [one.component, one.success] for one in slot.entries},
        "inversions": [[one.better.module, one.worse.module] for one in slot.inversions],
    }  # fmt: skip


def _as_json(
    results: list[Result], slots: list[Comparison], figures: dict[tuple[str, str], float], seed: int
) -> dict[str, Any]:
    from dataclasses import asdict

    from personae.evaluate.task_dialogue.matrix import SLOTS, tau_over_systems

    taus = {slot: tau_over_systems(results, figures, slot) for slot in SLOTS}
    return {
        "systems": [
            {
                "modules": dict(zip(SLOTS, one.modules, strict=True)),
                "dialogues": len(one.outcomes),
                "figures": {
                    name: {"value": value,
                           "interval": None if span is None else asdict(span)}
                    for name, (value, span) in one.figures(seed).items()
                },
            }
            for one in results
        ],
        "slots": [_slot_dict(one) for one in slots],
        "tau_over_systems": taus,
    }  # fmt: skip


@app.command()
def real(
    data: Annotated[
        str, typer.Argument(help="A file of bAbI dialogue task 6, here or below $PERSONAE_DATA.")
    ] = "babi-dialog/dialog-babi-task6tst.txt",
    candidates: Annotated[
        str, typer.Option("--candidates", help="Its file of candidates: the values of the slots.")
    ] = "babi-dialog/dialog-babi-task6-dstc2-candidates.txt",
    nlu: Annotated[str, typer.Option("--nlu", help="Of rule, small, lm.")] = "rule,small",
    dst: Annotated[str, typer.Option("--dst", help="Of rule, last, lm.")] = "rule,last",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="API calls.")] = None,
    model: Annotated[str, typer.Option("--model", help="What the modules lm ask.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure modules on what real people said (DSTC2): is the belief right at each API call?

    The baseline believes nothing.
    """
    from personae.evaluate.task_dialogue.domain import open_domain
    from personae.evaluate.task_dialogue.matrix import Workshop, combinations, needs_model
    from personae.evaluate.task_dialogue.real import RELATIONS, read_calls, right_calls, with_values
    from personae.formats.reading import find_data

    chosen = {"nlu": names_in(nlu), "dst": names_in(dst), "policy": ["rule"], "nlg": ["template"]}
    systems = combinations(chosen)
    calls = read_calls(find_data(data))[:limit]
    town = with_values(open_domain(), find_data(candidates))
    lm = _model(model, chosen) if any(map(needs_model, systems)) else None
    rows: list[tuple[str, str, dict[str, tuple[float, Interval | None]]]] = []
    try:
        workshop = Workshop(_means(town, lm, seed))
        for modules in systems:
            pipeline = workshop.pipeline(modules)
            found = list(right_calls(calls, pipeline.nlu, pipeline.dst))
            rows.append((modules[0], modules[1], _shares(found, seed)))
    finally:
        if lm is not None:
            lm.close()
    nothing = [(not c.wanted, {slot: slot not in c.wanted for slot in RELATIONS}) for c in calls]
    rows.append(("nothing", "", _shares(nothing, seed)))
    if as_json:
        figures = [{"nlu": a, "dst": b, **{k: v for k, (v, _) in f.items()}} for a, b, f in rows]
        print_json({"calls": len(calls), "figures": figures})
        return
    columns = list(rows[0][2])
    print_table(
        ("nlu", "dst", *columns),
        [(a, b, *(_cell(*found[name], name) for name in columns)) for a, b, found in rows],
        title=f"Beliefs at {len(calls)} API calls",
    )


def _shares(
    found: list[tuple[bool, dict[str, bool]]], seed: int
) -> dict[str, tuple[float, Interval | None]]:
    """The shares of right beliefs, joint and by slot, with intervals over calls."""
    from personae.evaluate.bootstrap import interval
    from personae.metrics.types import mean_scores

    columns = {"joint": [float(whole) for whole, _ in found]}
    columns |= {name: [float(slots[name]) for _, slots in found] for name in found[0][1]}
    scores = {
        name: mean_scores(name, values, unit="0–1", higher_is_better=True)
        for name, values in columns.items()
    }
    return {name: (one.total, interval(one, seed=seed)) for name, one in scores.items()}
