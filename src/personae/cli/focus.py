"""`personae evaluate focus` and `personae data make focus`: grounding in persona and knowledge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.names import names_in
from personae.cli.output import print_json, print_table, stderr

if TYPE_CHECKING:
    from personae.data import Sample
    from personae.formats.focus import FocusTurn
    from personae.formats.focus_making import Split

WIZARD = "wizard-of-internet/test.json"
WIZARD_TEST = (300, 1_000)  # dialogues that INFO's training and choices have not seen
VALID_DIALOGUES, VALID_SEED = 40, 7


def make_focus(
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    topics: Annotated[
        Path | None,
        typer.Option("--topics", help="Articles as text or .jsonl; default: made-up places."),
    ] = None,
    number: Annotated[int, typer.Option("--n", min=1, max=100_000, help="Dialogues.")] = 500,
    split: Annotated[
        str, typer.Option("--split", help="train, valid, test: no article in two; or all.")
    ] = "all",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace OUT if it exists.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make dialogues in the FoCus format from articles and personas (S033)."""
    from personae import places
    from personae.formats.focus import as_dialogue
    from personae.formats.focus_making import made, source_of
    from personae.formats.reading import write_dialogues
    from personae.formats.topics import read_topics

    source = source_of(read_topics(topics or places.FILE), _split(split))
    count = write_dialogues(
        (as_dialogue(one) for one in made(source, number, seed)), out, "focus", overwrite=force
    )
    facts = {"dialogues": count, "articles": len(source.topics), "target": str(out)}
    if as_json:
        print_json(facts)
    else:
        stderr().print(
            f"{count} dialogues about {len(source.topics)} articles written to {out}.", markup=False
        )


def focus(
    data: Annotated[
        str,
        typer.Option(
            "--data",
            help="A FoCus file, here or below $PERSONAE_DATA; `wizard`: the searched turns of "
            "Wizard of the Internet; default: dialogues made from the test articles.",
        ),
    ] = "",
    systems: Annotated[
        str,
        typer.Option(
            "--systems",
            help="Of random, tfidf, cosine, info, info without count, memory, oracle.",
        ),
    ] = "random,tfidf,cosine,info,oracle",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Answers.")] = 1_000,
    weights: Annotated[
        Path | None, typer.Option("--weights", help="A folder of `personae train info`.")
    ] = None,
    answers: Annotated[
        int, typer.Option("--answers", min=0, help="Have so many written, by each way.")
    ] = 0,
    model: Annotated[str, typer.Option("--model", help="Who writes; see `personae models`.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Choose knowledge and persona for each answer, and score what is chosen and written (S033).

    Thresholds of systems that score statements are those best on dialogues made from the valid
    articles. Intervals are of 95 %.
    """
    from personae.cli.opening import embedder_for
    from personae.evaluate.focus import systems as systems_of
    from personae.registry import find

    names = names_in(systems)
    turns = _turns(data, seed)[:limit]
    embedder = embedder_for(find("step", "select-grounding"))
    known = systems_of(names, embedder, weights, seed)
    rows = [_row(name, system, turns, embedder, seed) for name, system in known.items()]
    written = _written(turns[:answers], model, seed) if answers else {}
    if as_json:
        print_json({"turns": len(turns), "systems": rows, "answers": written})
        return
    print_table(
        ("system", "KG", "95 %", "PG", "persona F1", "R@1 question", "R@1 enhanced"),
        [
            (
                str(row["system"]), f"{row['kg']:.3f}", f"{row['kg_low']:.3f}–{row['kg_high']:.3f}",
                *(_number(row[key]) for key in ("pg", "persona_f1", "history", "enhanced")),
            )
            for row in rows
        ],
        title=f"Chosen for {len(turns)} answers",
    )  # fmt: skip
    if written:
        print_table(
            ("answers", *next(iter(written.values()))),
            [(name, *(f"{one:.1f}" for one in found.values())) for name, found in written.items()],
            title=f"Written, {min(answers, len(turns))} answers",
        )


def _number(value: object) -> str:
    return "" if value is None else f"{value:.3f}"


def _split(name: str) -> Split:
    from typing import cast

    return cast("Split", name)


def _turns(data: str, seed: int) -> list[FocusTurn]:
    from personae import places
    from personae.formats.focus import read_focus, turns_of
    from personae.formats.focus_making import made, source_of
    from personae.formats.reading import find_data
    from personae.formats.topics import read_topics
    from personae.formats.wizard_of_internet import searched_turns

    if data == "wizard":
        return searched_turns(find_data(WIZARD), *WIZARD_TEST, seed)
    if data:
        dialogues = list(read_focus(find_data(data)))
    else:
        dialogues = list(made(source_of(read_topics(places.FILE), "test"), 150, seed))
    return [turn for one in dialogues for turn in turns_of(one)]


def _row(
    name: str, system: object, turns: list[FocusTurn], embedder: object, seed: int
) -> dict[str, object]:
    from typing import Any, cast

    from personae.evaluate.bootstrap import interval
    from personae.evaluate.focus import figures, retrieval, threshold_of
    from personae.metrics.types import mean_scores

    chooser, vectors = cast("Any", system), cast("Any", embedder)
    has_persona = any(one.persona for one in turns)
    threshold = threshold_of(_valid_turns(), chooser) if has_persona else 0.5
    found = figures(turns, chooser, threshold)
    values: list[float | None] = [float(one) for one in found.knowledge]
    around = interval(mean_scores("kg", values, unit="0–1", higher_is_better=True), seed=seed)
    first = retrieval(turns, chooser, threshold, vectors)
    shares = {key: sum(hits) / max(1, len(hits)) for key, hits in first.items()}
    return {
        "system": name,
        "kg": found.kg,
        "kg_low": around.low if around else found.kg,
        "kg_high": around.high if around else found.kg,
        "pg": found.pg if has_persona else None,
        "persona_f1": found.persona_f1 if has_persona else None,
        **shares,
    }


def _valid_turns() -> list[FocusTurn]:
    from personae import places
    from personae.formats.focus import turns_of
    from personae.formats.focus_making import made, source_of
    from personae.formats.topics import read_topics

    source = source_of(read_topics(places.FILE), "valid")
    return [one for d in made(source, VALID_DIALOGUES, VALID_SEED) for one in turns_of(d)]


def _written(turns: list[FocusTurn], model: str, seed: int) -> dict[str, dict[str, float]]:
    """The scores of answers written without knowledge, and with what each selector chose."""
    from rich.progress import track

    from personae.cli.opening import open_named_model, open_speaker
    from personae.evaluate.focus import samples_of, with_reply, without_knowledge, written_scores

    lm = open_named_model(model, slots=1, method="info")
    found: dict[str, dict[str, float]] = {}
    samples: list[Sample] = samples_of(turns)
    try:
        for name in ("nothing", "tfidf", "cosine", "info"):
            options = {"selector": name} if name != "nothing" else {}
            speaker = open_speaker(lm, "info", options, seed=seed, replayable=True)
            asked = [without_knowledge(one) if name == "nothing" else one for one in samples]
            done = [
                with_reply(one, speaker.reply(one.scene).text)
                for one in track(asked, description=f"from {name}", console=stderr())
            ]
            found[f"from {name}"] = written_scores(done)
    finally:
        lm.close()
    return found
