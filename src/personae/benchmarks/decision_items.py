"""Decisions to ask for: of made-up novels, of Othello, or of a file in the LifeChoice format."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from personae.errors import EnvironmentFault, InvalidOption
from personae.formats.lifechoice import LifeChoice, read_decisions
from personae.formats.reading import find_data
from personae.novels import Novel, Split, made_novels
from personae.novels.plays import Play, othello, place_of, play_text
from personae.settings import load_settings
from personae.text.parsing import read_text

MADE, OTHELLO = "made", "othello"
SOURCES = {
    MADE: "made-up novels of this project (Apache-2.0); their links are planted",
    OTHELLO: "32 decisions of Shakespeare's Othello, written by hand for this project (Apache-2.0)",
}


def decisions_of(
    data: str, *, novels: int = 30, split: Split = "test", seed: int = 0, story: str = ""
) -> list[LifeChoice]:
    """The decisions of `made`, `othello`, or a file; options are in a drawn order.

    `story` is a text file that items without a story of their own are about. Raises FormatError,
    EnvironmentFault where the play's text is not among the data sets, InvalidOption.
    """
    if data == MADE:
        return list(made_decisions(made_novels(novels, seed=seed, split=split), seed))
    if data == OTHELLO:
        return list(play_decisions(othello(), load_settings().datasets_dir, seed))
    found = list(read_decisions(find_data(data)))
    if not story:
        return found
    text = read_text(find_data(story))
    return [one if one.story_text else one.about(text) for one in found]


def source_of(data: str) -> str:
    """Where the decisions are from, in words."""
    return SOURCES.get(data, data)


def made_decisions(novels: Sequence[Novel], seed: int = 0) -> Iterator[LifeChoice]:
    """The decisions of novels, each after the events before it."""
    for novel in novels:
        for number, one in enumerate(novel.decisions):
            item = LifeChoice(
                id=f"{novel.id}-{number}", character=novel.name,
                story_text="\n".join(novel.events[: one.before]), scenario=one.scenario,
                question=one.question, options=one.options, right=0, motivation=one.kind,
                description=novel.description, evidence=(one.evidence,), story=novel.id,
            )  # fmt: skip
            yield shuffled(item, seed)


def play_decisions(play: Play, folder: Path, seed: int = 0) -> Iterator[LifeChoice]:
    """The decisions of a play's roles. Raises EnvironmentFault, FormatError."""
    if not (folder / play.file).exists():
        raise EnvironmentFault(
            f"The text of {play.title} is not at {folder / play.file}; set PERSONAE_DATA to the "
            "folder of the data sets."
        )
    text = play_text(play, folder)
    for role in play.roles:
        for number, one in enumerate(role.moments):
            end = place_of(one.at, text)
            if end < 0:
                raise InvalidOption(f"The line {one.at!r} is not in the text of {play.title}.")
            lines = (text[place_of(line, text) :][: len(line)] for line in one.evidence)
            item = LifeChoice(
                id=f"{play.title.lower()}-{role.name.lower()}-{number}", character=role.name,
                story_text=text[:end], scenario=one.scenario, question=one.question,
                options=one.options, right=0, motivation=one.kind, description=role.description,
                evidence=tuple(lines), story=f"{play.title}: {role.name}",
            )  # fmt: skip
            yield shuffled(item, seed)


def shuffled(item: LifeChoice, seed: int) -> LifeChoice:
    """The decision with its options in an order that depends on its id and the seed."""
    order = list(range(len(item.options)))
    random.Random(f"options/{seed}/{item.id}").shuffle(order)
    return item.ordered(order)
