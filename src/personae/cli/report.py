"""Figures of runs as a table in the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import typer

from personae.cli.output import plain, print_table

if TYPE_CHECKING:
    from personae.evaluate.score import Figure, Report, Run

_LISTED_FAILURES = 10
WIDE_RUNS = 3  # more than so many runs do not fit beside each other


def print_report(report: Report, title: str = "", *, is_compared: bool = True) -> None:
    """Print metrics by run, with intervals and, in second lines, differences to the first; then
    what to know. Many runs stand below each other."""
    names = headings(report.runs)
    if len(names) > WIDE_RUNS and not is_compared:
        print_table(("metric", "run", "figure"), _long_rows(report, names), title=title)
    else:
        print_table(
            ("metric", *names),
            [
                (_titled(name, row), *(cell(figure, places(row), is_compared) for figure in row))
                for name, row in report.figures.items()
            ],
            title=title,
        )
    for line in _remarks(report, is_compared):
        typer.echo(plain(line))


def headings(runs: tuple[Run, ...]) -> list[str]:
    """What runs are called in a table: their folders' names, or paths where names are alike."""
    names = [run.folder.resolve().name for run in runs]
    distinct = len(set(names)) == len(names)
    return names if distinct else [str(run.folder) for run in runs]


def _long_rows(report: Report, names: list[str]) -> list[tuple[str, str, str]]:
    return [
        (_titled(name, row) if at == 0 else "", names[at], cell(figure, places(row)))
        for name, row in report.figures.items()
        for at, figure in enumerate(row)
    ]


def _titled(name: str, row: tuple[Figure, ...]) -> str:
    better = {True: " ↑", False: " ↓", None: ""}[row[0].scores.higher_is_better]
    unit = row[0].scores.unit
    return f"{name}{better} ({unit})"


def cell(figure: Figure, decimals: int, is_compared: bool = False) -> str:
    """A figure with its interval, and its difference to the first run."""
    from personae.evaluate.faults import figure_text

    span = figure.interval
    text = figure_text(figure, f".{decimals}f")
    if span is not None:
        text += f" [{span.low:.{decimals}f}, {span.high:.{decimals}f}]"
    if is_compared and figure.difference is not None:
        change = figure.difference
        text += (
            f"\n{change.difference:+.{decimals}f} "
            f"[{change.interval.low:+.{decimals}f}, {change.interval.high:+.{decimals}f}]\n"
            f"p={change.p:.3f}"
        )
    return text


def places(row: tuple[Figure, ...]) -> int:
    """Decimal places for about four digits of a metric's largest figure, at most four."""
    largest = max((abs(f.scores.total) for f in row if math.isfinite(f.scores.total)), default=0)
    if row[0].scores.unit == "0–1" or largest < 1:
        return 4
    return max(0, 3 - int(math.log10(largest)))


def _remarks(report: Report, is_compared: bool) -> list[str]:
    from personae.evaluate.faults import faults_of
    from personae.evaluate.judges import agreement_text

    lines = ["Figures with 95 % intervals over samples."]
    if is_compared and len(report.runs) > 1:
        lines.append(f"Second lines: difference to {headings(report.runs)[0]} on common samples.")
    for name, row in report.figures.items():
        if told := agreement_text(name):
            lines.append(told)
        details = row[0].scores.detail
        if "signature" in details:
            lines.append(f"{name}: {details['signature']}")
        if details.get("bits_per_byte") is not None:
            shown = ", ".join(f"{f.scores.detail['bits_per_byte']:.3f}" for f in row
                              if f.scores.detail.get("bits_per_byte") is not None)  # fmt: skip
            lines.append(f"{name}: {shown} bits per byte")
    for heading, run in zip(headings(report.runs), report.runs, strict=True):
        lines += _state_of(heading, run)
    return [*lines, *faults_of(report, headings(report.runs))]


def _state_of(heading: str, run: Run) -> list[str]:
    asked, failed = run.record.get("samples"), run.failed
    text = f"{heading}: {len(run.samples)} samples"
    if isinstance(asked, int) and asked > len(run.samples):
        text += f" of {asked} (the run is not finished)"
    lines = [f"{text}, {len(failed)} failed{':' if failed else '.'}"]
    lines += [f"  {sample.id}: {sample.error}" for sample in failed[:_LISTED_FAILURES]]
    if len(failed) > _LISTED_FAILURES:
        lines.append(f"  and {len(failed) - _LISTED_FAILURES} more; --json has all.")
    return lines
