"""A comparison as one HTML page that needs nothing else: plots, tables, failures, samples."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from html import escape

from personae.data import JsonObject, Sample
from personae.evaluate.bench import BenchReport
from personae.evaluate.compare import compared
from personae.evaluate.faults import faults_of, figure_text
from personae.evaluate.forest import STYLE, Line, forest_plot
from personae.evaluate.judges import agreement_text
from personae.evaluate.record import part_of, without_url_secrets
from personae.evaluate.score import Figure, Report, Run

SHOWN_SAMPLES, SHOWN_FAILURES, SHOWN_TURNS = 24, 200, 6
_ARROWS = {True: "higher is better", False: "lower is better", None: "neither is better"}
_NUMBERS = re.compile(r"[+\-−]?[\d.]+(e[+-]?\d+)?|–|\[.*\]|\d+ / \d+ / \d+")
_SURE = 0.05  # of p after correction
_STYLE = """
:root{color-scheme:light dark;--line:#8885;--soft:#8882}
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1,h2,h3,summary,p{overflow-wrap:anywhere}td{overflow-wrap:break-word}
h1{font-size:1.5rem;line-height:1.25;margin-bottom:.3rem}
h2{font-size:1.15rem;margin-top:2.4rem}
h3{font-size:1rem;margin:1.6rem 0 .3rem}h3 small{font-weight:normal;opacity:.75}
p.note{margin:.2rem 0 .6rem;opacity:.75}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;line-height:1.3}
th,td{padding:.35rem .7rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{vertical-align:bottom}
td.n,th.n{text-align:right}td.n{white-space:nowrap}td:not(.n){min-width:7rem}
td:first-child{min-width:9.5rem}td:first-child,th:first-child{padding-left:0}
tr.sure td{font-weight:600}tr.sure{background:var(--soft)}
details{border:1px solid var(--line);border-radius:.5rem;padding:.4rem .8rem;margin:.5rem 0}
details p{margin:.35rem 0}summary{cursor:pointer}
blockquote{margin:.5rem 0;padding-left:.8rem;border-left:3px solid var(--line)}
"""


def report_page(found: BenchReport, *, first: Sequence[str] = ()) -> str:
    """One self-contained HTML document: no script, nothing fetched, all text escaped.

    `first` are sentences that stand above all else.
    """
    whole = found.whole
    names = run_names(whole.runs)
    record = whole.runs[0].record
    benchmark = part_of(record, "benchmark")
    title = f"{benchmark.get('name') or part_of(record, 'data').get('path') or 'Runs'}"
    parts = [
        f"<h1>{_text(title)}</h1>",
        _note(_described(benchmark)),
        *(f"<p>{_text(one)}</p>" for one in first),
        "<h2>What was run</h2>",
        _table(*_with_values(
            ("run", "method", "options", "model", "samples", "failed", "seed", "personae"),
            [_run_row(name, run) for name, run in zip(names, whole.runs, strict=True)],
        )),
        "<h2>Figures</h2>",
        _note(
            "Dots are figures over all samples; bars are 95 % intervals over samples. Where all "
            "samples have one value the bar has no width, which is no certainty."
        ),
        *(_metric(name, row, names) for name, row in whole.figures.items()),
        *_faults(whole, names),
        *_groups(found, names),
        *_comparisons(whole, names),
        *_failures(whole.runs, names),
        *_samples(whole, names),
    ]  # fmt: skip
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_text(title)}</title><style>{_STYLE}{STYLE}</style></head><body>"
        f"{''.join(parts)}</body></html>\n"
    )


def run_names(runs: Sequence[Run]) -> list[str]:
    """What runs are called: their folders' names, or paths where names are alike."""
    names = [run.folder.resolve().name for run in runs]
    return names if len(set(names)) == len(names) else [str(run.folder) for run in runs]


def _described(benchmark: JsonObject) -> str:
    if not benchmark:
        return "Replies to the test turns of a data set."
    options = ", ".join(f"{k}={v}" for k, v in (benchmark.get("options") or {}).items())
    return (
        f"Version {benchmark.get('version')}, asked by “{benchmark.get('ask')}”"
        f"{f', {options}' if options else ''}. {benchmark.get('source')}"
    )


def _run_row(name: str, run: Run) -> list[str]:
    record = run.record
    options = ", ".join(f"{k}={v}" for k, v in (record.get("options") or {}).items())
    asked = record.get("samples")
    held = len(run.samples)
    count = f"{held}" if asked in (held, None) else f"{held} of {asked} (not finished)"
    commit = str(record.get("git") or "")[:9]
    return [
        name, str(record.get("method")), options,
        without_url_secrets(str(part_of(record, "model").get("name"))), count, str(len(run.failed)),
        str(record.get("seed")), f"{record.get('personae')} {commit}".strip(),
    ]  # fmt: skip


def _metric(name: str, row: Sequence[Figure], names: Sequence[str]) -> str:
    lines = [
        Line(label, figure.scores.total, *((span.low, span.high) if span else ()))
        for label, figure in zip(names, row, strict=True)
        for span in [figure.interval]
        if math.isfinite(figure.scores.total)
    ]
    scores = row[0].scores
    heading = f"<h3>{_text(name)} <small>({_text(scores.unit)}, {_ARROWS[scores.higher_is_better]}"
    counts = ", ".join(str(len(figure.scores.applicable)) for figure in row)
    heading += f"; n = {counts})</small></h3>"
    if told := agreement_text(name):
        heading += _note(told)
    if any(len(figure.scores.applicable) == 1 for figure in row):
        heading += _note("One sample has no interval.")
    missing = [
        f"{label}: {figure_text(figure, '.3g')}"
        for label, figure in zip(names, row, strict=True)
        if not math.isfinite(figure.scores.total)
    ]
    if not any(figure.scores.applicable for figure in row):
        return heading + _note("No sample has a value.")
    if missing:
        heading += _note(f"Not drawn: {', '.join(missing)}.")
    return heading + (forest_plot(lines, title=name) if lines else "")


def _faults(report: Report, names: Sequence[str]) -> Iterable[str]:
    found = faults_of(report, names)
    if found:
        yield "<h2>To know before believing them</h2>"
        yield f"<ul>{''.join(f'<li>{_text(one)}</li>' for one in found)}</ul>"


def _groups(found: BenchReport, names: Sequence[str]) -> Iterable[str]:
    if not found.groups or not found.whole.figures:
        return
    first = next(iter(found.whole.figures))
    yield f"<h2>{_text(first)} by group</h2>"
    rows = [
        [f"{group} ({len(part.figures[first][0].scores.applicable)})",
         *(_number(figure) for figure in part.figures[first])]
        for group, part in found.groups.items()
    ]  # fmt: skip
    yield _table(("group", *names), rows)


def _number(figure: Figure) -> str:
    span = figure.interval
    return figure_text(figure, ".3g") + (f" [{span.low:.3g}, {span.high:.3g}]" if span else "")


def _comparisons(report: Report, names: Sequence[str]) -> Iterable[str]:
    rows, sure = [], []
    for one in compared(report):
        span = one.difference.interval
        effect = "–" if one.effect is None else f"{one.effect:+.2f}"
        rows.append([
            one.metric, names[one.run], f"{one.difference.difference:+.3g}",
            f"[{span.low:+.3g}, {span.high:+.3g}]", f"{one.difference.p:.3f}",
            f"{one.p_holm:.3f}", effect, f"{one.better} / {one.equal} / {one.worse}",
        ])  # fmt: skip
        sure.append(one.p_holm < _SURE)
    if rows:
        yield f"<h2>Against {_text(names[0])}, sample by sample</h2>"
        yield _note(
            "p by paired bootstrap, then corrected for all rows (Holm); below 0.05 the row is in "
            "bold. d is Cohen's d of the paired differences in the metric's good direction, where "
            "the figure is a mean over samples. Better, equal, worse count single samples."
        )
        yield _table(
            ("metric", "run", "difference", "95 %", "p", "p (Holm)", "d", "better / equal / worse"),
            rows,
            sure,
        )


def _failures(runs: Sequence[Run], names: Sequence[str]) -> Iterable[str]:
    failed = [(name, one) for name, run in zip(names, runs, strict=True) for one in run.failed]
    yield "<h2>Failed samples</h2>"
    if not failed:
        yield _note("None.")
        return
    yield _table(("run", "sample", "why"), [[n, s.id, s.error] for n, s in failed[:SHOWN_FAILURES]])
    if len(failed) > SHOWN_FAILURES:
        yield _note(f"And {len(failed) - SHOWN_FAILURES} more, in samples.jsonl.")


def _samples(report: Report, names: Sequence[str]) -> Iterable[str]:
    """Those on which the runs differ most by the first metric, and what each answered."""
    if not report.figures:
        return
    metric, row = next(iter(report.figures.items()))
    held: list[dict[str, tuple[Sample, float | None]]] = [
        {one.id: (one, value) for one, value in zip(run.samples, fig.scores.values, strict=True)}
        for run, fig in zip(report.runs, row, strict=True)
    ]
    common = [name for name in held[0] if all(name in other for other in held)]
    spread = {name: _spread([other[name][1] for other in held]) for name in common}
    if len(held) == 1:
        yield f"<h2>Samples that do worst by {_text(metric)}</h2>"
        shown = sorted(common, key=lambda name: _badness(held[0][name][1], row[0]))
    else:
        yield f"<h2>Samples that differ most by {_text(metric)}</h2>"
        shown = sorted((one for one in common if spread[one] > 0), key=lambda one: -spread[one])
    if not shown:
        yield _note("None.")
    for name in shown[:SHOWN_SAMPLES]:
        yield _sample([other[name] for other in held], names)


def _badness(value: float | None, figure: Figure) -> float:
    """Lower is worse; what has no finite value comes first."""
    if value is None or not math.isfinite(value):
        return -math.inf
    return -value if figure.scores.higher_is_better is False else value


def _spread(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None and math.isfinite(value)]
    return max(known) - min(known) if known else -1.0


def _sample(found: Sequence[tuple[Sample, float | None]], names: Sequence[str]) -> str:
    sample = found[0][0]
    scene = sample.scene
    said = "".join(
        f"<p><b>{_text(turn.speaker)}</b>: {_text(turn.text)}</p>"
        for turn in scene.turns[-SHOWN_TURNS:]
    )
    told = "; ".join((scene.persona.description, *scene.persona.statements)).strip("; ")
    options = sample.record.get("options") or []
    replies = "".join(
        f"<p><b>{_text(name)}</b> ({'–' if value is None else f'{value:.3g}'}): "
        f"{_text(one.reply or one.error or '(nothing)')}</p>"
        for name, (one, value) in zip(names, found, strict=True)
    )
    return (
        f"<details><summary>{_text(sample.id)}: {_text(scene.last_user_text[:110])}</summary>"
        f"<p class=note>{_text(scene.persona.name)}. {_text(told[:600])}</p>"
        f"<blockquote>{said}</blockquote>"
        + (f"<p class=note>Options: {_text(' | '.join(map(str, options)))}</p>" if options else "")
        + (f"<p class=note>Gold: {_text(sample.reference)}</p>" if sample.reference else "")
        + replies
        + "</details>"
    )


def _with_values(
    columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[list[str], list[list[str]]]:
    """The table without the columns that are empty in all rows."""
    kept = [at for at in range(len(columns)) if any(row[at] for row in rows)]
    return [columns[at] for at in kept], [[row[at] for at in kept] for row in rows]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], sure: Sequence[bool] = ()) -> str:
    """Columns of numbers stand at the right; rows that are `sure` stand out."""
    numeric = [
        bool(rows) and all(_NUMBERS.fullmatch(row[at]) for row in rows)
        for at in range(len(columns))
    ]
    kinds = [' class="n"' if is_number else "" for is_number in numeric]
    head = "".join(
        f"<th{kind}>{_text(name)}</th>" for kind, name in zip(kinds, columns, strict=True)
    )
    body = "".join(
        ("<tr class=sure>" if at < len(sure) and sure[at] else "<tr>")
        + "".join(f"<td{kind}>{_text(value)}</td>" for kind, value in zip(kinds, row, strict=True))
        + "</tr>"
        for at, row in enumerate(rows)
    )
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def _note(text: str) -> str:
    return f'<p class="note">{_text(text)}</p>'


def _text(value: object) -> str:
    return escape(str(value), quote=True)
