"""Arena: compare systems in blind pairs, and rank them from the votes (S091)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.names import names_in
from personae.cli.output import plain, print_json, print_table, stderr
from personae.cli.run_endings import refuse_interrupted
from personae.cli.targets import refuse_other_than_svg

if TYPE_CHECKING:
    from personae.benchmarks.types import Question
    from personae.cli.ways import Way
    from personae.evaluate.arena.contests import Judge, Systems
    from personae.evaluate.rankings.ranked import Ranking, Verdict
    from personae.evaluate.rankings.votes import Vote

app = typer.Typer(add_completion=False)

HUMAN, MODEL = "human", "lm"
# Other names of judges are names of metrics. The guard knows the first inference model.
METRICS = {"nli": "c-score@second"}


@app.callback()
def arena() -> None:
    """Compare systems in blind pairs, and rank them from the votes."""


@app.command()
def run(
    systems: Annotated[
        str,
        typer.Option(
            "--systems",
            help="Folders of runs, or methods (guard:draws=2), with commas; two or more.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="The folder of the votes.")],
    judge: Annotated[
        str,
        typer.Option(
            "--judge", help="human, lm:MODEL, nli, relevance, or another metric of single replies."
        ),
    ] = HUMAN,
    prompts: Annotated[
        str,
        typer.Option(
            "--prompts",
            help="What methods reply to: a .txt file, one prompt a line, or a file of dialogues.",
        ),
    ] = "",
    persona: Annotated[
        str, typer.Option("--persona", help="Who replies to the prompts of a .txt file.")
    ] = "ana",
    model: Annotated[str, typer.Option("--model", help="What methods reply with.")] = "",
    rater: Annotated[str, typer.Option("--rater", help="Your name in the votes.")] = "me",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Prompts.")] = None,
    margin: Annotated[
        float, typer.Option("--margin", min=0, help="Differences up to it are ties.")
    ] = 0.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of replies, order and sides.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Let a judge vote on every pair of systems. The same command goes on where it stopped.

    Votes stand in OUT/votes.csv; several judges may vote into one folder.
    """
    from personae.errors import InvalidOption
    from personae.evaluate.arena.contests import (
        VOTES,
        begin_arena,
        contests,
        folder_names,
        known_votes,
        read_systems,
        still_open,
        vote_all,
    )

    if not 0 < len(rater.strip()) <= 100:
        raise InvalidOption("The rater's name has 1–100 characters: --rater ann")
    folders = _replied(systems, out, prompts, persona, model, limit, seed)
    held = read_systems(folder_names(folders))
    asked = contests(held, seed=seed, limit=limit)
    begin_arena(out, held, seed)
    who, file = rater.strip() if judge == HUMAN else judge, out / VOTES
    left = still_open(asked, who, known_votes(file, ()))
    if judge == HUMAN:
        from personae.cli.voting import vote_by_hand

        vote_by_hand(left, who, file, lambda text: print(text, file=sys.stderr))
    elif left:
        from rich.progress import track

        with _judge(judge, held, margin, seed) as asking:
            voting = vote_all(left, who, asking, file)
            for _ in track(voting, total=len(left), description=plain(who), console=stderr()):
                pass
    missing = len(still_open(asked, who, known_votes(file, ())))
    _conclude(file, who, len(asked), missing, as_json)


@app.command()
def rank(
    votes: Annotated[list[Path], typer.Argument(help="Files of votes: .csv or .jsonl.")],
    method: Annotated[
        str, typer.Option("--method", help="Of bt, davidson, trueskill, with commas.")
    ] = "bt,davidson,trueskill",
    systems: Annotated[
        str, typer.Option("--systems", help="The names that votes may have; default: all.")
    ] = "",
    raters: Annotated[str, typer.Option("--raters", help="Only their votes; default: all.")] = "",
    people: Annotated[
        Path | None, typer.Option("--people", help="Votes to compare each rater with.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="An SVG file: the first method's intervals.")
    ] = None,
    resamples: Annotated[
        int, typer.Option("--resamples", min=10, max=100_000, help="Of the prompts.")
    ] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of intervals and orders.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Rank the systems of each file by each method, with 95 % intervals over prompts."""
    from personae.errors import InvalidOption
    from personae.evaluate.rankings.picture import ranking_svg
    from personae.evaluate.rankings.ranked import judged
    from personae.evaluate.rankings.votes import read_votes

    refuse_other_than_svg(plot)
    known, methods = names_in(systems), names_in(method)
    if not methods:
        raise InvalidOption("Name at least one method: --method bt")
    sets = {str(file): _of(read_votes(file, known), names_in(raters), file) for file in votes}
    found = {
        name: judged(held, methods, resamples=resamples, seed=seed) for name, held in sets.items()
    }
    human = None if people is None else read_votes(people, known)
    beside = {} if human is None else _beside(sets, human)
    if plot is not None:
        first = next(iter(found.values())).rankings[0]
        plot.write_text(ranking_svg(first), encoding="utf-8")
    if as_json:
        print_json(_as_json(found, beside))
        return
    for name, verdict in found.items():
        _print_verdict(name, verdict)
    _print_between(found)
    _print_beside(beside)


@app.command(name="people")
def people_(
    graded: Annotated[
        str, typer.Argument(metavar="SET", help="usr-personachat, usr-topicalchat, grade-convai2 …")
    ],
    out: Annotated[Path, typer.Option("--out", help="A folder: a run a system, and votes.csv.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Turn replies that people graded into runs and votes: who graded A above B voted for A."""
    from personae.evaluate.arena.people import graded as graded_set
    from personae.evaluate.arena.people import write_graded

    found = graded_set(graded)
    write_graded(found, out, graded)
    facts: dict[str, Any] = {
        "out": str(out), "votes": len(found.votes),
        "systems": {name: len(samples) for name, samples in found.systems.items()},
    }  # fmt: skip
    if as_json:
        print_json(facts)
        return
    print_table(("system", "replies"), list(facts["systems"].items()), title=str(out))
    typer.echo(f"{facts['votes']} votes of people are in {out}.", err=True)


def _replied(
    systems: str, out: Path, prompts: str, persona: str, model: str, limit: int | None, seed: int
) -> list[Path]:
    """The folders of the systems; methods reply first, into folders below `out`."""
    from personae.cli.ways import ways_named
    from personae.errors import InvalidOption
    from personae.evaluate.record import SAMPLES

    folders: list[Path] = []
    ways: list[Way] = []
    for text in names_in(systems):
        if (Path(text) / SAMPLES).is_file():
            folders.append(Path(text))
            continue
        if "/" in text or Path(text).is_dir():
            raise InvalidOption(f"{text} is no folder of a run: it has no {SAMPLES}.")
        ways += ways_named(text)
        folders.append(out / ways[-1].name)
    if len(set(folders)) < 2:
        raise InvalidOption("An arena needs two systems or more: --systems plain,guard")
    if ways and not prompts:
        raise InvalidOption(f"Say what {ways[0].name} replies to: --prompts FILE")
    if ways:
        _reply(ways, out, prompts, persona, model, limit, seed)
    return folders


def _reply(
    ways: list[Way], out: Path, prompts: str, persona: str, model: str, limit: int | None, seed: int
) -> None:
    """Have every method reply to every prompt; goes on where it was stopped."""
    from personae.cli.opening import open_speaker
    from personae.cli.progress import ReplyProgress
    from personae.cli.ways import open_model_for
    from personae.evaluate.asking import AskedQuestion, Replying
    from personae.evaluate.record import data_digest
    from personae.evaluate.run import answer_all
    from personae.evaluate.types import RunSettings
    from personae.formats.reading import detect, find_data

    source = find_data(prompts)
    known = "prompts" if source.suffix.lower() == ".txt" else detect(source).name
    asked = [AskedQuestion(one) for one in _questions(source, known, persona, limit)]
    lm = open_model_for(ways, model)
    settings = RunSettings(
        data_path=prompts, data_sha256=data_digest(source), data_format=known, method="",
        model=lm.name, fingerprint=lm.fingerprint, seed=seed, limit=limit,
    )  # fmt: skip
    try:
        for way in ways:
            speaker = open_speaker(lm, way.method, dict(way.options), seed=seed, replayable=True)
            own = replace(settings, method=speaker.method, options=speaker.options)
            with ReplyProgress(way.name) as progress:
                state = answer_all(
                    asked, Replying(speaker), out / way.name, own, on_progress=progress.show
                )
            refuse_interrupted(state, out / way.name, "replies")
    finally:
        lm.close()


def _questions(source: Path, known: str, card: str, limit: int | None) -> list[Question]:
    """The test turns of dialogues, or for each line of a text file a stranger who says it."""
    from personae.benchmarks.types import Question
    from personae.cli.opening import load_card
    from personae.data import Scene
    from personae.errors import FormatError
    from personae.evaluate.targets import NOON, targets
    from personae.formats.reading import read_dialogues
    from personae.text.parsing import lines

    if known != "prompts":
        turns = targets(read_dialogues(source, known), limit)
        found = [Question(one.id, one.scene(), one.reference) for one in turns]
    else:
        scene = Scene(persona=load_card(card), now=NOON)
        found = [
            Question(f"{source.stem}-{place.line}", scene.said(scene.user, line.strip()))
            for place, line in lines(source)
            if line.strip()
        ][:limit]
    if not found:
        raise FormatError("There is nothing to reply to in the file.", file=source)
    return found


@contextmanager
def _judge(name: str, systems: Systems, margin: float, seed: int) -> Iterator[Judge]:
    """The judge of a `--judge` flag. Raises UnknownEntry, CapabilityError."""
    from personae.cli.judging import judging_kit
    from personae.cli.opening import open_named_model
    from personae.errors import UnknownEntry
    from personae.evaluate.arena.judges import by_metric, by_model
    from personae.evaluate.score import build_metrics, metric_entries

    kind, _, rest = name.partition(":")
    if kind == MODEL:
        lm = open_named_model(rest, slots=1)
        try:
            yield by_model(lm, margin=margin)
        finally:
            lm.close()
        return
    metric = METRICS.get(name, name)
    try:
        metric_entries([metric])
    except UnknownEntry as error:
        raise UnknownEntry("judge", name, [HUMAN, "lm:MODEL", *METRICS, *error.known]) from error
    with judging_kit([metric], seed=seed) as kit:
        yield by_metric(build_metrics([metric], {})[metric], systems, kit, margin=margin)


def _conclude(file: Path, who: str, total: int, missing: int, as_json: bool) -> None:
    if as_json:
        print_json({"votes": str(file), "rater": who, "asked": total, "missing": missing})
        return
    typer.echo(plain(f"{who}: {total - missing} of {total} votes are in {file}."), err=True)
    typer.echo(f"Rank the systems with: personae arena rank {file}", err=True)


def _of(votes: tuple[Vote, ...], raters: list[str], file: Path) -> tuple[Vote, ...]:
    """The votes of these raters, or all. Raises UnknownEntry for one who has not voted."""
    from personae.errors import UnknownEntry

    present = {vote.rater for vote in votes}
    for name in raters:
        if name not in present:
            raise UnknownEntry("rater", name, present, f"The votes are in {file}.")
    return tuple(vote for vote in votes if not raters or vote.rater in raters)


def _beside(
    sets: dict[str, tuple[Vote, ...]], people: tuple[Vote, ...]
) -> dict[str, dict[str, float]]:
    """Each rater of each file beside people, where they judged the same contests."""
    from dataclasses import asdict

    from personae.evaluate.arena.agreeing import alike

    found: dict[str, dict[str, float]] = {}
    for held in sets.values():
        for name in dict.fromkeys(vote.rater for vote in held):
            both = alike([vote for vote in held if vote.rater == name], people)
            if both is not None:
                found[name] = asdict(both)
    return found


def _print_verdict(name: str, verdict: Verdict) -> None:
    typer.echo(
        plain(
            f"{name}: {verdict.votes} votes on {verdict.prompts} prompts by {verdict.raters} "
            f"raters, {verdict.tie_rate:.0%} ties"
        )
    )
    for ranking in verdict.rankings:
        _print_ranking(ranking)
    print_table(
        ("pair", "wins", "ties", "prompts", "p", "p (Holm)"),
        [
            (
                f"{one.first} : {one.second}", f"{one.first_wins} : {one.second_wins}", one.ties,
                f"{one.first_prompts} : {one.second_prompts}", f"{one.p:.4f}", f"{one.p_holm:.4f}",
            )
            for one in verdict.pairs
        ],
        title="Sign tests over prompts",
    )  # fmt: skip
    figures = {"Krippendorff's alpha": verdict.alpha, "Fleiss' kappa": verdict.kappa}
    shown = [f"{label} {value:.3f}" for label, value in figures.items() if value == value]
    shown += [f"τ({a}, {b}) {tau:.3f}" for (a, b), tau in verdict.taus.items()]
    typer.echo("; ".join(shown))


def _print_ranking(ranking: Ranking) -> None:
    score = {"trueskill": "μ − 3σ"}.get(ranking.method, "β")
    error = {"trueskill": "σ"}.get(ranking.method, "error")
    print_table(
        ("cluster", "system", score, "95 %", error),
        [
            (
                one.cluster, one.system, f"{one.score:.3f}",
                f"{one.interval.low:.3f} – {one.interval.high:.3f}" if one.interval else "–",
                f"{one.error:.3f}",
            )
            for one in ranking.standings
        ],
        title=ranking.method,
    )  # fmt: skip
    for remark in ranking.remarks:
        typer.echo(plain(remark))


def _print_between(found: dict[str, Verdict]) -> None:
    """Kendall's τ of each two files: whether they order the systems alike."""
    from personae.evaluate.rankings.ranked import agreement

    names = list(found)
    rows = [
        (one, other, f"{agreement(*(found[n].rankings[0].scores() for n in (one, other))):.3f}")
        for at, one in enumerate(names)
        for other in names[at + 1 :]
    ]
    if rows:
        method = found[names[0]].rankings[0].method
        print_table(("votes", "and", f"τ by {method}"), rows, title="Do the files agree?")


def _print_beside(beside: dict[str, dict[str, float]]) -> None:
    if not beside:
        return
    print_table(
        ("judge", "contests", "decided by people", "right", "its ties", "τ of systems"),
        [
            (
                name, one["contests"], one["decided"], f"{one['right']:.3f}", f"{one['ties']:.0%}",
                f"{one['tau']:.3f}",
            )
            for name, one in beside.items()
        ],
        title="Beside people (0.5 is chance)",
    )  # fmt: skip


def _as_json(found: dict[str, Verdict], beside: dict[str, dict[str, float]]) -> dict[str, Any]:
    from dataclasses import asdict

    def told(verdict: Verdict) -> dict[str, Any]:
        value = asdict(verdict)
        value["taus"] = [{"methods": list(pair), "tau": tau} for pair, tau in verdict.taus.items()]
        return value

    return {"files": {name: told(one) for name, one in found.items()}, "people": beside}
