"""`personae data make personamem` and `personae evaluate personamem`: users whose tastes change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.output import print_json, print_table, stderr
from personae.cli.run_endings import refuse_interrupted
from personae.cli.targets import refuse_existing

if TYPE_CHECKING:
    from personae.evaluate.bench import Asking
    from personae.evaluate.score import Report, Run

People = Annotated[int, typer.Option("--people", min=1, max=10_000, help="Users.")]
Sessions = Annotated[int, typer.Option("--sessions", min=4, max=400, help="Of each user.")]
Tokens = Annotated[
    int, typer.Option("--tokens", min=0, help="Fill each history up with errands; 0: do not.")
]
Each = Annotated[
    int, typer.Option("--each", min=1, max=7, help="Questions of a type after each period.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of users, questions and intervals.")]


def make_personamem(
    out: Annotated[Path, typer.Option("--out", help="The folder of the two files.")],
    people: People = 20,
    sessions: Sessions = 8,
    tokens: Tokens = 0,
    each: Each = 1,
    seed: Seed = 0,
    topics: Annotated[
        Path | None, typer.Option("--topics", help="Other topics, in the form of ours.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make users whose tastes change, their sessions, and questions about them (S040)."""
    from personae.formats.personamem import CONTEXTS_FILE, QUESTIONS_FILE, write_personamem
    from personae.histories.making import histories
    from personae.histories.published import questionnaire
    from personae.histories.topics import read_topics

    for file in (out / QUESTIONS_FILE, out / CONTEXTS_FILE):
        refuse_existing(file, force)
    known = read_topics(topics) if topics else ()
    made = questionnaire(
        histories(people, sessions=sessions, tokens=tokens, each=each, seed=seed, topics=known)
    )
    table, contexts = write_personamem(out, made)
    turns = sum(map(len, made.contexts.values()))
    facts = {
        "users": people, "questions": len(made.rows), "turns": turns,
        "tokens": max(row.tokens for row in made.rows), "table": str(table),
        "contexts": str(contexts),
    }  # fmt: skip
    if as_json:
        print_json(facts)
    else:
        stderr().print(
            f"{len(made.rows)} questions about {people} users written to {table}, and what was "
            f"said, up to {facts['tokens']} tokens each, to {contexts}.", markup=False,
        )  # fmt: skip


def personamem(
    out: Annotated[Path, typer.Option("--out", help="The folder of the runs.")],
    memory: Annotated[
        str,
        typer.Option(
            "--memory",
            help="With commas: none, whole, words (BM25), vectors, recall, kept, ld-agent, oracle. "
            "The first is what the others are compared with.",
        ),
    ] = "none,words,vectors,recall,oracle",
    method: Annotated[str, typer.Option("--method", help="See `personae list methods`.")] = "plain",
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    people: People = 20,
    sessions: Sessions = 8,
    tokens: Tokens = 0,
    each: Each = 1,
    data: Annotated[
        str, typer.Option("--data", help="PersonaMem's table, or a folder; default: made users.")
    ] = "",
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="Questions, spread over all; 0: all.")
    ] = 0,
    k: Annotated[int, typer.Option("--k", min=1, max=20, help="Turns that are shown.")] = 5,
    answers: Annotated[
        bool, typer.Option("--answers/--no-answers", help="Let the model choose, or only look.")
    ] = True,
    seed: Seed = 0,
    workers: Annotated[int, typer.Option("--workers", min=1, max=256)] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Choose answers about users whose tastes change, with one memory after the other (S040).

    Found evidence and right answers are measured apart, by type and by distance. Each memory is a
    run below OUT; the same command goes on where it was interrupted.
    """
    from personae.benchmarks.personamem import MEMORIES
    from personae.evaluate.memory_probe import memories_named
    from personae.evaluate.personamem import CHOSEN, FOUND, askings, looked_only

    names = memories_named(memory, MEMORIES)
    options: dict[str, Any] = {"data": data, "k": k}
    if not data:
        made = {"people": people, "sessions": sessions, "tokens": tokens, "each": each}
        options |= {**made, "seed": seed}
    asked = askings(names, options, limit or None)
    runs = (
        _answered(asked, out, method, model, limit=limit, seed=seed, workers=workers)
        if answers
        else looked_only(out, asked)
    )
    _print(runs, (*CHOSEN, *FOUND) if answers else FOUND, seed, as_json=as_json)


def _answered(
    asked: Mapping[str, Asking], out: Path, method: str, model: str, *, limit: int, seed: int,
    workers: int,
) -> list[Run]:  # fmt: skip
    """A run of choices for each memory, with its bar; Ctrl-C ends the command."""
    from personae.cli.opening import open_named_model, open_speaker
    from personae.cli.progress import ReplyProgress
    from personae.cli.ways import ways_named
    from personae.evaluate.bench import ask_speaker
    from personae.evaluate.score import read_scored_run

    way = ways_named(method)[0]
    lm = open_named_model(model, slots=1, method=way.method)
    try:
        speaker = open_speaker(lm, way.method, dict(way.options), seed=seed, replayable=True)
        for name, one in asked.items():
            settings = one.settings(seed=seed, limit=limit or None)
            with ReplyProgress(name) as progress:
                state = ask_speaker(
                    one, speaker, out / name, settings, workers=workers, on_progress=progress.show
                )
            refuse_interrupted(state, out / name)
    finally:
        lm.close()
    return [read_scored_run(out / name) for name in asked]


def _print(runs: list[Run], metrics: tuple[str, ...], seed: int, *, as_json: bool) -> None:
    from personae.benchmarks.personamem import NONE
    from personae.cli.report import print_report
    from personae.evaluate.personamem import DISTANCE, FOUND, GAINED, TYPE, report_of, reports_by
    from personae.evaluate.score import report_dict

    is_answered = metrics[0] not in FOUND
    bare = next((run for run in runs if is_answered and run.folder.name == NONE), None)
    whole = report_of(runs, metrics, seed, bare)
    parts = {what: reports_by(what, runs, metrics, seed, bare) for what in (TYPE, DISTANCE)}
    if as_json:
        by = {
            what: {name: report_dict(one)["metrics"] for name, one in found.items()}
            for what, found in parts.items()
        }
        print_json({**report_dict(whole), "by": by})
        return
    print_report(whole, f"{len(runs[0].samples)} questions of PersonaMem's types")
    for what, found in parts.items():
        gained = (GAINED,) if bare is not None else ()
        for name in dict.fromkeys((metrics[0], *gained, FOUND[1])):
            _print_parts(what, found, name)


def _print_parts(what: str, found: Mapping[str, Report], metric: str) -> None:
    """One metric by type or distance; below, the difference to the first memory."""
    from personae.cli.report import cell, headings, places

    rows = [
        (f"{name} ({len(one.runs[0].samples)})",
         *(cell(figure, places(row), is_compared=True) for figure in row))
        for name, one in found.items() for row in [one.figures[metric]]
    ]  # fmt: skip
    runs = next(iter(found.values())).runs
    print_table((f"{metric} by {what}", *headings(runs)), rows)
