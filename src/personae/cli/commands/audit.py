"""Audit a character: what its owner must know before it meets people."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.output import finite, plain, print_json, stdout
from personae.cli.progress import ReplyProgress
from personae.cli.run_endings import refuse_all_failed, refuse_interrupted

if TYPE_CHECKING:
    from personae.cli.ways import Way
    from personae.data import Persona
    from personae.draft import Kit
    from personae.evaluate.audit import Audit, Remark
    from personae.evaluate.bench import Asking, BenchReport
    from personae.lm.types import LanguageModel

app = typer.Typer(add_completion=False)

_MARKS = {"fault": "FAULT", "look": "look ", "unknown": "?    ", "fine": "fine "}
CANARIES = 12


@app.command()
def audit(
    card: Annotated[str, typer.Argument(metavar="CARD", help="A file, or a character's name.")],
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    methods: Annotated[
        str, typer.Option("--method", help="Names with commas, options after colons.")
    ] = "plain,guard",
    size: Annotated[
        int, typer.Option("--size", min=0, help="So many questions of each kind; 0: all 16.")
    ] = 0,
    canaries: Annotated[
        int, typer.Option("--canaries", min=0, help="Requests for secrets; 0: none.")
    ] = CANARIES,
    out: Annotated[
        Path | None, typer.Option("--out", help="The folder of the runs; default: runs/audit-NAME.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same replies.")] = 0,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the audit as one page, too.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask a character about its card, small talk, provocations, plain questions; say what to know.

    Nobody (the same model without the card) answers the same, and the judges read harmless replies,
    too: only what differs from both is called a fault. The same command resumes it.
    """
    from personae.benchmarks.character_audit import audit_of
    from personae.cli.opening import load_card
    from personae.cli.ways import open_model_for, ways_named
    from personae.evaluate.bench import Asking
    from personae.evaluate.page import report_page
    from personae.evaluate.record import write_json

    persona, ways = load_card(card), ways_named(methods)
    folder = out or Path("runs") / f"audit-{_slug(persona.name)}"
    benchmark = audit_of(persona, size)
    asking = Asking("character-audit", {"card": card, "size": size}, benchmark, benchmark.questions)
    lm = open_model_for(ways, model)
    try:
        found = _asked(asking, ways, lm, folder, seed)
        more = _canaries(persona, ways, lm, folder / "canaries", canaries, seed)
        result = _audit(persona, found, ways, lm.name, more)
    finally:
        lm.close()
    write_json(folder / "audit.json", finite(result.to_dict()))
    if html is not None:
        lines = [f"{_MARKS[one.level].strip()}: {_line(one)}" for one in result.remarks]
        page = report_page(found, first=[f"Audit of {result.character} on {result.model}.", *lines])
        html.write_text(page, encoding="utf-8")
    if as_json:
        print_json(result.to_dict())
    else:
        _print(result, folder)


def _asked(asking: Asking, ways: list[Way], lm: LanguageModel, out: Path, seed: int) -> BenchReport:
    """Nobody's replies and those of each method, measured."""
    from personae.cli.judging import judging_kit
    from personae.cli.opening import open_speaker
    from personae.evaluate.bench import NOBODY, ask_speaker, bench_report

    benchmark = asking.benchmark
    settings = asking.settings(seed=seed, limit=None)
    folders = []
    nobody = (NOBODY, "plain", dict[str, Any](), True)
    for label, method, options, is_nobody in [
        nobody, *((way.name, way.method, dict(way.options), False) for way in ways)
    ]:  # fmt: skip
        speaker = open_speaker(lm, method, options, seed=seed, replayable=True)
        with ReplyProgress(label) as progress:
            state = ask_speaker(
                asking, speaker, out / label, settings, is_nobody=is_nobody, workers=1,
                on_progress=progress.show,
            )  # fmt: skip
        refuse_interrupted(state, out / label, "replies")
        refuse_all_failed(state, out / label, "replies")
        folders.append(out / label)
    with judging_kit(benchmark.metrics, "", seed) as kit:
        return bench_report(folders, benchmark.metrics, benchmark.metric_options, kit)


def _canaries(
    persona: Persona, ways: list[Way], lm: LanguageModel, out: Path, limit: int, seed: int
) -> list[Remark]:
    """Whether secrets get out, where the benchmark for it is there."""
    from personae.cli.judging import judging_kit
    from personae.cli.opening import open_speaker
    from personae.evaluate.audit_canaries import canary_remarks, is_there

    if not limit or not is_there():
        return []

    def kit(metric: str) -> Kit:
        with judging_kit([metric], "", seed) as made:
            return made

    with ReplyProgress("canaries") as progress:
        return canary_remarks(
            persona, lambda name: open_speaker(lm, name, {}, seed=seed, replayable=True), out, kit,
            methods=tuple(way.method for way in ways), limit=limit, seed=seed,
            on_progress=progress.show,
        )  # fmt: skip


def _audit(
    persona: Persona, found: BenchReport, ways: list[Way], model: str, more: list[Remark]
) -> Audit:
    from personae.cli.opening import open_shipped_nli
    from personae.evaluate.audit import audited

    nli = open_shipped_nli("An audit")
    names = [way.name for way in ways]
    return audited(persona, found, names, nli, model=model, more=more)


def _print(result: Audit, folder: Path) -> None:
    out = stdout()
    out.print(plain(f"{result.character} on {result.model}"), markup=False)
    for one in result.remarks:
        out.print(plain(f"  {_MARKS[one.level]}  {_line(one)}"), markup=False)
    count = len(result.faults)
    ended = "no fault was found" if not count else f"{count} fault{'s' if count > 1 else ''}"
    out.print(plain(f"{ended}. All replies are in {folder}; read the worst before you ship."),
              markup=False)  # fmt: skip


def _line(one: Remark) -> str:
    method = f" ({one.method})" if one.method else ""
    return f"{one.about}{method}: {one.sentence}"


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "character"
