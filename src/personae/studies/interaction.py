"""Do opposite characters keep their traits when they read each other, and write alike (S044)?"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Literal

from personae.data import Persona, Scene, Turn
from personae.evaluate.answer_sheet import AnswerSheet
from personae.evaluate.group_tests import Comparison, compare
from personae.evaluate.questionnaire_asking import USER, Ask, Asking, ask_items
from personae.questionnaires.big_five import (
    NAMES,
    TRAITS,
    Trait,
    Type,
    Words,
    persona_of,
)
from personae.questionnaires.types import Answer, Questionnaire
from personae.recipes.logistic import fit_logistic
from personae.registry import EntryInfo
from personae.speaker import Speaker
from personae.studies.personallm import draw_agents, words_asked, write_story, writer_of
from personae.studies.tables import csv_rows
from personae.text.parsing import Place
from personae.text.style_words import style_matching, style_of

ENTRY = EntryInfo(systems=("S044",))

Profile = Literal["creative", "analytic"]
PROFILES: tuple[Profile, ...] = ("creative", "analytic")
# Creative is high in all five, analytic low in all five.
TYPES: Mapping[Profile, Type] = {
    "creative": (True, True, True, True, True),
    "analytic": (False, False, False, False, False),
}
Condition = Literal["control", "ab", "ba", "aa", "bb"]
# Who reads whom: the profile that writes first, and the one that writes after reading it. In the
# control condition nobody reads.
ORDERS: Mapping[Condition, tuple[Profile, Profile] | None] = {
    "control": None,
    "ab": ("creative", "analytic"),
    "ba": ("analytic", "creative"),
    "aa": ("creative", "creative"),
    "bb": ("analytic", "analytic"),
}
TASK = (
    "Please share a personal story below in {words} words. Do not explicitly mention your "
    "personality traits in the story."
)
READING = 'Here is the story of another person:\n"{story}"\n\n'
PUBLISHED = Path(__file__).parent / "published" / "interaction-control.csv"
_PENALTY = 1.0


@dataclass(frozen=True, slots=True)
class Participant:
    """One agent of one condition: its scores before and after, what it wrote, whom it had read.

    `pair` numbers the pair in its condition; `partner` is the story that was read, if any.
    """

    profile: Profile
    pair: int
    before: Mapping[Trait, float]
    after: Mapping[Trait, float]
    story: str = ""
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """A trait of one profile, before against after writing: means, d and the test of S096."""

    profile: Profile
    trait: Trait
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Alignment:
    """Style matching of stories with the story that their writers had read, and with stories of
    the same profile that they had not. `p`: how often chance dealing gives as high a mean."""

    read: float
    unread: float
    p: float
    pairs: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run is made of, but for the condition. `pairs` is the number of agents a profile."""

    questionnaire: Questionnaire
    asking: Asking
    words: Words
    pairs: int
    story_tokens: int
    seed: int


def run_condition(
    condition: Condition, setting: Setting, speaker: Speaker, ask: Ask, sheet: AnswerSheet
) -> list[Participant]:
    """All pairs of a condition: asked, writing (alone, or after reading), asked again.

    What the sheet has is not done again.
    """
    order = ORDERS[condition] or PROFILES
    found = []
    for pair in range(setting.pairs):
        story = ""
        for place, profile in enumerate(order):
            read = story if place and ORDERS[condition] else ""
            persona = persona_of(TYPES[profile], setting.words)
            name = f"{condition}/{pair}/{place}/{profile}"
            # Who writes first has read nobody, so that the conditions share its story.
            told_by = name if read else f"alone/{pair}/{place}/{profile}"
            asked = _task(setting, read)
            story = _story(persona, asked, setting, speaker, sheet, told_by)
            turns = (Turn(speaker=USER, text=asked), Turn(speaker=persona.name, text=story))
            before = _scores(persona, (), profile, setting, ask, sheet, f"before/{profile}", name)
            after = _scores(persona, turns, profile, setting, ask, sheet, f"after/{told_by}", name)
            found.append(Participant(profile, pair, before, after, story, read))
    return found


def _task(setting: Setting, read: str) -> str:
    task = TASK.format(words=words_asked(setting.story_tokens))
    return READING.format(story=read) + task if read else task


def _story(
    persona: Persona, asked: str, setting: Setting, speaker: Speaker, sheet: AnswerSheet, name: str
) -> str:
    kept = sheet.of("stories").get(name)
    if kept is None:
        scene = Scene(persona=writer_of(persona), user=USER).said(USER, asked)
        # The same chance with and without a story to read: what differs is the reading.
        own = name.partition("/")[2]
        seed = random.Random(f"{setting.seed}/{own}").randrange(2**31)
        text = write_story(speaker, scene, setting.story_tokens, seed)
        kept = Answer(name, None, text=text)
        sheet.put("stories", kept)
    return kept.text


def _scores(
    persona: Persona, turns: tuple[Turn, ...], profile: Profile, setting: Setting, ask: Ask,
    sheet: AnswerSheet, key: str, name: str,
) -> Mapping[Trait, float]:  # fmt: skip
    """The scores of one agent, drawn from the probabilities of what it was and had written."""
    answers = ask_items(
        setting.questionnaire, persona, setting.asking, ask, sheet.of(key),
        lambda one: sheet.put(key, one), after=turns,
    )  # fmt: skip
    seed = random.Random(f"{setting.seed}/{name}/{key}").randrange(2**31)
    one = TYPES[profile]
    return draw_agents(setting.questionnaire, {one: answers}, 1, seed)[0].scores


def drifts(participants: Sequence[Participant]) -> list[Drift]:
    """Before against after, for each profile and trait; a positive d is a rise."""
    found = []
    for profile in PROFILES:
        mine = [one for one in participants if one.profile == profile]
        if len(mine) < 2:
            continue
        for trait in TRAITS:
            after = [one.after[trait] for one in mine]
            before = [one.before[trait] for one in mine]
            found.append(Drift(profile, trait, compare(after, before)))
    return found


def between(
    participants: Sequence[Participant], when: Literal["before", "after"]
) -> dict[Trait, Comparison]:
    """Creative against analytic on each trait. Raises InvalidOption with fewer than two a side."""
    found = {}
    for trait in TRAITS:
        sides = [
            [getattr(one, when)[trait] for one in participants if one.profile == profile]
            for profile in PROFILES
        ]
        found[trait] = compare(*sides)
    return found


def told_apart(participants: Sequence[Participant], folds: int = 10, seed: int = 0) -> float:
    """The share of stories whose profile a logistic regression on their style gets right.

    Of stories that it was not fitted on, in `folds` parts (as many as stories, if fewer).
    Returns NaN without stories of both.
    """
    import numpy as np

    rows = np.array([list(style_of(one.story).values()) for one in participants])
    sides = np.array([one.profile == PROFILES[0] for one in participants])
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    right, parts = 0, min(folds, len(order))
    for part in range(parts):
        held = np.zeros(len(rows), dtype=bool)
        held[order[part::parts]] = True
        fitted = sides[~held]
        if fitted.all() or not fitted.any():
            return float("nan")
        middle, spread = rows[~held].mean(axis=0), rows[~held].std(axis=0)
        scaled = (rows - middle) / np.where(spread > 0, spread, 1.0)
        weights, intercept = fit_logistic(scaled[~held], fitted, _PENALTY)
        right += int(((scaled[held] @ weights + intercept > 0) == sides[held]).sum())
    return right / len(rows)


def majority(participants: Sequence[Participant]) -> float:
    """The share of the commoner profile: what `told_apart` must beat."""
    share = fmean(one.profile == PROFILES[0] for one in participants)
    return max(share, 1 - share)


def alignment(
    participants: Sequence[Participant], draws: int = 2_000, seed: int = 0
) -> Alignment | None:
    """How much more alike stories are to those that their writers read; None if nobody read."""
    readers = [one for one in participants if one.partner and one.story]
    if len(readers) < 2:
        return None
    table = [[style_matching(one.story, other.partner) for other in readers] for one in readers]
    count, rng = len(readers), random.Random(seed)
    read = fmean(table[at][at] for at in range(count))
    unread = fmean(table[a][b] for a in range(count) for b in range(count) if a != b)
    order, as_high = list(range(count)), 0
    for _ in range(draws):
        rng.shuffle(order)
        as_high += fmean(table[at][order[at]] for at in range(count)) >= read - 1e-12
    return Alignment(read, unread, (as_high + 1) / (draws + 1), count)


def read_participants(file: Path) -> list[Participant]:
    """The participants of a table of the published study (trait sums before, and after writing).

    Columns: Group, the five traits, Writing_ and the five traits, and Story where there is one.
    Raises FormatError.
    """
    found, counts = [], dict.fromkeys(PROFILES, 0)
    for row, place in csv_rows(file):
        profile = _profile(row.get("Group") or "", place)
        before, after = (_sums(row, begin, place) for begin in ("", "Writing_"))
        found.append(Participant(profile, counts[profile], before, after, row.get("Story") or ""))
        counts[profile] += 1
    if not found:
        raise Place(file).fault("This table has no participants.")
    return found


def _profile(group: str, place: Place) -> Profile:
    for profile in PROFILES:
        if group.strip().lower() == profile:
            return profile
    raise place.fault(f"The group {group!r} is neither creative nor analytic.")


def _sums(row: Mapping[str, str | None], begin: str, place: Place) -> dict[Trait, float]:
    try:
        return {trait: float(row[begin + name] or "") for trait, name in NAMES.items()}
    except (KeyError, ValueError) as error:
        what = f"{begin}{NAMES['E']}"
        raise place.fault(f"This row has no number for each trait, such as {what}.") from error
