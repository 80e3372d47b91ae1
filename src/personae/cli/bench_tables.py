"""What a benchmark found, in the terminal and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from personae.cli.output import print_table
from personae.cli.report import WIDE_RUNS, cell, headings, places, print_report

if TYPE_CHECKING:
    from personae.data import JsonObject
    from personae.evaluate.bench import BenchReport
    from personae.evaluate.score import Report


def print_bench(found: BenchReport, title: str) -> None:
    """All figures, then the first metric by group, then what was compared."""
    print_report(found.whole, title, is_compared=False)
    if found.groups and found.whole.figures:
        first = next(iter(found.whole.figures))
        names = headings(found.whole.runs)
        rows = [_group_row(name, part, first) for name, part in found.groups.items()]
        if len(names) > WIDE_RUNS:
            columns = ("run", *(row[0] for row in rows))
            print_table(columns, list(zip(names, *(row[1:] for row in rows), strict=True)),
                        title=f"{first} by group")  # fmt: skip
        else:
            print_table((first, *names), rows, title="By group")
    print_comparisons(found.whole)


def print_comparisons(report: Report) -> None:
    """Differences to the first run, with corrected p and effect size; nothing where there are
    none."""
    from personae.evaluate.compare import compared

    names = headings(report.runs)
    rows = [
        (
            one.metric,
            names[one.run],
            f"{one.difference.difference:+.4g}",
            f"[{one.difference.interval.low:+.4g}, {one.difference.interval.high:+.4g}]",
            f"{one.difference.p:.3f}",
            f"{one.p_holm:.3f}",
            "–" if one.effect is None else f"{one.effect:+.2f}",
            f"{one.better} / {one.equal} / {one.worse}",
        )
        for one in compared(report)
    ]
    if rows:
        print_table(
            ("metric", "run", "difference", "95 %", "p", "p (Holm)", "d", "better / equal / worse"),
            rows,
            title=f"Against {names[0]}, on common samples",
        )


def refuse_failed_metrics(report: Report) -> None:
    """End the command with code 1 where a metric's judge failed: its figures are not there.

    Raises PersonaeError, after everything that could be measured was printed and kept.
    """
    from personae.errors import PersonaeError
    from personae.evaluate.score import failed_metrics

    failed = failed_metrics(report)
    if failed:
        name, told = next(iter(failed.items()))
        more = f" (and {len(failed) - 1} more metrics)" if len(failed) > 1 else ""
        raise PersonaeError(f"{name} could not be measured{more}: {told}")


def bench_dict(found: BenchReport) -> JsonObject:
    """All figures, by group too, and the comparisons, as a JSON object."""
    from personae.evaluate.compare import compared
    from personae.evaluate.score import report_dict

    return {
        **report_dict(found.whole),
        "groups": {name: report_dict(part)["metrics"] for name, part in found.groups.items()},
        "comparisons": [one.to_dict() for one in compared(found.whole)],
    }


def _group_row(name: str, part: Report, metric: str) -> list[str]:
    """The group with its size, and the figure of each run, with its interval where these fit."""
    row = part.figures[metric]
    counts = len(row[0].scores.applicable)
    texts = [cell(figure, min(3, places(row))) for figure in row]
    if len(row) > WIDE_RUNS:
        texts = [text.partition(" ")[0] for text in texts]
    return [f"{name} ({counts})", *texts]
