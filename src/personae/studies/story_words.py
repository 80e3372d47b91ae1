"""Do the words of a story tell the traits of its writer, and do readers see them (S096)?"""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from personae.data import Scene
from personae.errors import FormatError, InvalidOption
from personae.evaluate.group_tests import SIGNIFICANT, Test, pearson
from personae.formats.vader_lexicon import valence_of
from personae.media.atomic_file import write_atomically
from personae.questionnaires.big_five import (
    NAMES,
    TRAITS,
    Trait,
    Type,
    Words,
    code_of,
    persona_of,
    type_of,
)
from personae.speaker import Speaker
from personae.studies.personallm import words_asked, write_story, writer_of
from personae.studies.tables import csv_rows
from personae.text.parsing import Place, Record, parse_json, read_bytes
from personae.text.style_words import style_of

MAX_STORY_BYTES = 2**20
ESSAYS = "personallm-stories/essays2007/essays2007_32_sample.csv"
STORIES = "personallm-stories/outputs/gpt-4-0613/temp0.7/writing"
TASK = (
    "Please share a personal story in {words} words. Do not explicitly mention your personality "
    "traits in the story."
)
QUALITIES = (
    "readability", "personalness", "redundancy", "cohesiveness", "likeability", "believability",
)  # fmt: skip
_ESSAY_COLUMNS: Mapping[Trait, str] = {
    "E": "cEXT", "A": "cAGR", "C": "cCON", "N": "cNEU", "O": "cOPN",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """A text, and the type that its writer is, or was told to be."""

    id: str
    type: Type
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """How a feature of the writing goes with a trait: point-biserial over all stories.

    `human` is the same in texts of people, where there are any.
    """

    trait: Trait
    feature: str
    told: Test
    human: Test | None = None


@dataclass(frozen=True, slots=True)
class Guesses:
    """How often readers named the pole of a trait: each by themselves, and most of those who rated
    a story. None where nobody guessed; a tie of readers is no guess."""

    trait: Trait
    single: float | None
    majority: float | None
    stories: int


def read_stories(folder: Path) -> list[Story]:
    """The stories of a folder in the form of PersonaLLM's files: one JSON a story.

    Raises FormatError, also where there is none.
    """
    found = []
    for file in sorted(folder.rglob("*.json")):
        place = Place(file)
        record = Record.of(parse_json(read_bytes(file, MAX_STORY_BYTES), place), place, "story")
        try:
            one = type_of(record.text("persona_encoding"))
        except InvalidOption as error:
            raise place.fault(str(error)) from error
        found.append(Story(file.stem, one, record.text("annotation")))
    if not found:
        raise FormatError("This folder has no stories (*.json).", file=folder)
    return found


def read_essays(file: Path) -> list[Story]:
    """Texts by people with their own traits, median-split: the essays of PersonaLLM's sample."""
    found: list[Story] = []
    for row, place in csv_rows(file):
        try:
            high = tuple(row[_ESSAY_COLUMNS[trait]] == "1" for trait in TRAITS)
            text = row["text"]
        except KeyError as error:
            raise place.fault(f"The column {error} is missing.") from error
        found.append(Story(f"essay-{len(found) + 1}", high, text or ""))  # type: ignore[arg-type]
    if not found:
        raise FormatError("This table has no essays.", file=file)
    return found


def write_stories(
    types: Sequence[Type], number: int, speaker: Speaker, folder: Path, *,
    words: Words, tokens: int, seed: int, show: Callable[[str], None],
) -> None:  # fmt: skip
    """Have `number` stories of each type written into a folder; those that are there stay."""
    folder.mkdir(parents=True, exist_ok=True)
    task = TASK.format(words=words_asked(tokens))
    for one in types:
        scene = Scene(persona=writer_of(persona_of(one, words))).said("User", task)
        for at in range(1, number + 1):
            name = f"{code_of(one)}_p{at}"
            file = folder / f"{name}.json"
            if file.exists():
                continue
            show(name)
            drawn = random.Random(f"{seed}/{name}").randrange(2**31)
            text = write_story(speaker, scene, tokens, drawn)
            story = {"persona_encoding": code_of(one), "iteration": at, "annotation": text}
            write_atomically(file, json.dumps(story, ensure_ascii=False, indent=2).encode())


def features_of(text: str, valences: Mapping[str, float] | None) -> dict[str, float]:
    """What is counted of a text: function words, sentences, valence where there is a lexicon."""
    found = style_of(text)
    return found | valence_of(text, dict(valences)) if valences else found


def links(
    stories: Sequence[Story], valences: Mapping[str, float] | None, essays: Sequence[Story] = ()
) -> list[Link]:
    """Every feature with every trait, the strongest first. Raises InvalidOption for fewer than
    three stories."""
    told = _tests(stories, valences)
    human = _tests(essays, valences) if essays else {}
    found = [Link(*key, test, human.get(key)) for key, test in told.items()]
    return sorted(found, key=lambda one: (one.told.p, -abs(one.told.statistic)))


def same_sign(found: Iterable[Link]) -> tuple[int, int]:
    """Of the significant links of the told writers, how many have the same sign in people's texts,
    and how many there are."""
    clear = [one for one in found if one.told.p < SIGNIFICANT and one.human is not None]
    same = [one for one in clear if one.human and one.human.statistic * one.told.statistic > 0]
    return len(same), len(clear)


def _tests(
    stories: Sequence[Story], valences: Mapping[str, float] | None
) -> dict[tuple[Trait, str], Test]:
    rows = [features_of(one.text, valences) for one in stories]
    return {
        (trait, feature): pearson(
            [float(one.type[at]) for one in stories], [row[feature] for row in rows]
        )
        for at, trait in enumerate(TRAITS)
        for feature in (rows[0] if rows else ())
    }


def write_form(stories: Sequence[Story], file: Path, seed: int) -> None:
    """A table to rate stories in, shuffled, without a word on who wrote them: six qualities, and a
    guess at each trait, 1 to 5. Raises FormatError."""
    order = list(stories)
    random.Random(seed).shuffle(order)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["rater", "story", "text", *QUALITIES, *(NAMES[trait] for trait in TRAITS)])
    blank = [""] * (len(QUALITIES) + len(TRAITS))
    # The id would give the type away.
    for number, one in enumerate(order, 1):
        table.writerow(["", str(number), one.text, *blank])
    write_atomically(file, out.getvalue().encode())


def read_form(file: Path, stories: Sequence[Story], seed: int) -> list[Guesses]:
    """What readers guessed in forms that `write_form` made with the same stories and seed; several
    readers' rows may stand in one file. Raises FormatError."""
    order = list(stories)
    random.Random(seed).shuffle(order)
    by_story: dict[str, list[Mapping[str, str]]] = {}
    for row, place in csv_rows(file):
        number = row.get("story") or ""
        if not number.isdigit() or not 1 <= int(number) <= len(order):
            raise place.fault(f"There is no story {number!r} among the {len(order)}.")
        for trait in TRAITS:
            _rating(row.get(NAMES[trait]) or "", place)
        by_story.setdefault(number, []).append(row)
    return [_guesses(trait, at, by_story, order) for at, trait in enumerate(TRAITS)]


def _guesses(
    trait: Trait, at: int, by_story: Mapping[str, Sequence[Mapping[str, str]]],
    order: Sequence[Story],
) -> Guesses:  # fmt: skip
    single, majority = [], []
    for number, rows in by_story.items():
        given = [_rating(row.get(NAMES[trait]) or "", Place()) for row in rows]
        poles = [rating > 3 for rating in given if rating is not None and rating != 3]
        is_high = order[int(number) - 1].type[at]
        single += [pole is is_high for pole in poles]
        votes = Counter(poles)
        if votes[True] != votes[False]:
            majority.append((votes[True] > votes[False]) is is_high)
    return Guesses(
        trait,
        fmean(single) if single else None,
        fmean(majority) if majority else None,
        len(by_story),
    )


def _rating(cell: str, place: Place) -> int | None:
    if not cell.strip():
        return None
    if cell.strip() not in ("1", "2", "3", "4", "5"):
        raise place.fault(f"The rating {cell!r} is not a number from 1 to 5.")
    return int(cell)
