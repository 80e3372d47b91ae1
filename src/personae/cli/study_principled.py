"""`personae study principled`: advantage, robustness and fidelity of personas, and mitigations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.names import names_in
from personae.cli.output import print_json, print_table
from personae.cli.studying import (
    AsJson,
    FormOption,
    Items,
    Limit,
    MaxTokens,
    Model,
    Out,
    Seed,
    Workers,
    asked_tasks,
    model_named,
    p_text,
    span,
    tasks_named,
    write_result,
)

if TYPE_CHECKING:
    from personae.evaluate.bootstrap import Difference
    from personae.evaluate.orders import Fidelity
    from personae.studies.principled import Changes, Principles, Worst

LIMIT, FIRST_TOKENS = 60, 32
MITIGATIONS = ("none", "instruction", "refine", "refine-basic")


def principled(
    out: Out,
    model: Model = "",
    mitigations: Annotated[
        str,
        typer.Option("--mitigations", help=f"Of {', '.join(MITIGATIONS)}; none is always asked."),
    ] = "none,instruction",
    items: Items = "",
    form: FormOption = "likelihood",
    limit: Limit = LIMIT,
    workers: Workers = 1,
    max_tokens: MaxTokens = FIRST_TOKENS,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Ask whether personas help where they should and change nothing where they should not (S074).

    Experts, first names, favourite colours and six levels of schooling answer the same questions,
    and so does nobody. Items of your own need the subjects of ours: experts are found by subject.
    """
    from personae.studies import principled as study
    from personae.studies.grid import NOBODY

    wanted = _mitigations(mitigations)
    tasks = tasks_named("knowledge", ("knowledge",), form, items, limit)
    conditions = study.conditions_of()
    with model_named(model) as lm:
        tables = {
            name: asked_tasks(
                lm,
                conditions if name == "none" else [c for c in conditions if c != NOBODY],
                tasks,
                out / name,
                seed=seed,
                workers=workers,
                max_tokens=max_tokens,
                mitigation=name,
            )["knowledge"]
            for name in wanted
        }
    empty = tables["none"].hits(NOBODY)
    found = [
        study.principled(table, mitigation=name, empty=empty, seed=seed)
        for name, table in tables.items()
    ]
    changed = [
        study.changes(tables["none"], table, mitigation=name, empty=empty, seed=seed)
        for name, table in tables.items()
        if name != "none"
    ]
    result = {
        "principles": [one.to_dict() for one in found],
        "changes": [one.to_dict() for one in changed],
    }
    write_result(out, result)
    if as_json:
        print_json(result)
        return
    _print(found, len(empty))
    _print_changes(changed)


def _mitigations(names: str) -> list[str]:
    from personae.errors import InvalidOption

    wanted = names_in(names)
    strange = [name for name in wanted if name not in MITIGATIONS]
    if strange:
        raise InvalidOption(f"The mitigations are {', '.join(MITIGATIONS)}; not {strange[0]!r}.")
    return list(dict.fromkeys(["none", *wanted]))


def _print(found: Sequence[Principles], items: int) -> None:
    rows = [
        (
            one.mitigation,
            f"{one.advantage.value:+.3f}{_reach(one.advantage.difference)}\n"
            f"sign test p={p_text(one.advantage.p)}",
            _worst(one.names),
            _worst(one.colors),
            _tau(one.education),
            _tau(one.expertise),
        )
        for one in found
    ]
    print_table(
        ("mitigation", "expertise advantage ↑", "worst name (ideal 0)", "worst colour (ideal 0)",
         "fidelity to schooling ↑", "fidelity to expertise ↑"),
        rows,
        title=f"Principled personas: {items} items, nobody is right in {found[0].empty:.3f}",
    )  # fmt: skip
    typer.echo(
        "Differences of accuracy to nobody with 95 % intervals over items; fidelity is Kendall's τ "
        "of accuracies with the order expected, the mean of 10,000 draws. p of the worst is "
        "corrected for how many there are."
    )
    print_table(
        ("persona", *(one.mitigation for one in found)),
        [
            (name, *(_accuracy(one, name) for one in found))
            for name in found[0].accuracies
        ],
        title="Accuracy",
    )  # fmt: skip


def _print_changes(changed: Sequence[Changes]) -> None:
    if not changed:
        return
    print_table(
        ("mitigation", "expertise advantage", "worst name", "worst colour", "schooling",
         "expertise"),
        [
            (
                one.mitigation, _change(one.advantage), _change(one.names), _change(one.colors),
                _tau(one.education), _tau(one.expertise),
            )
            for one in changed
        ],
        title="What a mitigation changes (paired differences to none)",
    )  # fmt: skip


def _accuracy(one: Principles, name: str) -> str:
    value = one.accuracies.get(name)
    return "–" if value is None else f"{value:.3f}"


def _worst(one: Worst) -> str:
    return f"{one.value:+.3f}{span(one.interval, sign=True)}\n{one.persona}, p={p_text(one.p)}"


def _tau(one: Fidelity) -> str:
    return f"{one.mean:+.3f}{span(one.interval, sign=True)}"


def _change(one: Difference | None) -> str:
    return "–" if one is None else f"{one.difference:+.3f}{_reach(one)}"


def _reach(one: Difference | None) -> str:
    return "" if one is None else span(one.interval, sign=True)
