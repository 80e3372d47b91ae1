"""`personae evaluate decision-memory`: which memory shows what explains a character's decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.output import print_json, print_table, stderr
from personae.cli.report import print_report

if TYPE_CHECKING:
    from personae.data import Sample
    from personae.formats.lifechoice import LifeChoice
    from personae.lm.types import LanguageModel
    from personae.memory.charmap import Weigh

_BY_MODEL = ("lm", "lm-likelihood")


def decision_memory(
    data: Annotated[
        str, typer.Option("--data", help="`made` novels, `othello`, or a LifeChoice file.")
    ] = "made",
    memory: Annotated[
        str,
        typer.Option(
            "--memory",
            help="With commas: chance, whole, words, embed, both, charmap, all-lines; "
            "charmap:nli (relevance, lm, lm-likelihood) says who chooses the points. The first "
            "is what the others are compared with.",
        ),
    ] = "embed,words,both,all-lines,charmap",
    novels: Annotated[int, typer.Option("--novels", min=1, help="Of the made ones.")] = 30,
    split: Annotated[str, typer.Option("--split", help="Of the made ones: valid, test, all.")] = (
        "test"
    ),
    limit: Annotated[int, typer.Option("--limit", min=0, help="Decisions; 0: all.")] = 0,
    points: Annotated[int, typer.Option("--points", min=1, help="Lines that are followed.")] = 3,
    pieces: Annotated[int, typer.Option("--pieces", min=1, help="Pieces that are shown.")] = 6,
    chunk_tokens: Annotated[int, typer.Option("--chunk-tokens", min=8)] = 200,
    overlap_tokens: Annotated[int, typer.Option("--overlap-tokens", min=0)] = 50,
    find: Annotated[
        str, typer.Option("--find", help="How a point finds pieces: words, vectors, both.")
    ] = "both",
    card: Annotated[
        str,
        typer.Option("--card", help="Only decisions of this card's character, by its statements."),
    ] = "",
    model: Annotated[str, typer.Option("--model", help="For charmap:lm.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look up what explains each decision, with one memory after the other; nothing answers.

    Evidence shown is the share of the passages that explain a decision which stand in the pieces.
    """
    from personae.benchmarks.decision_items import decisions_of
    from personae.evaluate.decision_memory import arms_named, memory_report, samples_shown
    from personae.evaluate.score import report_dict
    from personae.novels import split_named

    items = decisions_of(data, novels=novels, split=split_named(split), seed=seed)
    items = _described_by(card, items) if card else items
    items = items[:: max(1, len(items) // limit)][:limit] if limit else items
    given = {
        "points": points, "pieces": pieces, "chunk_tokens": chunk_tokens,
        "overlap_tokens": overlap_tokens, "find": find, "seed": seed,
    }  # fmt: skip
    arms = arms_named(memory, given)
    lm = _model(model) if any(one.by in _BY_MODEL for one in arms.values()) else None
    runs: dict[str, tuple[Sample, ...]] = {}
    try:
        for name, arm in arms.items():
            runs[name] = samples_shown(items, arm, _weighing(arm.by, lm), _shower(name))
    finally:
        if lm is not None:
            lm.close()
    report = memory_report(runs, seed)
    if as_json:
        print_json(report_dict(report))
        return
    print_report(report, f"{len(items)} decisions of {data}, {pieces} pieces")
    kinds = sorted({str(one.record["group"]) for one in next(iter(runs.values()))} - {""})
    rows = [(kind, *(_of_kind(samples, kind) for samples in runs.values())) for kind in kinds]
    if rows:
        print_table(("motivation", *runs), rows, title="By motivation")


def _described_by(card: str, items: list[LifeChoice]) -> list[LifeChoice]:
    """The decisions of a card's character, with its statements as the description."""
    from personae.cli.opening import load_card
    from personae.errors import InvalidOption

    persona = load_card(card)
    own = [one.described(persona.statements) for one in items if one.character == persona.name]
    if not own:
        names = ", ".join(sorted({one.character for one in items})[:12])
        raise InvalidOption(f"{persona.name!r} decides nothing here; these do: {names}.")
    return own


def _model(name: str) -> LanguageModel:
    from personae.cli.opening import open_named_model

    return open_named_model(name, slots=1)


def _weighing(by: str, lm: LanguageModel | None) -> Callable[[LifeChoice], Weigh]:
    """Who chooses the points of each decision."""
    from personae.benchmarks.lifechoice import weigh_named
    from personae.memory.charmap import by_likelihood, by_model

    if lm is not None and by in _BY_MODEL:
        make = by_model if by == "lm" else by_likelihood
        return lambda item: make(lm, item.character)
    weigh = weigh_named(by)  # type: ignore[arg-type]
    return lambda item: weigh


def _shower(name: str) -> Callable[[int, int], None]:
    def show(done: int, total: int) -> None:
        if done % 10 == 0 or done == total:
            stderr().print(f"{name}: {done} of {total}", highlight=False)

    return show


def _of_kind(samples: tuple[Sample, ...], kind: str) -> str:
    values = [
        float(one.record["labels"]["evidence_shown"])
        for one in samples
        if one.record["group"] == kind
    ]
    return f"{sum(values) / len(values):.2f} ({len(values)})"
