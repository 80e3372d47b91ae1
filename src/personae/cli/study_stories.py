"""`personae study stories`: which words go with which traits, and what readers see (S096)."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.names import words_named
from personae.cli.output import print_json, print_table, stderr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from personae.studies.story_words import Story

SHOWN = 15


def stories(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--stories", help="JSON files as PersonaLLM's; default: below $PERSONAE_DATA."
        ),
    ] = None,
    write: Annotated[
        int, typer.Option("--write", min=0, help="Have so many written of each type, if missing.")
    ] = 0,
    types: Annotated[int, typer.Option("--types", min=8, max=32, help="8, 16 or 32.")] = 8,
    words: Annotated[str, typer.Option("--words", help="published, or markers.")] = "published",
    tokens: Annotated[int, typer.Option("--story-tokens", min=16, max=4_000)] = 200,
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    lexicon: Annotated[
        Path | None, typer.Option("--lexicon", help="VADER's; default: below $PERSONAE_DATA.")
    ] = None,
    essays: Annotated[
        Path | None, typer.Option("--essays", help="People's; default: below $PERSONAE_DATA.")
    ] = None,
    form: Annotated[
        Path | None, typer.Option("--form", help="Write a form for readers to this CSV file.")
    ] = None,
    rated: Annotated[
        Path | None, typer.Option("--rated", help="Such a form, filled in: what readers guessed.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Correlate the words of stories with the traits that their writers were told to have.

    Point-biserial, with the same in essays of people beside it. LIWC's dictionary is not used.
    """
    from personae.errors import InvalidOption
    from personae.formats.reading import find_data
    from personae.formats.vader_lexicon import FILE
    from personae.studies.story_words import (
        ESSAYS,
        STORIES,
        links,
        read_essays,
        read_form,
        read_stories,
        same_sign,
        write_form,
    )

    if write:
        if folder is None:
            raise InvalidOption("Say where the stories go: --stories FOLDER")
        _have_written(folder, write, types, words, tokens, model, seed)
    told = read_stories(folder or find_data(STORIES))
    if form is not None:
        write_form(told, form, seed)
    guesses = read_form(rated, told, seed) if rated else []
    human = read_essays(essays) if essays else _if_there(ESSAYS)
    found = links(told, _valences(lexicon, FILE), human)
    same, clear = same_sign(found)
    if as_json:
        print_json(
            {
                "stories": len(told),
                "essays": len(human),
                "links": [asdict(one) for one in found],
                "same sign": same,
                "significant": clear,
                "guesses": [asdict(one) for one in guesses],
            }
        )
        return
    print_table(
        ("trait", "feature", "r, stories", "p", "r, people"),
        [
            (
                one.trait, one.feature, f"{one.told.statistic:+.2f}", f"{one.told.p:.2g}",
                "–" if one.human is None else f"{one.human.statistic:+.2f}",
            )
            for one in found[:SHOWN]
        ],
        title=f"{len(told)} stories: the {SHOWN} clearest of {len(found)} links",
    )  # fmt: skip
    if human:
        print(f"{same} of {clear} significant links have the same sign in {len(human)} essays.")
    if guesses:
        print_table(
            ("trait", "readers", "most readers", "stories"),
            [(g.trait, _share(g.single), _share(g.majority), g.stories) for g in guesses],
            title="Traits guessed",
        )


def _have_written(
    folder: Path, number: int, types: int, words: str, tokens: int, model: str, seed: int
) -> None:
    from personae.cli.opening import open_named_model, open_speaker
    from personae.questionnaires.big_five import types_of
    from personae.studies.story_words import write_stories

    lm = open_named_model(model)
    try:
        speaker = open_speaker(lm, "plain", {}, seed=seed)
        write_stories(
            types_of(types), number, speaker, folder, words=words_named(words), tokens=tokens,
            seed=seed, show=lambda name: stderr().print(name, markup=False),
        )  # fmt: skip
    finally:
        lm.close()


def _if_there(name: str) -> list[Story]:
    from personae.errors import PersonaeError
    from personae.formats.reading import find_data
    from personae.studies.story_words import read_essays

    try:
        file = find_data(name)
    except PersonaeError:
        return []
    return read_essays(file)


def _valences(lexicon: Path | None, name: str) -> Mapping[str, float] | None:
    from personae.errors import PersonaeError
    from personae.formats.reading import find_data
    from personae.formats.vader_lexicon import read_valences

    if lexicon is not None:
        return read_valences(lexicon)
    try:
        file = find_data(name)
    except PersonaeError:
        stderr().print(f"Without {name}, the valence of words is left out.", markup=False)
        return None
    return read_valences(file)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"
