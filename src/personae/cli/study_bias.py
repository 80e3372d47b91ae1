"""`personae study bias` and `personae study answers`: reasoning as people of other groups."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.names import names_in
from personae.cli.output import print_json, print_table
from personae.cli.studying import (
    WRITTEN_TOKENS,
    AsJson,
    FormOption,
    Items,
    Limit,
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
    tasks_named,
    write_result,
)
from personae.cli.targets import refuse_other_than_svg

if TYPE_CHECKING:
    from personae.studies.bias import Comparison, Overt, PersonaBias

LIMIT, SHOWN = 60, 12
TASKS = ("knowledge", "bbq")


def bias(
    out: Out,
    model: Model = "",
    personas: People = None,
    instructions: Annotated[
        str, typer.Option("--instructions", help="mirror, adopt, role, with commas, or all.")
    ] = "mirror",
    debias: Annotated[
        str, typer.Option("--debias", help="none, answer, no-stereotypes, as-human.")
    ] = "none",
    tasks: Annotated[
        str, typer.Option("--tasks", help="knowledge and bbq, with commas.")
    ] = "knowledge",
    items: Items = "",
    form: FormOption = "likelihood",
    limit: Limit = LIMIT,
    workers: Workers = 1,
    max_tokens: MaxTokens = WRITTEN_TOKENS,
    seed: Seed = 0,
    plot: Plot = None,
    as_json: AsJson = False,
) -> None:
    """Compare personas of groups with "a human" on the same questions (S106).

    Each subject of the items is a data set. With --form written, answers without a readable letter
    are wrong, and counted as abstentions, too. The model is also asked outright whether a group is
    worse, since a bias may be denied and there.
    """
    from personae.errors import InvalidOption
    from personae.studies import bias as study

    refuse_other_than_svg(plot)
    if debias not in study.DEBIAS:
        raise InvalidOption(f"--debias is one of {', '.join(study.DEBIAS)}; not {debias!r}.")
    names: Any = list(study.INSTRUCTIONS) if instructions == "all" else names_in(instructions)
    conditions = study.conditions_of(people_of(personas), names, debias=debias)
    chosen = tasks_named(tasks, TASKS, form, items, limit)
    about = dict.fromkeys(one.name for one in conditions if one.line)
    with model_named(model) as lm:
        tables = asked_tasks(
            lm, conditions, chosen, out, seed=seed, workers=workers, max_tokens=max_tokens,
            mitigation="none",
        )  # fmt: skip
        overt = _overt(lm, list(about), out, seed, workers)
    found = study.bias(list(tables.values()))
    people = study.by_persona(found)
    result = {
        "personas": [one.to_dict() for one in people],
        "overt": {one.persona: [one.called_worse, one.subjects] for one in overt},
    }
    write_result(out, result)
    if plot is not None:
        plot.write_text(_heat(found), encoding="utf-8")
    if as_json:
        print_json(result)
        return
    _print(people, overt)
    _print_worst(found)


def answers(
    file: Annotated[Path, typer.Argument(help="Answers in persona-bias's format.")],
    baseline: Annotated[
        Path | None, typer.Argument(help="Answers of the baseline to the same questions.")
    ] = None,
    persona: Annotated[
        str, typer.Option("--persona", help="Count the abstentions that name it.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Read files of written answers anew: accuracy, abstention, and McNemar between two (S106)."""
    from personae.evaluate.paired import mcnemar, wilson
    from personae.studies.bias import naming, read_answers

    held = [read_answers(one) for one in (file, baseline) if one is not None]
    rows, facts = [], []
    for name, one in zip((file, baseline), held, strict=False):
        right, count = sum(one.hits), len(one.hits)
        named = naming(one, persona) if persona and name == file else None
        facts.append({
            "file": str(name), "answers": count, "right": right, "accuracy": right / count,
            "abstained": one.abstained, "naming_the_persona": named,
        })  # fmt: skip
        rows.append((
            str(name), f"{right} of {count}", f"{right / count:.4f}{span(wilson(right, count))}",
            f"{one.abstained} of {count}", "–" if named is None else f"{named:.1%}",
        ))  # fmt: skip
    test = mcnemar(held[1].hits, held[0].hits) if len(held) > 1 else None
    if as_json:
        print_json({"files": facts, "p": None if test is None else test.p})
        return
    print_table(("file", "right", "accuracy", "without an answer", "of these naming it"), rows)
    if test is not None:
        table = test.table
        typer.echo(
            f"McNemar ({test.by}): p={p_text(test.p)}; right only in the baseline "
            f"{table.base_only}, only here {table.other_only}."
        )


def _overt(lm: Any, about: list[str], out: Path, seed: int, workers: int) -> list[Overt]:
    """Asked of nobody; a name with a comma cannot be asked about."""
    from personae.studies.bias import overt_of
    from personae.studies.grid import NOBODY, Task

    named = ",".join(one for one in about if "," not in one)
    task = Task("overt", "overt-bias", {"about": named})
    if "score" not in lm.capabilities or not named:
        return []
    found = asked_tasks(
        lm, [NOBODY], [task], out, seed=seed, workers=workers, max_tokens=8, mitigation="none"
    )
    return overt_of(found["overt"].answers[0])


def _print(people: Sequence[PersonaBias], overt: Sequence[Overt]) -> None:
    said = {one.persona: one for one in overt}
    print_table(
        ("persona", "mean change", "drops (Holm)", "worst data set", "there", "p",
         "called worse outright"),
        [_row(one, said) for one in people],
        title="Against “a human” with the same instruction",
    )  # fmt: skip
    biased = sum(one.drops > 0 for one in people)
    kept = sum(one.drops_holm > 0 for one in people)
    typer.echo(
        f"{biased} of {len(people)} personas have a significant drop (p < 0.05, uncorrected as in "
        f"the paper), {kept} after Holm's correction over all comparisons."
    )
    if said:
        shown = ", ".join(
            f"{name} {one.called_worse} of {one.subjects}"
            for name, one in said.items()
            if name not in {persona.persona for persona in people}
        )
        typer.echo(f"Called worse outright, baselines: {shown}.")


def _row(one: PersonaBias, said: dict[str, Overt]) -> tuple[str, ...]:
    worst, outright = one.worst, said.get(one.persona)
    return (
        one.persona,
        f"{one.mean_change:+.3f}",
        f"{one.drops} of {one.comparisons} ({one.drops_holm})",
        worst.dataset,
        f"{worst.baseline:.2f} → {worst.accuracy:.2f}",
        p_text(worst.test.p),
        "–" if outright is None else f"{outright.called_worse} of {outright.subjects}",
    )


def _share(abstained: float | None, baseline: float | None) -> str:
    if abstained is None or baseline is None:
        return "–"
    return f"{abstained:.0%} ({baseline:.0%})"


def _print_worst(found: Sequence[Comparison]) -> None:
    ordered = sorted(found, key=lambda one: (one.test.p, one.accuracy - one.baseline))[:SHOWN]
    print_table(
        ("persona", "data set", "accuracy (baseline)", "relative", "of those answered",
         "abstained (baseline)", "p (Holm)"),
        [
            (
                f"{one.persona} ({one.instruction})", one.dataset,
                f"{one.accuracy:.3f} ({one.baseline:.3f})", f"{one.relative:+.0%}",
                "–" if one.answered is None else f"{one.answered:.3f}",
                _share(one.abstained, one.baseline_abstained),
                f"{p_text(one.test.p)} ({p_text(one.p_holm)})",
            )
            for one in ordered
        ],
        title=f"The {len(ordered)} least likely by chance, of {len(found)}",
    )  # fmt: skip


def _heat(found: Sequence[Comparison]) -> str:
    from statistics import fmean

    cells: dict[tuple[str, str], list[float]] = {}
    for one in found:
        cells.setdefault((one.persona, one.dataset), []).append(one.accuracy - one.baseline)
    return heat_of(
        {key: fmean(values) for key, values in cells.items()},
        title="Change of accuracy against “a human”", note="mean over instructions",
    )  # fmt: skip
