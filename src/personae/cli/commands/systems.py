"""The 125 published systems: list them, show one, run their checks."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.output import plain, print_json, print_table, stderr, stdout

if TYPE_CHECKING:
    from personae.catalog.check import CheckContext, CheckResult
    from personae.catalog.types import System

app = typer.Typer(add_completion=False, invoke_without_command=True)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def systems(context: typer.Context) -> None:
    """The 125 published systems: list them, show one, run their checks."""
    if context.invoked_subcommand is None:
        list_()


@app.command("list")
def list_(
    status: Annotated[str, typer.Option(help="planned, partial or works.")] = "",
    kind: Annotated[str, typer.Option(help="method, dataset, benchmark, study …")] = "",
    by: Annotated[
        str, typer.Option(help="taxonomy (all three), two-tales, rpla, proactive, status or kind.")
    ] = "",
    branch: Annotated[
        str, typer.Option(help="A node of a survey's tree: personalization/method/prompting.")
    ] = "",
    as_json: JsonFlag = False,
) -> None:
    """List the systems, all or some, plain or grouped."""
    rows = _chosen(status, kind, branch)
    if by:
        groupings = [_grouping(name, rows) for name in _grouping_names(by)]
        if as_json:
            print_json(groupings)
        for grouping in () if as_json else groupings:
            _print_grouping(grouping)
    elif as_json:
        print_json([_brief(row) for row in rows])
    else:
        print_table(
            ("id", "short name", "kind", "status", "title"),
            [(row.id, row.short_name, " ".join(row.kind), row.status, row.title) for row in rows],
        )


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="An id (S011) or a short name.")],
    as_json: JsonFlag = False,
) -> None:
    """Show one system: the paper, what it does, and how much of it runs."""
    from personae.catalog import system

    row = system(name)
    if as_json:
        print_json(row.model_dump(mode="json"))
        return
    console = stdout()
    console.print(f"{row.id} {row.short_name}: {row.title}", markup=False)
    console.print(f"\n{row.summary}\n", markup=False)
    for label, value in _details(row):
        console.print(f"{label:<13}{value}", markup=False)


@app.command()
def check(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Ids or short names; or all.")
    ] = None,
    status: Annotated[str, typer.Option(help="Only rows that are so: works, partial …")] = "",
    model: Annotated[str, typer.Option(help="The language model for checks that ask one.")] = "",
    part: Annotated[
        str, typer.Option(help="As 1/2: every second of these, from the first; for two processes.")
    ] = "1/1",
    as_json: JsonFlag = False,
) -> None:
    """Run the checks behind the status of systems; exit 1 when one fails."""
    from personae.catalog.check import CheckFailed, run_check

    wanted = {row.id for row in _chosen(status, "", "")}
    rows = _part_of([row for row in _rows_to_check(names or []) if row.id in wanted], part)
    context, raise_request_faults = _check_context(model)
    results: list[CheckResult] = []
    for number, row in enumerate(rows, 1):
        stderr().print(f"{number}/{len(rows)} {row.id} {row.short_name} …", markup=False)
        results.append(run_check(row, context))
        raise_request_faults()
    if as_json:
        print_json([_ledger_record(row, result) for row, result in zip(rows, results, strict=True)])
    else:
        _print_ledger(rows, results)
    failed = [result.system for result in results if result.status == "failed"]
    if failed:
        raise CheckFailed(f"{len(failed)} of {len(results)} checks failed: {', '.join(failed)}.")


def _part_of(rows: list[System], part: str) -> list[System]:
    """The rows of a part as `2/3`: every third one from the second. Raises InvalidOption."""
    from personae.errors import InvalidOption

    number, _, of = part.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise InvalidOption(f"--part {part}: write it as 1/2, the first of two parts.")
    return rows[int(number) - 1 :: int(of)]


def _chosen(status: str, kind: str, branch: str) -> list[System]:
    from typing import get_args

    from personae.catalog import below
    from personae.catalog import systems as all_systems
    from personae.catalog.types import Status, SystemKind
    from personae.errors import UnknownEntry

    for what, given, allowed in (
        ("status", status, get_args(Status)),
        ("kind of system", kind, get_args(SystemKind)),
    ):
        if given and given not in allowed:
            raise UnknownEntry(what, given, allowed)
    return [
        row
        for row in (below(branch) if branch else all_systems().values())
        if status in ("", row.status) and (not kind or kind in row.kind)
    ]


def _grouping_names(by: str) -> tuple[str, ...]:
    from personae.catalog import GROUPINGS, TAXONOMIES
    from personae.errors import UnknownEntry

    if by == "taxonomy":
        return TAXONOMIES
    if by not in GROUPINGS:
        raise UnknownEntry("grouping", by, ("taxonomy", *GROUPINGS))
    return (by,)


def _grouping(name: str, rows: Sequence[System]) -> dict[str, Any]:
    from personae.catalog import TAXONOMIES, gaps, group_by, matrix, taxonomy

    groups = [
        {
            "group": group,
            "systems": [row.id for row in members],
            "runnable": [row.id for row in members if row.runnable],
        }
        for group, members in group_by(name, rows).items()
    ]
    grouping: dict[str, Any] = {"by": name, "groups": groups}
    if name in TAXONOMIES:
        tree = taxonomy(name)
        grouping |= {"title": tree.title, "survey": tree.system, "gaps": list(gaps(name))}
    if name == "rpla":
        chosen = {row.id for row in rows}
        cells = matrix(name, "persona-type", "construction")
        grouping["matrix"] = {
            down: {
                across: [row.id for row in cell if row.id in chosen]
                for across, cell in line.items()
            }
            for down, line in cells.items()
        }
    return grouping


def _print_grouping(grouping: dict[str, Any]) -> None:
    survey = f": {grouping['title']} ({grouping['survey']})" if "title" in grouping else ""
    console = stdout()
    console.print(f"By {grouping['by']}{survey}. Systems with a * can be run.\n", markup=False)
    for group in grouping["groups"]:
        names = [name + "*" * (name in group["runnable"]) for name in group["systems"]]
        counts = f"{len(names)} systems, {len(group['runnable'])} run"
        console.print(f"{group['group']}: {counts}", markup=False)
        if names:
            lines = textwrap.wrap(" ".join(names), max(20, min(console.width, 100) - 4))
            console.print("\n".join(f"    {line}" for line in lines), markup=False)
    if "matrix" in grouping:
        _print_matrix(grouping["matrix"])
    if "gaps" in grouping:
        console.print("\nGaps, leaves without a system that runs:", markup=False)
        for leaf in grouping["gaps"] or ["none"]:
            console.print(f"  {leaf}", markup=False)
    console.print()


def _print_matrix(matrix: dict[str, dict[str, list[str]]]) -> None:
    columns = list(next(iter(matrix.values())))
    print_table(
        ("count", *(column.rpartition("/")[2] for column in columns)),
        [
            (down.rpartition("/")[2], *(len(line[column]) for column in columns))
            for down, line in matrix.items()
        ],
        title="Systems by persona type and construction",
    )


def _brief(row: System) -> dict[str, Any]:
    fields = ("id", "short_name", "title", "year", "link", "kind", "status", "summary")
    return {field: getattr(row, field) for field in fields}


def _details(row: System) -> list[tuple[str, str]]:
    fit = "" if row.rpla.fit == "direct" else " (nearest fit)"
    pairs = [
        ("kind", ", ".join(row.kind)),
        ("also called", ", ".join(row.aka)),
        ("year", str(row.year or "")),
        ("paper", row.link),
        ("code", row.code),
        ("status", row.status),
        ("", row.status_note),
        ("entries", ", ".join(row.entries)),
        ("demo", row.demo),
        ("check", f"personae systems check {row.id}" if row.check else ""),
        ("two-tales", ", ".join(row.two_tales)),
        ("rpla", ", ".join(row.rpla.leaves) + fit),
        ("proactive", ", ".join(row.proactive)),
    ]
    return [(label, value) for label, value in pairs if value]


def _rows_to_check(names: Sequence[str]) -> list[System]:
    from personae.catalog import system
    from personae.catalog import systems as all_systems
    from personae.errors import InvalidOption

    checked = [row for row in all_systems().values() if row.check]
    if not names:
        return checked
    rows = list({row.id: row for row in map(system, names)}.values())
    without = [row.id for row in rows if not row.check]
    if without:
        raise InvalidOption(
            f"{', '.join(without)} cannot be checked: there is no check yet. "
            f"These have one: {', '.join(row.id for row in checked)}."
        )
    return rows


def _check_context(model: str) -> tuple[CheckContext, Callable[[], None]]:
    """What the checks may use, and a function that raises what was wrong with the request.

    A check's own unknown names fail the check; an unknown model is the user's to mend, so it ends
    the command instead.
    """
    from personae.catalog.check import CheckContext
    from personae.errors import InvalidOption, UnknownEntry
    from personae.settings import load_settings

    settings = load_settings()
    faults: list[UnknownEntry | InvalidOption] = []

    @cache
    def lm() -> Any:
        from personae.lm.names import open_model

        try:
            return open_model(model or settings.model)
        except (UnknownEntry, InvalidOption) as error:
            faults.append(error)
            raise

    @cache
    def embedder() -> Any:
        from personae.encoders.embedder import open_embedder

        return open_embedder()

    def raise_request_faults() -> None:
        if faults:
            raise faults[0]

    return CheckContext(lm, embedder, settings.datasets_dir), raise_request_faults


def _ledger_record(row: System, result: CheckResult) -> dict[str, Any]:
    return {
        "id": row.id,
        "short_name": row.short_name,
        "status": row.status,
        "result": result.status,
        "seconds": round(result.seconds, 3),
        "evidence": list(result.evidence),
    }


def _print_ledger(rows: Sequence[System], results: Sequence[CheckResult]) -> None:
    console = stdout()
    for row, result in zip(rows, results, strict=True):
        told = f"{row.id} {row.short_name} ({row.status}): {result.status}, {result.seconds:.1f} s"
        console.print(told, style="bold", markup=False)
        for line in result.evidence:
            wrapped = textwrap.wrap(plain(line), max(20, min(console.width, 100) - 4))
            console.print("\n".join(f"    {part}" for part in wrapped), markup=False)
    counts = {
        status: sum(result.status == status for result in results)
        for status in ("passed", "failed", "skipped")
    }
    for result in results:
        if result.status != "passed":
            reason = " ".join(result.evidence)
            console.print(f"{result.system} {result.status}: {reason}", markup=False)
    shown = ", ".join(f"{count} {status}" for status, count in counts.items())
    console.print(f"{len(results)} checks: {shown}.", markup=False)
