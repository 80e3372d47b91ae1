"""What a benchmark found, in the terminal and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from personae.cli.output import print_table
from personae.cli.report import cell, headings, places, print_report

if TYPE_CHECKING:
    from personae.data import JsonObject
    from personae.evaluate.bench import BenchReport
    from personae.evaluate.score import Report


def print_bench(found: BenchReport, title: str) -> None:
    """All figures, then the first metric by group, then what was compared."""
    print_report(found.whole, title, is_compared=False)
    if found.groups and found.whole.figures:
        first = next(iter(found.whole.figures))
        print_table(
            (first, *headings(found.whole.runs)),
            [_group_row(name, part, first) for name, part in found.groups.items()],
            title="By group",
        )
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
    row = part.figures[metric]
    counts = len(row[0].scores.applicable)
    return [f"{name} ({counts})", *(cell(figure, places(row)) for figure in row)]
