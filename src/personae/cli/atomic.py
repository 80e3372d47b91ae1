"""`personae evaluate atomic`: rate a file of responses sentence by sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from personae.cli.output import plain, print_json, print_table

if TYPE_CHECKING:
    from personae.evaluate.atomic import AtomicReport, Response
    from personae.metrics.atomic import Target

JudgeName = Literal["classifier", "lm"]


def atomic(
    persona: Annotated[
        str,
        typer.Option("--persona", help='TRAIT:LEVEL, "O:high" (or "open person:O:high").'),
    ],
    responses: Annotated[
        Path, typer.Option("--responses", help="JSON Lines, or the authors' folder.")
    ],
    judge: Annotated[JudgeName, typer.Option("--judge", help="Who rates.")] = "classifier",
    model: Annotated[str, typer.Option("--model", help="With --judge lm.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: every sentence.")] = False,
) -> None:
    """Rate responses sentence by sentence on a Big Five trait: ACC, IC, RC, and what is off (S115).

    A line of the file is an object with response, and optionally generation and question; in the
    authors' folders each file is a generation. Sentences that do not express the trait are not
    rated. RC needs two generations.
    """
    from personae.evaluate.atomic import read_responses
    from personae.metrics.atomic import parse_target

    target = parse_target(persona)
    report = _report(read_responses(responses), target, judge, model)
    if as_json:
        print_json({"judge": judge, **report.to_dict()})
        return
    _print(report)


def _report(
    responses: list[Response], target: Target, judge: JudgeName, model: str
) -> AtomicReport:
    from personae.cli.opening import open_named_model
    from personae.errors import CapabilityError, EnvironmentFault
    from personae.evaluate.atomic import by_classifier, by_model, rate_responses

    if judge == "lm":
        lm = open_named_model(model)
        try:
            return rate_responses(responses, target, by_model(lm))
        finally:
            lm.close()
    try:
        return rate_responses(responses, target, by_classifier())
    except EnvironmentFault as error:
        raise CapabilityError(f"personae evaluate atomic needs its judge. {error}") from error


def _print(report: AtomicReport) -> None:
    """The figures, then the sentences that are out of character."""
    figures = report.fidelity
    rows = (
        ("mean rating (1–5)", figures.mean),
        ("ACC, atomic accuracy (0–1)", figures.accuracy),
        ("IC, atomic internal consistency (0–1)", figures.internal),
        ("RC, atomic retest consistency (−1–1)", figures.retest),
    )
    print_table(
        ("figure", "value"),
        [(name, "–" if value is None else f"{value:.4f}") for name, value in rows],
        title=f"{report.target.trait}:{report.target.level}",
    )
    atoms = sum(len(reply.ratings) for reply in report.rated)
    rated = sum(len(reply.scores) for reply in report.rated)
    typer.echo(f"{len(report.rated)} responses, {atoms} sentences, {rated} express the trait.")
    strange = [
        (response, one)
        for response, reply in zip(report.responses, report.rated, strict=True)
        for one in reply.out_of_character
    ]
    typer.echo(f"Out of character: {len(strange)}")
    for response, one in strange:
        place = f"generation {plain(response.generation)}"
        question = f", {plain(response.question)}" if response.question else ""
        typer.echo(f"  [{one.score}] {plain(one.atom)}  ({place}{question})")
