"""Ask characters questionnaires, score the answers, and tell how far to trust the scores."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.names import way_named
from personae.cli.output import print_json, print_table, stderr
from personae.cli.questionnaire_reliability import about_asking, asker_of, number, reliability

if TYPE_CHECKING:
    from personae.evaluate.questionnaire_asking import Asking
    from personae.evaluate.questionnaire_scores import ScaleScore
    from personae.evaluate.reliability import Consistency
    from personae.questionnaires.types import Answer, Questionnaire

app = typer.Typer(add_completion=False)
app.command()(reliability)


@app.callback()
def questionnaire() -> None:
    """Ask characters questionnaires (Big Five and yours), and score the answers."""


@app.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """The questionnaires that ship; a path to a file of yours works wherever a name does."""
    from personae import questionnaires
    from personae.formats.questionnaire import languages_of, load_questionnaire

    rows: list[dict[str, Any]] = []
    for name in questionnaires.names():
        one = load_questionnaire(name)
        rows.append(
            {
                "name": name,
                "title": one.title,
                "items": len(one.items),
                "scales": [scale.id for scale in one.scales],
                "languages": list(languages_of(questionnaires.path_of(name))),
                "norms": list(one.norms),
                "license": one.license,
            }
        )
    if as_json:
        print_json(rows)
        return
    print_table(
        ("name", "items", "scales", "languages", "license", "what it is"),
        [
            (r["name"], r["items"], len(r["scales"]), " ".join(r["languages"]), r["license"],
             r["title"])
            for r in rows
        ],
    )  # fmt: skip


@app.command()
def ask(
    card: Annotated[str, typer.Argument(help="A character: name, path, or one in the store.")],
    name: Annotated[str, typer.Argument(help="A shipped questionnaire, or a file.")] = "ipip-50",
    way: Annotated[
        str, typer.Option("--way", help="likelihood, statement, monologue, grammar, interview.")
    ] = "likelihood",
    method: Annotated[str, typer.Option("--method", help="See `personae list methods`.")] = "plain",
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    language: Annotated[str, typer.Option("--language", help="Of the questionnaire.")] = "en",
    paraphrase: Annotated[int, typer.Option("--paraphrase", min=0, help="Another wording.")] = 0,
    falling: Annotated[bool, typer.Option("--falling", help="Highest option first.")] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Do not take off what the model answers as nobody.")
    ] = False,
    sitting: Annotated[bool, typer.Option("--sitting", help="All in one conversation.")] = False,
    order: Annotated[
        int | None, typer.Option("--order", help="A seed to shuffle the items with.")
    ] = None,
    temperature: Annotated[float, typer.Option("--temperature", min=0, max=10)] = 0.7,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    norm: Annotated[str, typer.Option("--norm", help="People to compare with.")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", help="Keep the answers here; goes on where it stopped.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask one character all items, and print its scores.

    likelihood: the mean of the numbers by the model's probabilities. statement: how much likelier
    the character is to say the statement than nobody in particular; monologue: the same, as the
    next sentence of its card. grammar: one number, drawn.
    interview: a reply, which the inference model reads. For likelihood, what the model would answer
    as nobody in particular is taken off, item by item.
    """
    from personae.cli.opening import load_card
    from personae.evaluate.questionnaire_asking import Asking
    from personae.evaluate.questionnaire_scores import check_norm
    from personae.formats.questionnaire import load_questionnaire
    from personae.questionnaires.wordings import Wording

    sheet = load_questionnaire(name, language)
    check_norm(sheet, norm)
    persona = load_card(card)
    asking = Asking(
        way_named(way), Wording(paraphrase, falling), not raw, sitting, order, temperature, seed
    )
    answers = _asked(sheet, persona, asking, method, model, out)
    _print_scores(sheet, {persona.display_name: answers}, norm, as_json, with_answers=True)


@app.command()
def score(
    file: Annotated[Path, typer.Argument(help="Answers: of `ask --out`, or CSV, a row a person.")],
    name: Annotated[str, typer.Option("--questionnaire", help="Needed for CSV.")] = "",
    norm: Annotated[str, typer.Option("--norm", help="People to compare with.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the random halves.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score answers that are there: scales, and reliability where there are several people.

    A CSV names the items in its first line; a column `person` names the people.
    """
    from personae.errors import InvalidOption
    from personae.evaluate.answer_sheet import read_sheet
    from personae.formats.questionnaire import load_questionnaire
    from personae.formats.questionnaire_answers import read_answers

    if file.suffix.lower() == ".csv":
        if not name:
            raise InvalidOption("Say which questionnaire was asked: --questionnaire ipip-50")
        sheet = load_questionnaire(name)
        people = read_answers(file)
    else:
        about, people = read_sheet(file)
        sheet = load_questionnaire(
            name or str(about.get("questionnaire", "")), str(about.get("language", "en"))
        )
    _print_scores(sheet, people, norm, as_json, seed=seed)


def _asked(
    sheet: Questionnaire, persona: Any, asking: Asking, method: str, model: str, out: Path | None
) -> list[Answer]:
    from rich.progress import track

    from personae.cli.opening import open_named_model
    from personae.evaluate.answer_sheet import open_sheet
    from personae.evaluate.questionnaire_asking import ask_items

    with closing(open_named_model(model, method=method)) as lm:
        ask = asker_of(sheet, asking, method, lm)
        about = about_asking(sheet, asking, method, lm) | {"persona": persona.id}
        with open_sheet(out, about) as kept:
            bar = iter(track(range(len(sheet.items)), "items", console=stderr(), transient=True))

            def keep(answer: Answer) -> None:
                kept.put(persona.name, answer)
                next(bar, None)

            return ask_items(sheet, persona, asking, ask, kept.of(persona.name), keep)


def _print_scores(
    sheet: Questionnaire,
    people: dict[str, list[Answer]],
    norm: str,
    as_json: bool,
    *,
    seed: int = 0,
    with_answers: bool = False,
) -> None:
    from dataclasses import asdict

    from personae.evaluate.questionnaire_scores import acquiescence, score
    from personae.evaluate.reliability import consistency

    scores = {person: score(sheet, answers, norm) for person, answers in people.items()}
    agreed = {person: acquiescence(sheet, answers) for person, answers in people.items()}
    trust = consistency(sheet, list(people.values()), seed) if len(people) > 1 else {}
    if as_json:
        print_json(
            {
                "questionnaire": sheet.name,
                "range": [sheet.low, sheet.high],
                "people": {
                    person: {key: asdict(one) for key, one in found.items()}
                    for person, found in scores.items()
                },
                "acquiescence": agreed,
                "reliability": {key: asdict(one) for key, one in trust.items()},
                **({"answers": [asdict(a) for p in people.values() for a in p]}
                   if with_answers else {}),
            }
        )  # fmt: skip
        return
    for person, found in scores.items():
        _print_person(person, found, sheet, norm)
        if agreed[person] is not None:
            stderr().print(f"Acquiescence: {agreed[person]:+.2f} points.", markup=False)
    if trust:
        _print_trust(trust)


def _print_person(
    person: str, found: dict[str, ScaleScore], sheet: Questionnaire, norm: str
) -> None:
    facets = {scale.id for scale in sheet.scales if scale.part_of}
    rows = [
        (
            f"  {one.title}" if key in facets else one.title,
            number(one.mean),
            number(one.sum),
            f"{one.answered} of {one.items}",
            *((number(one.z),) if norm else ()),
        )
        for key, one in found.items()
    ]
    columns = ("scale", f"mean {sheet.low}–{sheet.high}", "sum", "answered")
    print_table((*columns, *(("z",) if norm else ())), rows, title=f"{sheet.title}: {person}")


def _print_trust(trust: dict[str, Consistency]) -> None:
    print_table(
        ("scale", "Cronbach's alpha", "split half", "people", "items"),
        [
            (key, number(one.alpha), number(one.split_half), one.people, one.items)
            for key, one in trust.items()
        ],
        title="Reliability over these people",
    )
