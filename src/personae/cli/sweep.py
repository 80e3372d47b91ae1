"""`personae evaluate sweep`: one option of a method at several values, over the same test turns."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from personae.cli.names import names_in
from personae.cli.output import print_json
from personae.cli.replies import make_replies
from personae.cli.report import print_report

METRICS = ("c-score", "contradiction-rate", "word-f1", "bleu", "distinct-2", "length")


def sweep(
    method: Annotated[str, typer.Argument(metavar="METHOD", help="See `personae list methods`.")],
    values: Annotated[str, typer.Option("--values", help="score=1.0,0.95,0.9: the first is the "
                                        "baseline.")],
    out: Annotated[Path, typer.Option("--out", help="The folder of the runs.")],
    data: Annotated[
        str, typer.Option("--data", help="Dialogues with personas, here or below $PERSONAE_DATA.")
    ] = "xpersona/En_persona_test.json",
    metrics: Annotated[str, typer.Option("--metrics", help="Names with commas.")] = "",
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Test turns.")] = 100,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:  # fmt: skip
    """Show how metrics move with an option. The same command goes on where it was interrupted."""
    from personae.cli.opening import nli_for, open_named_model, open_speaker
    from personae.evaluate.record import data_digest
    from personae.evaluate.score import report_dict, score_runs, write_scores
    from personae.evaluate.types import RunSettings
    from personae.formats.reading import detect, find_data, read_dialogues
    from personae.registry import find

    option, settings_of = _parsed(method, values)
    source = find_data(data)
    lm = open_named_model(model, slots=1)
    settings = RunSettings(
        data_path=data, data_sha256=data_digest(source), data_format=detect(source).name,
        method="", model=lm.name, fingerprint=lm.fingerprint, seed=seed, limit=limit,
    )  # fmt: skip
    folders = []
    try:
        for value in settings_of:
            folders.append(out / f"{option}-{value}")
            speaker = open_speaker(lm, method, {option: value}, seed=seed, replayable=True)
            dialogues = read_dialogues(source, settings.data_format)
            make_replies(speaker, dialogues, folders[-1], settings)
    finally:
        lm.close()
    wanted = names_in(metrics) or METRICS
    report = score_runs(folders, wanted, seed=seed, nli=nli_for(find("metric", "c-score")))
    write_scores(report)
    if as_json:
        print_json(report_dict(report))
    else:
        print_report(report, f"{find('method', method).name} by {option}")


def _parsed(method: str, values: str) -> tuple[str, list[Any]]:
    """`score=1.0,0.9` as the option and its values, checked. Raises InvalidOption."""
    from personae.errors import InvalidOption
    from personae.registry import check_options, find, parse_options

    name, equals, listed = values.partition("=")
    texts = names_in(listed)
    if not equals or not texts:
        raise InvalidOption(f"{values!r} has no values. Write it as --values score=1.0,0.9")
    given = [parse_options([f"{name}={text}"]) for text in texts]
    for one in given:
        check_options(find("method", method), one)
    return next(iter(given[0])), [value for one in given for value in one.values()]
