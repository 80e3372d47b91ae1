"""`personae questionnaire reliability`: do the scores depend on the character, or on the asking?"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.names import names_in
from personae.cli.output import print_json, print_table, stderr

if TYPE_CHECKING:
    from personae.data import JsonObject, Persona
    from personae.evaluate.answer_sheet import AnswerSheet
    from personae.evaluate.questionnaire_asking import Ask, Asking
    from personae.lm.types import LanguageModel
    from personae.questionnaires.types import Answer, Questionnaire

CARDS = "ana,bastien,claudia,delroy,guifang,henk,julian,mary-anning,morag,noor,tern,wenna"
RETEST = "retest"


def reliability(
    out: Annotated[Path, typer.Option("--out", help="A folder; goes on where it stopped.")],
    name: Annotated[str, typer.Option("--questionnaire", help="A name, or a file.")] = "ipip-50",
    cards: Annotated[str, typer.Option("--cards", help="Characters, with commas.")] = CARDS,
    method: Annotated[str, typer.Option("--method", help="See `personae list methods`.")] = "plain",
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    items: Annotated[
        int, typer.Option("--items", min=0, help="A Big Five trait; 0: all that there are.")
    ] = 0,
    way: Annotated[
        str, typer.Option("--way", help="likelihood (and numbers drawn), or statement.")
    ] = "likelihood",
    raw: Annotated[bool, typer.Option("--raw", help="Without calibration.")] = False,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask several characters, each in several ways, and compare.

    Alpha and split half over the characters; then the correlation of the scores with those of the
    same characters asked with the options turned round, in other words, in one sitting in two item
    orders, and with numbers drawn twice (retest); statements are asked for in three wordings.
    """
    from personae.cli.opening import load_card
    from personae.errors import InvalidOption
    from personae.formats.questionnaire import load_questionnaire
    from personae.questionnaires.big_five import first_items

    sheet = first_items(load_questionnaire(name), items)
    people = [load_card(card) for card in names_in(cards)]
    if len(people) < 2 or len({one.id for one in people}) < len(people):
        raise InvalidOption("Name at least two different characters: --cards ana,henk,noor")
    found = _all_asked(sheet, people, askings(way, seed, not raw), out, method, model)
    _print(sheet, found, seed, as_json)


def askings(way: str, seed: int, calibrated: bool) -> dict[str, Asking]:
    """The askings that are compared, by name; the first is what the others are compared with.

    Raises UnknownEntry for a way that is neither `likelihood` nor `statement`.
    """
    from personae.errors import UnknownEntry
    from personae.evaluate.questionnaire_asking import Asking
    from personae.questionnaires.wordings import Wording

    if way == "statement":
        said = Asking(way="statement", seed=seed)
        others = {f"other words {at}": replace(said, wording=Wording(at)) for at in (1, 2)}
        return {"first": said, **others}
    if way != "likelihood":
        raise UnknownEntry("way to ask for reliability", way, ("likelihood", "statement"))
    first = Asking(calibrated=calibrated, seed=seed)
    drawn = replace(first, way="grammar")
    return {
        "first": first,
        "options turned round": replace(first, wording=Wording(0, True)),
        "other words": replace(first, wording=Wording(1, False)),
        "one sitting": replace(first, sitting=True, order=seed),
        "one sitting, other order": replace(first, sitting=True, order=seed + 1),
        "drawn": drawn,
        RETEST: replace(drawn, seed=seed + 1),
    }


# What each asking is compared with, where that is not the first.
AGAINST = {"one sitting, other order": "one sitting", RETEST: "drawn"}


def asker_of(sheet: Questionnaire, asking: Asking, method: str, lm: LanguageModel) -> Ask:
    """What asks the model one item in the way of `asking`. Raises CapabilityError."""
    from personae.cli.opening import open_shipped_nli, open_speaker
    from personae.evaluate.questionnaire_asking import asker

    speaker = open_speaker(lm, method, {}, seed=asking.seed)
    nli = open_shipped_nli("An interview") if asking.way == "interview" else None
    return asker(sheet, speaker, asking, nli)


def about_asking(
    sheet: Questionnaire, asking: Asking, method: str, lm: LanguageModel
) -> JsonObject:
    """What an answer sheet says of itself: answers to other questions are not mixed with these."""
    return {
        "questionnaire": sheet.name,
        "items": len(sheet.items),
        "language": sheet.language,
        "method": method,
        "model": lm.name,
        "fingerprint": lm.fingerprint,
        **asdict(asking),
    }


def _all_asked(
    sheet: Questionnaire,
    people: list[Persona],
    wanted: dict[str, Asking],
    out: Path,
    method: str,
    model: str,
) -> dict[str, list[list[Answer]]]:
    from personae.cli.opening import open_named_model
    from personae.evaluate.answer_sheet import open_sheet

    found: dict[str, list[list[Answer]]] = {}
    with closing(open_named_model(model, method=method)) as lm:
        for name, asking in wanted.items():
            ask = asker_of(sheet, asking, method, lm)
            about = about_asking(sheet, asking, method, lm)
            file = out / f"{name.replace(' ', '-').replace(',', '')}.jsonl"
            with open_sheet(file, about) as kept:
                found[name] = []
                for person in people:
                    stderr().print(f"{name}: {person.display_name}", markup=False)
                    found[name].append(_one_asked(sheet, person, asking, ask, kept))
    return found


def _one_asked(
    sheet: Questionnaire, person: Persona, asking: Asking, ask: Ask, kept: AnswerSheet
) -> list[Answer]:
    from personae.evaluate.questionnaire_asking import ask_items

    return ask_items(
        sheet, person, asking, ask, kept.of(person.id), lambda one: kept.put(person.id, one)
    )


def _print(
    sheet: Questionnaire, found: dict[str, list[list[Answer]]], seed: int, as_json: bool
) -> None:
    from personae.evaluate.reliability import consistency, stability

    trust = {name: consistency(sheet, people, seed) for name, people in found.items()}
    compared = {
        name: stability(sheet, found[AGAINST.get(name, "first")], people)
        for name, people in found.items()
        if name not in ("first", "drawn", "one sitting")
    }
    if as_json:
        print_json({"consistency": _dicts(trust), "stability": _dicts(compared)})
        return
    scales = [scale.id for scale in sheet.domains]
    print_table(
        ("asked", *(f"alpha {one}" for one in scales), *(f"halves {one}" for one in scales)),
        [
            (
                name,
                *(number(one[scale].alpha) for scale in scales),
                *(number(one[scale].split_half) for scale in scales),
            )
            for name, one in trust.items()
        ],
        title=f"Reliability over {len(found['first'])} characters: {sheet.title}",
    )
    print_table(
        ("asked again", "compared with", *(f"r {one}" for one in scales), "shift", "spread"),
        [
            (
                name,
                AGAINST.get(name, "first"),
                *(number(one[scale].r) for scale in scales),
                f"{sum(one[scale].shift for scale in scales) / len(scales):.3f}",
                f"{sum(one[scale].spread for scale in scales) / len(scales):.3f}",
            )
            for name, one in compared.items()
        ],
        title="The same characters, asked otherwise",
    )


def _dicts(tables: Mapping[str, Mapping[str, Any]]) -> JsonObject:
    return {
        name: {scale: asdict(one) for scale, one in table.items()} for name, table in tables.items()
    }


def number(value: float | None) -> str:
    """A figure for a table."""
    return "–" if value is None else f"{value:.2f}"
