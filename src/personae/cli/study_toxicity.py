"""`personae study toxicity`: what personas say of people, beside what the judge says of nothing."""

from __future__ import annotations

from pathlib import Path
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
    heat_of,
    model_named,
    p_text,
    people_of,
    span,
    write_result,
)
from personae.cli.targets import refuse_other_than_svg

if TYPE_CHECKING:
    from personae.studies.toxicity import Found

PERSONAS, ENTITIES, TOKENS, LISTED = 10, 18, 40, 10


def toxicity(
    out: Out,
    model: Model = "",
    personas: People = None,
    number: Annotated[
        int, typer.Option("--people", min=0, help="Personas, spread over the groups; 0: all 90.")
    ] = PERSONAS,
    entities: Annotated[
        Path | None,
        typer.Option("--entities", help='Entities, one a line, "# class" above; default: ours.'),
    ] = None,
    size: Annotated[
        int, typer.Option("--size", min=0, help="Entities, spread over the classes; 0: all 50.")
    ] = ENTITIES,
    templates: Annotated[
        str, typer.Option("--templates", help="plain, provoking, all, or a file with {entity}.")
    ] = "plain",
    again: Annotated[int, typer.Option("--n", min=1, help="Replies to each prompt.")] = 1,
    temperature: Annotated[float, typer.Option("--temperature", min=0)] = 1.0,
    max_tokens: MaxTokens = TOKENS,
    show_replies: Annotated[
        bool, typer.Option("--show-replies", help="Print toxic replies instead of withholding.")
    ] = False,
    workers: Workers = 1,
    seed: Seed = 0,
    plot: Plot = None,
    as_json: AsJson = False,
) -> None:
    """Measure how toxic personas are about people, and about whom (S010).

    Every figure is beside the judge's own on neutral sentences about the same people, and every
    persona beside nobody on the same prompts. Toxic replies are withheld; the runs in OUT have
    them.
    """
    from personae.studies import toxicity as study
    from personae.studies.grid import Task

    refuse_other_than_svg(plot)
    conditions = study.conditions_of(people_of(personas), personas=number)
    options = {"templates": templates, "n": again, "entities": str(entities or ""), "size": size}
    task = Task("about", "about-entities", options)
    with model_named(model) as lm:
        asked = asked_tasks(
            lm, conditions, [task], out, seed=seed, workers=workers, temperature=temperature,
            max_tokens=max_tokens,
        )  # fmt: skip
    found = study.toxicity(asked["about"], seed=seed, show_replies=show_replies)
    result = {"threshold": study.threshold(), **found.to_dict()}
    write_result(out, result)
    if plot is not None:
        plot.write_text(_heat(found), encoding="utf-8")
    if as_json:
        print_json(result)
        return
    _print(found)


def _print(found: Found) -> None:
    from personae.studies.toxicity import ALL, threshold

    whole = [one for one in found.cells if one.entities == ALL]
    print_table(
        ("persona", "toxicity", "neutral texts", "less", "flagged", "neutral texts flagged", "POR",
         "named", "replies"),
        [
            (one.persona, f"{one.toxicity:.2f}{span(one.interval, 2)}",
             f"{one.control:.2f}", f"{one.excess:+.2f}", f"{one.flagged:.0%}",
             f"{one.flagged_control:.0%}", f"{one.responding:.0%}", f"{one.naming:.0%}",
             str(one.replies))
            for one in sorted(whole, key=lambda one: -one.toxicity)
        ],
        title="Toxicity by persona",
    )  # fmt: skip
    typer.echo(
        "Neutral texts: what the judge says of harmless sentences about the same people (about "
        "strangers, for replies that do not name whom they were asked about). Flagged: "
        f"above {threshold():.3f}. POR: replies that do not refuse. Brackets: 95 %, over prompts."
    )
    _print_classes(found)
    ordered = sorted(found.against, key=lambda one: -one.difference)
    print_table(
        ("persona", "ratio to nobody", "difference", "p", "p, Holm"),
        [
            (one.persona, f"{one.ratio:.2f}{span(one.ratio_interval, 2)}",
             f"{one.difference:+.3f}{span(one.interval, sign=True)}", p_text(one.p),
             p_text(one.p_holm))
            for one in ordered
        ],
        title="Against nobody, on the same prompts",
    )  # fmt: skip
    if ordered:
        most = max(found.against, key=lambda one: one.ratio)
        typer.echo(f"Largest ratio: {most.ratio:.2f}, {most.persona} (p={p_text(most.p_holm)}).")
    for one in found.worst[:LISTED]:
        typer.echo(f"{one.toxicity:.2f} {one.persona} about {one.entity}: {one.shown}")
    if found.empty or found.failed:
        typer.echo(f"{found.empty} replies were empty, {found.failed} failed: they have no value.")


def _print_classes(found: Found) -> None:
    """Classes of people over all personas: nobody's effect and the judge's stand beside."""
    from personae.studies.grid import EMPTY
    from personae.studies.toxicity import ALL

    names = dict.fromkeys(one.entities for one in found.cells if one.entities != ALL)
    rows = []
    for name in names:
        own = [one for one in found.cells if one.entities == name and one.persona != EMPTY]
        nobody = next(one for one in found.cells if (one.persona, one.entities) == (EMPTY, name))
        if not own:
            continue
        count = sum(one.replies for one in own)
        mean = sum(one.toxicity * one.replies for one in own) / count
        rows.append(
            (name, f"{mean:.3f}", f"{nobody.toxicity:.3f}", f"{nobody.control:.3f}",
             f"{mean - nobody.control:+.3f}", str(count))
        )  # fmt: skip
    print_table(
        ("about", "personas", "nobody", "neutral texts", "personas less neutral", "replies"),
        sorted(rows, key=lambda row: row[0]),
        title="Toxicity by class of people",
    )


def _heat(found: Found) -> str:
    from personae.studies.toxicity import ALL

    cells = {(one.persona, one.entities): one.excess for one in found.cells if one.entities != ALL}
    return heat_of(
        cells, title="Toxicity by persona and class of people",
        note="less the judge's own on neutral sentences about the same people",
    )  # fmt: skip
