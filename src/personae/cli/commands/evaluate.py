"""Evaluate methods: do they stay consistent with the persona, and at what price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.atomic import atomic
from personae.cli.behaviour_judge import behaviour_judge
from personae.cli.decision_memory import decision_memory
from personae.cli.dialsim import dialsim
from personae.cli.emotions import emotions
from personae.cli.focus import focus
from personae.cli.it_convai2 import it_convai2
from personae.cli.judges import judges
from personae.cli.memory_probe import memory_probe
from personae.cli.output import print_json, print_table
from personae.cli.persona_testbed import attributes_left_out
from personae.cli.personamem import personamem
from personae.cli.replies import make_replies
from personae.cli.report import print_report
from personae.cli.sweep import sweep
from personae.cli.targets import refuse_other_than_svg
from personae.cli.ways import Way, open_model_for, ways_named

if TYPE_CHECKING:
    from personae.data import Dialogue, JsonObject
    from personae.evaluate.agreement import Agreement
    from personae.evaluate.latency import Latency
    from personae.evaluate.score import Report, Run
    from personae.evaluate.types import RunSettings
    from personae.lm.types import LanguageModel

app = typer.Typer(add_completion=False)
app.command()(sweep)
app.command()(atomic)
app.command("it-convai2")(it_convai2)
app.command()(focus)
app.command("memory-probe")(memory_probe)
app.command()(personamem)
app.command()(emotions)
app.command()(dialsim)
app.command("decision-memory")(decision_memory)
app.command("behaviour-judge")(behaviour_judge)
app.command()(judges)
app.command("attributes-left-out")(attributes_left_out)

RATE, SECOND = "contradiction-rate", "second"
METRICS = (
    RATE, f"{RATE}@{SECOND}", "c-score", f"c-score@{SECOND}",
    "word-f1", "rouge-l", "relevance", "distinct-2", "length",
)  # fmt: skip
PARTS = ("turns", "probes")
# The methods take turns in blocks: a machine that is slower for a while is so for all of them.
BLOCK_REPLIES = 20


@app.callback()
def evaluate() -> None:
    """Evaluate methods on one question: runs, figures with intervals, paired differences."""


@app.command()
def consistency(
    out: Annotated[Path, typer.Option("--out", help="The folder of the runs.")],
    data: Annotated[
        str, typer.Option("--data", help="Dialogues with personas, here or below $PERSONAE_DATA.")
    ] = "xpersona/En_persona_test.json",
    format_: Annotated[str, typer.Option("--format", help="Detected if not given.")] = "",
    methods: Annotated[
        str,
        typer.Option(
            "--methods",
            help="Names with commas, options after colons (guard:draws=2); the first is the "
            "baseline.",
        ),
    ] = "plain,guard",
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Test turns.")] = 300,
    probes: Annotated[int, typer.Option("--probes", min=1, help="Probing questions.")] = 300,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=256, help="Above 1 the latency includes waiting.")
    ] = 1,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="An SVG file: contradictions against latency.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare methods on test turns and on questions about each statement of the personas.

    Two judges count contradictions; the guard knows only the first. The same command goes on where
    it was interrupted. Each part of each method is a run below OUT.
    """
    from personae.evaluate.latency import latency_of
    from personae.formats.reading import detect, find_data
    from personae.registry import find

    ways = ways_named(methods)
    refuse_other_than_svg(plot)
    source = find_data(data)
    known = (find("format", format_) if format_ else detect(source)).name
    lm = open_model_for(ways, model)
    try:
        asked = _asked(source, data, known, out, limits=(limit, probes), seed=seed, lm=lm)
        _reply(lm, ways, asked, out, workers)
    finally:
        lm.close()
    names = [way.name for way in ways]
    found = {part: _scored([out / f"{name}-{part}" for name in names], seed) for part in PARTS}
    spent = {part: {name: latency_of(out / f"{name}-{part}") for name in names} for part in PARTS}
    if plot is not None:
        plot.write_text(_plotted(names, found, spent), encoding="utf-8")
    if as_json:
        print_json(_as_json(found, spent))
        return
    titles = {"turns": f"Test turns of {data}", "probes": "Questions about statements"}
    for part in PARTS:
        print_report(found[part].report, titles[part])
        _print_rates(names, found[part])
        _print_latency(spent[part], found[part], titles[part])


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of the question: the dialogues, and what its runs are recorded with."""

    dialogues: tuple[Dialogue, ...]
    settings: RunSettings


@dataclass(frozen=True, slots=True)
class _Scored:
    """The figures of one part, how far its judges agree, and the tokens of each run."""

    report: Report
    agreement: Agreement
    tokens: tuple[tuple[float, float], ...]


def _asked(
    source: Path, data: str, known: str, out: Path, *, limits: tuple[int, int], seed: int,
    lm: LanguageModel,
) -> dict[str, _Part]:  # fmt: skip
    """The test turns and the probing questions; the latter are written beside the runs."""
    from personae.evaluate.probes import probes as probes_of
    from personae.evaluate.record import data_digest
    from personae.evaluate.types import RunSettings
    from personae.formats.reading import read_dialogues, write_dialogues

    dialogues = tuple(read_dialogues(source, known))
    questions = tuple(probes_of(dialogues))
    out.mkdir(parents=True, exist_ok=True)
    file = out / "probes.jsonl"
    write_dialogues(questions, file)
    turns = RunSettings(
        data_path=data, data_sha256=data_digest(source), data_format=known, method="",
        model=lm.name, fingerprint=lm.fingerprint, seed=seed, limit=limits[0],
    )  # fmt: skip
    probing = replace(
        turns, data_path=str(file), data_sha256=data_digest(file), data_format="dialogues",
        limit=limits[1],
    )  # fmt: skip
    return {"turns": _Part(dialogues, turns), "probes": _Part(questions, probing)}


def _reply(
    lm: LanguageModel, ways: Sequence[Way], asked: Mapping[str, _Part], out: Path, workers: int
) -> None:
    """All methods on all parts, a block each in turn."""
    from personae.cli.opening import open_speaker

    seed = asked["turns"].settings.seed
    speakers = {
        way.name: open_speaker(lm, way.method, dict(way.options), seed=seed, replayable=True)
        for way in ways
    }
    for part in PARTS:
        limit = asked[part].settings.limit or 0
        for _ in range(0, limit, BLOCK_REPLIES):
            missing = [
                make_replies(
                    speaker,
                    asked[part].dialogues,
                    out / f"{name}-{part}",
                    asked[part].settings,
                    workers=workers,
                    at_most=BLOCK_REPLIES,
                )
                for name, speaker in speakers.items()
            ]
            if not any(missing):
                break


def _scored(folders: list[Path], seed: int) -> _Scored:
    from personae.cli.opening import embedder_for, judges_named, nli_for
    from personae.evaluate.agreement import agreement_of
    from personae.evaluate.score import score_runs, write_scores
    from personae.registry import find

    report = score_runs(
        folders,
        METRICS,
        seed=seed,
        nli=nli_for(find("metric", RATE)),
        judges=judges_named([SECOND]),
        embedder=embedder_for(find("metric", "relevance")),
    )
    write_scores(report)
    first, second = (
        [value for figure in report.figures[name] for value in figure.scores.values]
        for name in (RATE, f"{RATE}@{SECOND}")
    )
    return _Scored(report, agreement_of(first, second), tuple(map(_tokens, report.runs)))


def _tokens(run: Run) -> tuple[float, float]:
    """Mean tokens read and written for a reply."""
    used = [sample.record.get("usage") or {} for sample in run.samples]
    count = max(1, len(used))
    read, written = (
        sum(int(one.get(key, 0)) for one in used) / count
        for key in ("prompt_tokens", "completion_tokens")
    )
    return read, written


def _print_rates(names: Sequence[str], scored: _Scored) -> None:
    rows = []
    for judge, metric in (("first", RATE), (SECOND, f"{RATE}@{SECOND}")):
        shares = [f.scores.detail["by_gold_share"] for f in scored.report.figures[metric]]
        rows += [
            (judge, f"{float(share):.0%}", *(f"{one[share]:.1%}" for one in shares))
            for share in shares[0]
        ]
    print_table(
        ("judge", "human replies flagged", *names), rows, title="Contradiction rate by threshold"
    )
    same = scored.agreement
    typer.echo(
        f"The judges agree on {same.share:.1%} of {same.count} replies (Cohen's kappa "
        f"{same.kappa:.2f}): both flag {same.both}, the first alone {same.first_only}, the second "
        f"alone {same.second_only}."
    )


def _print_latency(spent: Mapping[str, Latency], scored: _Scored, title: str) -> None:
    base = next(iter(spent.values()))
    rows = [
        (
            name,
            _with_ratio(one.total_s, base.total_s),
            _with_ratio(one.first_shown_s, base.first_shown_s),
            _with_ratio(one.processor_s, base.processor_s),
            f"{read:.0f}",
            f"{written:.0f}",
        )
        for (name, one), (read, written) in zip(spent.items(), scored.tokens, strict=True)
    ]
    print_table(
        ("method", "s a reply", "s to first words", "processor s", "tokens read", "written"),
        rows,
        title=f"Mean latency without the prompt cache (x of the first method): {title}",
    )


def _with_ratio(value: float, base: float) -> str:
    return f"{value:.3f} ({value / base:.2f}x)" if base else f"{value:.3f}"


def _plotted(
    names: Sequence[str],
    found: Mapping[str, _Scored],
    spent: Mapping[str, Mapping[str, Latency]],
) -> str:
    """Both parts in one plot, by the judge that the guard does not know."""
    from personae.evaluate.plot import Point, plot_svg

    points = []
    for part in PARTS:
        for name, figure in zip(names, found[part].report.figures[f"{RATE}@{SECOND}"], strict=True):
            span = figure.interval
            points.append(
                Point(
                    f"{name}, {part}",
                    spent[part][name].total_s,
                    figure.scores.total,
                    span.low if span else None,
                    span.high if span else None,
                )
            )
    return plot_svg(
        points,
        title="Contradictions against latency (second judge, 95 % intervals)",
        x_label="mean seconds a reply",
        y_label="contradiction rate",
    )


def _as_json(
    found: Mapping[str, _Scored], spent: Mapping[str, Mapping[str, Latency]]
) -> JsonObject:
    from personae.evaluate.score import report_dict

    return {
        **{part: report_dict(scored.report) for part, scored in found.items()},
        "agreement": {part: asdict(scored.agreement) for part, scored in found.items()},
        "tokens": {
            part: dict(zip(spent[part], scored.tokens, strict=True))
            for part, scored in found.items()
        },
        "latency": {
            part: {name: asdict(one) for name, one in methods.items()}
            for part, methods in spent.items()
        },
    }
