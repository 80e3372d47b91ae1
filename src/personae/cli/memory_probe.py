"""`personae evaluate memory-probe`: what memories find of a long conversation, and the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.output import print_json, print_table
from personae.cli.report import print_report
from personae.cli.run_endings import refuse_interrupted

if TYPE_CHECKING:
    from personae.data import Dialogue
    from personae.evaluate.memory_probe import Question, Reader
    from personae.evaluate.score import Report
    from personae.evaluate.types import RunSettings
    from personae.lm.types import LanguageModel

# Room beside the turns for question, instruction and answer, where all that fits is shown.
_REST_TOKENS = 400


def memory_probe(
    out: Annotated[Path, typer.Option("--out", help="The folder of the runs.")],
    data: Annotated[
        str,
        typer.Option("--data", help="A file or a folder of chats, here or below $PERSONAE_DATA."),
    ] = "realtalk",
    memory: Annotated[
        str,
        typer.Option(
            "--memory",
            help="With commas: none, whole, words (BM25), vectors, recall, oracle. The first is "
            "what the others are compared with.",
        ),
    ] = "none,whole,words,vectors,recall,oracle",
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="Questions, spread over all; 0: all.")
    ] = 100,
    k: Annotated[int, typer.Option("--k", min=1, max=20, help="Turns that are shown.")] = 5,
    budget_tokens: Annotated[
        int, typer.Option("--budget-tokens", min=0, help="For `whole`; 0: what the model takes.")
    ] = 0,
    answers: Annotated[
        bool, typer.Option("--answers/--no-answers", help="Let the model answer, or only look.")
    ] = True,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of intervals and answers.")] = 0,
    workers: Annotated[int, typer.Option("--workers", min=1, max=256)] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask LoCoMo's or REALTALK's questions, with one memory after the other (S101).

    Found evidence and answers (the data sets' own F1) are measured apart. Each memory is a run
    below OUT; the same command goes on where it was interrupted.
    """
    from personae.cli.opening import open_named_model
    from personae.evaluate.memory_probe import WHOLE, memories_named, questions_in

    names = memories_named(memory)
    chats, settings = _chats(data)
    questions = questions_in(chats, limit)
    settings = replace(settings, seed=seed)
    found = _looked_up(chats, questions, names)
    # What is looked for needs no model, but how much fits is counted in a model's tokens.
    lm = open_named_model(model if answers or WHOLE in names else "scripted", slots=1)
    try:
        budget = budget_tokens or max(1, lm.context_tokens - _REST_TOKENS)
        made = _readers(lm, chats, questions, found, k=k, budget_tokens=budget)
        if answers:
            for name, reader in made.items():
                options = {"k": k, "limit": limit} | ({"budget": budget} if name == WHOLE else {})
                one = replace(settings, method=f"memory-probe:{name}", options=options)
                one = replace(one, model=lm.name, fingerprint=lm.fingerprint)
                _answer(reader, questions, out / name, one, workers)
            report = _report([out / name for name in names], seed)
        else:
            report = _looked_only(out, made, questions, seed)
    finally:
        lm.close()
    _print(report, names, f"{len(questions)} questions of {data}", as_json=as_json)


def _chats(data: str) -> tuple[list[Dialogue], RunSettings]:
    """The chats of a file or of all JSON files in a folder."""
    from personae.errors import FormatError
    from personae.evaluate.record import data_digest
    from personae.evaluate.types import RunSettings
    from personae.formats.reading import detect, find_data, read_dialogues

    source = find_data(data)
    files = sorted(source.glob("*.json")) if source.is_dir() else [source]
    if not files:
        raise FormatError("There is no .json file in the folder.", file=source)
    chats = [chat for file in files for chat in read_dialogues(file)]
    settings = RunSettings(
        data_path=data, data_sha256=data_digest(source), data_format=detect(files[0]).name,
        method="", model="", fingerprint="",
    )  # fmt: skip
    return chats, settings


def _looked_up(
    chats: Sequence[Dialogue], questions: Sequence[Question], names: Sequence[str]
) -> dict[str, dict[str, list[str]]]:
    from personae.cli.opening import embedder_for
    from personae.cli.output import stderr
    from personae.evaluate.memory_probe import rankings
    from personae.registry import find

    def embedder() -> Any:
        return embedder_for(find("step", "recall"))

    def show(chat: str) -> None:
        stderr().print(f"Looking for evidence in {chat} …")

    return rankings(chats, questions, names, embedder, show)


def _readers(
    lm: LanguageModel,
    chats: Sequence[Dialogue],
    questions: Sequence[Question],
    found: Mapping[str, Mapping[str, Sequence[str]]],
    *,
    k: int,
    budget_tokens: int,
) -> dict[str, Reader]:
    from personae.evaluate.memory_probe import Reader

    by_id = {chat.id: chat for chat in chats}
    chat_of = {one.id: one.chat for one in questions}
    return {
        name: Reader(lm, name, by_id, chat_of, ids, k=k, budget_tokens=budget_tokens)
        for name, ids in found.items()
    }


def _answer(
    reader: Reader, questions: Sequence[Question], out: Path, settings: RunSettings, workers: int
) -> None:
    """A run of answers with its bar; Ctrl-C ends the command."""
    from personae.cli.progress import ReplyProgress
    from personae.evaluate.memory_probe import asked_dialogues
    from personae.evaluate.run import reply_run

    with ReplyProgress(out.name) as progress:
        state = reply_run(
            asked_dialogues(questions), reader, out, settings,
            workers=workers, on_progress=progress.show,
        )  # fmt: skip
    refuse_interrupted(state, out)


def _report(folders: Sequence[Path], seed: int) -> Report:
    from personae.draft import Kit
    from personae.evaluate.memory_probe import probe_metrics
    from personae.evaluate.score import NoModel, measured, read_scored_run, write_scores

    runs = [read_scored_run(folder) for folder in folders]
    report = measured(runs, probe_metrics(), Kit(lm=NoModel(), seed=seed))
    write_scores(report)
    return report


def _looked_only(
    out: Path, readers: Mapping[str, Reader], questions: Sequence[Question], seed: int
) -> Report:
    """The same figures without an answer, from samples that are not kept."""
    from personae.draft import Kit
    from personae.evaluate.memory_probe import found_samples, probe_metrics
    from personae.evaluate.score import NoModel, Run, measured

    runs = [Run(out / name, {}, found_samples(one, questions)) for name, one in readers.items()]
    metrics = probe_metrics()
    del metrics["answer F1"]
    return measured(runs, metrics, Kit(lm=NoModel(), seed=seed))


def _print(report: Report, names: Sequence[str], title: str, *, as_json: bool) -> None:
    from personae.evaluate.score import report_dict
    from personae.formats.long_chats import CATEGORIES

    if as_json:
        print_json(report_dict(report))
        return
    print_report(report, title)
    row = report.figures.get("answer F1", ())
    kinds = [one.scores.detail["by_category"] for one in row]
    if kinds:
        rows = [
            (
                f"{CATEGORIES[int(kind)]} ({kinds[0][kind][1]})",
                *(f"{m[kind][0]:.3f}" for m in kinds),
            )
            for kind in kinds[0]
            if all(kind in means for means in kinds)
        ]
        print_table(("answer F1 by kind of question", *names), rows)
