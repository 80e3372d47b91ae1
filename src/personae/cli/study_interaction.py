"""`personae study interaction`: traits before and after writing, alone or after reading (S044)."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.names import names_in, one_of, way_named, words_named
from personae.cli.output import print_json, print_table, stderr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from personae.data import JsonObject
    from personae.studies.interaction import Condition, Participant, Setting


def interaction(
    conditions: Annotated[
        str,
        typer.Option(
            "--condition",
            help="Of control, ab, ba, aa, bb, with commas; a is creative, b analytic, and who "
            "comes second reads the first.",
        ),
    ] = "control,ab,ba,aa",
    number: Annotated[int, typer.Option("--n", min=2, max=1_000, help="Pairs.")] = 4,
    name: Annotated[str, typer.Option("--questionnaire", help="A name, or a file.")] = "ipip-50",
    items: Annotated[int, typer.Option("--items", min=0, help="A trait; 0: all.")] = 0,
    words: Annotated[str, typer.Option("--words", help="published, or markers.")] = "published",
    way: Annotated[
        str, typer.Option("--way", help="likelihood, statement, monologue, grammar, interview.")
    ] = "statement",
    tokens: Annotated[int, typer.Option("--story-tokens", min=16, max=4_000)] = 160,
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="Ask nobody: tables of the published study."),
    ] = None,
    published: Annotated[
        bool, typer.Option("--published", help="Ask nobody: the control condition that ships.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Keep answers and stories; goes on from there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Opposite characters take a test, write a story alone or after reading another's, and take
    the test again: drift, and how alike their writing is."""
    from personae.studies.interaction import PUBLISHED, Setting, read_participants

    found: Mapping[str, Sequence[Participant]]
    if published:
        found = {PUBLISHED.stem: read_participants(PUBLISHED)}
    elif data:
        found = {file.stem: read_participants(file) for file in data}
    else:
        from personae.evaluate.questionnaire_asking import Asking
        from personae.formats.questionnaire import load_questionnaire
        from personae.questionnaires.big_five import first_items

        setting = Setting(
            first_items(load_questionnaire(name), items),
            Asking(way=way_named(way), seed=seed),
            words_named(words),
            number,
            tokens,
            seed,
        )
        found = _run(_conditions(conditions), setting, model, out)
    told = {condition: _as_json(participants) for condition, participants in found.items()}
    if as_json:
        print_json(told)
        return
    for condition, participants in found.items():
        _print(condition, participants)
    _print_writing(told)


def _conditions(names: str) -> list[Condition]:
    from personae.studies.interaction import ORDERS

    wanted = [one_of("condition", name, list(ORDERS)) for name in names_in(names)]
    return [known for known in ORDERS if known in wanted]


def _run(
    conditions: Sequence[Condition], setting: Setting, model: str, out: Path | None
) -> dict[str, list[Participant]]:
    from personae.cli.opening import open_named_model, open_speaker
    from personae.cli.questionnaire_reliability import about_asking, asker_of
    from personae.evaluate.answer_sheet import open_sheet
    from personae.studies.interaction import run_condition

    sheet, asking = setting.questionnaire, setting.asking
    with closing(open_named_model(model)) as lm:
        speaker = open_speaker(lm, "plain", {}, seed=setting.seed)
        ask = asker_of(sheet, asking, "plain", lm)
        about = about_asking(sheet, asking, "plain", lm)
        about |= {"words": setting.words, "story_tokens": setting.story_tokens}
        found = {}
        with open_sheet(out, about) as kept:
            for condition in conditions:
                stderr().print(f"{condition}: {setting.pairs} pairs", markup=False)
                found[str(condition)] = run_condition(condition, setting, speaker, ask, kept)
    return found


def _as_json(participants: Sequence[Participant]) -> JsonObject:
    from personae.studies.interaction import alignment, between, drifts, majority, told_apart

    profiles = {one.profile for one in participants}
    have_stories = len(profiles) == 2 and all(one.story for one in participants)
    aligned = alignment(participants)
    return {
        "participants": [asdict(one) for one in participants],
        "drift": [asdict(one) for one in drifts(participants)],
        "between": {
            when: {trait: asdict(one) for trait, one in between(participants, when).items()}
            for when in ("before", "after")
        }
        if len(profiles) == 2
        else {},
        "told apart by style": told_apart(participants) if have_stories else None,
        "majority": majority(participants),
        "alignment": asdict(aligned) if aligned else None,
    }


def _print(condition: str, participants: Sequence[Participant]) -> None:
    from personae.questionnaires.big_five import NAMES
    from personae.studies.interaction import drifts

    print_table(
        ("profile", "trait", "before", "after", "d", "test", "p"),
        [
            (
                one.profile,
                NAMES[one.trait],
                f"{one.comparison.second_mean:.2f}",
                f"{one.comparison.first_mean:.2f}",
                "–" if one.comparison.d is None else f"{one.comparison.d:+.2f}",
                one.comparison.test.name,
                f"{one.comparison.test.p:.2g}",
            )
            for one in drifts(participants)
        ],
        title=f"{condition}: {len(participants)} participants",
    )


def _print_writing(told: Mapping[str, JsonObject]) -> None:
    rows = []
    for condition, found in told.items():
        aligned = found["alignment"] or {}
        rows.append(
            (
                condition,
                _number(found["told apart by style"]),
                _number(found["majority"]),
                _number(aligned.get("read")),
                _number(aligned.get("unread")),
                _number(aligned.get("p")),
            )
        )
    print_table(
        ("condition", "told apart", "majority", "match, read", "match, unread", "p"),
        rows,
        title="Writing: profiles told apart by style, and style matching with what was read",
    )


def _number(value: float | None) -> str:
    return "–" if value is None or value != value else f"{value:.2f}"
