"""`personae evaluate attributes-left-out`: which attributes of a citizen a judge uses (S034)."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.names import names_in
from personae.cli.output import print_json, print_table

if TYPE_CHECKING:
    from personae.evaluate.bootstrap import Difference
    from personae.evaluate.persona_testbed import Judge

READERS = ("reader", "nearest", "words")


def attributes_left_out(
    judge: Annotated[
        str, typer.Option("--judge", help="reader, nearest or words; else a model: embedded.")
    ] = "reader",
    method: Annotated[str, typer.Option("--method", help="How a model plays.")] = "plain",
    mode: Annotated[str, typer.Option("--mode", help="raw or summary.")] = "raw",
    attributes: Annotated[
        str, typer.Option("--attributes", help="Names with commas; default: all.")
    ] = "",
    persons: Annotated[int, typer.Option("--persons", min=1, help="Of each side.")] = 2,
    limit: Annotated[int | None, typer.Option("--limit", min=2, help="Questions.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Leave one attribute of a citizen out after the other, and say what a judge then loses."""
    from typing import cast

    from personae.benchmarks.persona_testbed import Mode, known_attributes
    from personae.cli.progress import counted
    from personae.errors import InvalidOption
    from personae.evaluate.persona_testbed import leave_one_out
    from personae.populations.people import INTERNAL

    if mode not in ("raw", "summary"):
        raise InvalidOption(f"There is no mode {mode!r} that tells of attributes: raw, summary.")
    names = names_in(attributes)
    names = names or [name for name in known_attributes() if name not in INTERNAL]
    with ExitStack() as stack:
        asked = _judge(judge, method, seed, stack)
        show = stack.enter_context(counted())
        whole, rows = leave_one_out(
            asked, names, show, mode=cast("Mode", mode), persons=persons, limit=limit, seed=seed
        )
    if as_json:
        print_json({
            "accuracy": whole,
            "without": [
                {"attribute": one.attribute, "accuracy": one.accuracy,
                 "difference": one.difference.difference if one.difference else None,
                 "own_difference": one.own.difference if one.own else None}
                for one in rows
            ],
        })  # fmt: skip
        return
    print_table(
        ("without", "accuracy", "difference (95 %)", "on the questions it decides"),
        [(one.attribute, f"{one.accuracy:.3f}", _told(one.difference), _told(one.own))
         for one in rows],
        title=f"The judge {judge}, {mode}, all attributes: {whole:.3f}",
    )  # fmt: skip


def _judge(name: str, method: str, seed: int, stack: ExitStack) -> Judge:
    import random
    import threading

    from personae.benchmarks.persona_testbed import persona_testbed
    from personae.cli.opening import open_named_model, open_speaker
    from personae.evaluate.asking import AskedQuestion, Choosing

    if name in READERS:
        baseline = persona_testbed(mode="none", persons=1).baselines[name]
        return lambda question: baseline(question, random.Random(f"{seed}/{question.id}"))
    lm = stack.enter_context(closing(open_named_model(name, method=method)))
    choosing = Choosing(open_speaker(lm, method, {}, seed=seed, replayable=True), "calibrated")
    return lambda question: choosing.answer(
        AskedQuestion(question), seed=seed, cancel=threading.Event()
    ).to_dict()["reply"]


def _told(one: Difference | None) -> str:
    if one is None:
        return ""
    return f"{one.difference:+.3f} ({one.interval.low:+.3f} to {one.interval.high:+.3f})"
