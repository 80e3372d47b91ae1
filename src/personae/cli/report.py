"""Figures of runs as a table in the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import typer

from personae.cli.output import plain, print_table

if TYPE_CHECKING:
    from personae.evaluate.score import Figure, Report, Run

_LISTED_FAILURES = 10


def print_report(report: Report, title: str = "") -> None:
    """Print metrics by run, with intervals and differences to the first, then what to know."""
    print_table(
        ("metric", *_headings(report.runs)),
        [
            (_titled(name, row), *(_cell(figure, _places(row)) for figure in row))
            for name, row in report.figures.items()
        ],
        title=title,
    )
    for line in _remarks(report):
        typer.echo(plain(line))


def _headings(runs: tuple[Run, ...]) -> list[str]:
    names = [run.folder.resolve().name for run in runs]
    distinct = len(set(names)) == len(names)
    return names if distinct else [str(run.folder) for run in runs]


def _titled(name: str, row: tuple[Figure, ...]) -> str:
    better = {True: " ↑", False: " ↓", None: ""}[row[0].scores.higher_is_better]
    unit = row[0].scores.unit
    return f"{name}{better} ({unit})"


def _cell(figure: Figure, places: int) -> str:
    total, span = figure.scores.total, figure.interval
    if math.isnan(total):
        return "–"
    text = f"{total:.{places}f}"
    if span is not None:
        text += f" [{span.low:.{places}f}, {span.high:.{places}f}]"
    if figure.difference is not None:
        change = figure.difference
        text += (
            f"\n{change.difference:+.{places}f} "
            f"[{change.interval.low:+.{places}f}, {change.interval.high:+.{places}f}]\n"
            f"p={change.p:.3f}"
        )
    return text


def _places(row: tuple[Figure, ...]) -> int:
    """Decimal places for about four digits of a metric's largest figure, at most four."""
    largest = max((abs(f.scores.total) for f in row if math.isfinite(f.scores.total)), default=0)
    if row[0].scores.unit == "0–1" or largest < 1:
        return 4
    return max(0, 3 - int(math.log10(largest)))


def _remarks(report: Report) -> list[str]:
    lines = ["Figures with 95 % intervals over samples."]
    if len(report.runs) > 1:
        lines.append(f"Second lines: difference to {_headings(report.runs)[0]} on common samples.")
    for name, row in report.figures.items():
        details = row[0].scores.detail
        if "signature" in details:
            lines.append(f"{name}: {details['signature']}")
        if details.get("bits_per_byte") is not None:
            shown = ", ".join(f"{f.scores.detail['bits_per_byte']:.3f}" for f in row
                              if f.scores.detail.get("bits_per_byte") is not None)  # fmt: skip
            lines.append(f"{name}: {shown} bits per byte")
    for heading, run in zip(_headings(report.runs), report.runs, strict=True):
        lines += _state_of(heading, run)
    return lines


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
