"""What a reader of figures must know of them before believing them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from personae.evaluate.score import Figure, Report, common_samples, failed_metrics

_LISTED = 3


def faults_of(report: Report, names: Sequence[str]) -> list[str]:
    """Sentences on judges that failed, values that are no numbers, and samples that are too few.

    `names` are what the runs are called.
    """
    failed = failed_metrics(report)
    found = [f"{name} could not be measured: {told}" for name, told in failed.items()]
    for name, row in report.figures.items():
        for at, figure in enumerate(row):
            found += _odd_values(name, report, at, figure, names[at])
    for at, run in enumerate(report.runs):
        if not run.samples:
            found.append(f"{names[at]} has no sample.")
        elif len(run.samples) == 1:
            found.append(f"{names[at]} has one sample only: no interval, no comparison.")
        elif len(run.failed) == len(run.samples):
            found.append(f"All samples of {names[at]} failed.")
        if at and run.samples and report.runs[0].samples:
            found += _uncommon(report, at, names)
    return found


def figure_text(figure: Figure, spec: str) -> str:
    """A figure as `spec` formats it; – where no sample has a value, nan or inf where it is so."""
    scores = figure.scores
    if not scores.applicable:
        return "–"
    return format(scores.total, spec)


def _odd_values(name: str, report: Report, at: int, figure: Figure, run: str) -> Iterator[str]:
    odd = figure.scores.not_finite
    if odd:
        ids = [report.runs[at].samples[one].id for one in odd]
        more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
        yield (
            f"{name}: {len(odd)} of {len(figure.scores.applicable)} values of {run} are not finite "
            f"({', '.join(ids[:_LISTED])}{more})."
        )


def _uncommon(report: Report, at: int, names: Sequence[str]) -> Iterator[str]:
    common = len(common_samples(report.runs[0], report.runs[at]))
    if common < 2:
        yield (
            f"{names[at]} and {names[0]} have {common or 'no'} sample{'s' * (common != 1)} in "
            "common: they are not compared."
        )
