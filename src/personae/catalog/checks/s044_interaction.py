"""S044 LLM agents in interaction: the scorer, the analysis, and four pairs on the model here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.checks.s096_personallm import bfi
from personae.evaluate.answer_sheet import AnswerSheet
from personae.evaluate.group_tests import cohens_d
from personae.evaluate.questionnaire_asking import Asking, asker
from personae.evaluate.questionnaire_scores import score
from personae.formats.questionnaire import load_questionnaire
from personae.questionnaires.big_five import TRAITS, first_items
from personae.questionnaires.types import Answer
from personae.speaker import Speaker
from personae.studies.interaction import (
    PROFILES,
    PUBLISHED,
    Participant,
    Profile,
    Setting,
    alignment,
    between,
    drifts,
    read_participants,
    run_condition,
)

THREES, FIVES = (24, 27, 27, 24, 30), (28, 29, 29, 28, 42)  # E, A, C, N, O
# Means of the published control condition: E, A, C, N, O before and after writing alone.
PUBLISHED_MEANS: Mapping[Profile, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "analytic": ((14.8, 11.4, 18.2, 13.2, 14.6), (17.0, 21.4, 31.7, 14.5, 29.1)),
    "creative": ((35.1, 40.5, 36.6, 15.7, 46.9), (35.1, 40.5, 36.5, 15.9, 46.8)),
}
PAIRS, ITEMS, STORY_TOKENS = 4, 2, 32
LARGE = 0.8


def check(context: CheckContext) -> list[str]:
    """Golden sums, the published means, then two conditions with four agents a profile here."""
    return [golden_sums(), published_means(), *interaction_here(context)]


def golden_sums() -> str:
    """Raise CheckFailed unless all 3 and all 5 give the published sums of the BFI-44."""
    sheet = bfi()
    for value, wanted in ((3.0, THREES), (5.0, FIVES)):
        found = score(sheet, [Answer(item.id, value) for item in sheet.items])
        sums = tuple(found[trait].sum for trait in TRAITS)
        expect(sums == wanted, f"All {value:.0f} gives the sums {sums}, not {wanted}.")
    return f"BFI-44 sums of E, A, C, N, O: all 3 gives {THREES}, all 5 gives {FIVES}"


def published_means() -> str:
    """Raise CheckFailed unless the published participants have the published means to 0.1."""
    participants = read_participants(PUBLISHED)
    for profile, wanted in PUBLISHED_MEANS.items():
        mine = [one for one in participants if one.profile == profile]
        for when, means in zip(("before", "after"), wanted, strict=True):
            for trait, mean in zip(TRAITS, means, strict=True):
                got = fmean(getattr(one, when)[trait] for one in mine)
                expect(abs(got - mean) <= 0.1, f"{profile} {trait} {when}: {got:.2f}, not {mean}.")
    same = sum(dict(one.before) == dict(one.after) for one in participants)
    return (
        f"the means of {len(participants)} published participants, before and after writing alone, "
        f"come out to 0.1; {same} of them gave the same five sums twice"
    )


def interaction_here(context: CheckContext) -> list[str]:
    """Raise CheckFailed unless profiles differ, stories are read, and reading changes the test."""
    setting = Setting(
        first_items(load_questionnaire("ipip-50"), ITEMS), Asking(way="monologue"), "markers",
        PAIRS, STORY_TOKENS, context.seed,
    )  # fmt: skip
    speaker, sheet = Speaker(context.lm(), seed=context.seed), AnswerSheet()
    ask = asker(setting.questionnaire, speaker, setting.asking)
    alone, read = (run_condition(one, setting, speaker, ask, sheet) for one in ("control", "ab"))
    whole = all(one.story for one in (*alone, *read)) and len(alone) == len(read) == 2 * PAIRS
    expect(whole, "Not every agent wrote a story.")
    found = between(alone, "before")
    ds = {trait: found[trait].d for trait in TRAITS}
    shown = " ".join(f"{trait} {'–' if d is None else f'{d:.2f}'}" for trait, d in ds.items())
    # Creative is the high pole of every trait: with two items a trait their mean is what holds.
    sides = [[fmean(one.before.values()) for one in alone if one.profile == profile]
             for profile in PROFILES]  # fmt: skip
    whole_d = cohens_d(*sides) or 0.0
    expect(
        whole_d > LARGE, f"The profiles hardly differ before writing: d {whole_d:.2f} ({shown})."
    )
    return [
        f"{PAIRS} agents a profile before writing, creative against analytic: d {whole_d:.2f} over "
        f"all traits ({shown})",
        reading(alone, read),
        matching(read),
    ]


def reading(alone: Sequence[Participant], read: Sequence[Participant]) -> str:
    """Raise CheckFailed unless readers wrote other stories, and drift is told for both."""
    stories = {one.story for one in alone}
    readers = [one for one in read if one.partner]
    expect(len(readers) == PAIRS, f"{len(readers)} of {PAIRS} agents read a story.")
    expect(all(one.partner in stories for one in readers), "They read a story that nobody wrote.")
    expect(not stories & {one.story for one in readers}, "Who read wrote what it wrote alone.")
    found = {
        name: fmean(
            abs(one.comparison.first_mean - one.comparison.second_mean)
            for one in drifts(part)
            if one.profile == "analytic"
        )
        for name, part in (("alone", alone), ("after a creative story", readers))
    }
    return "analytic agents' mean shift by writing, in points of 5: " + ", ".join(
        f"{name} {value:.2f}" for name, value in found.items()
    )


def matching(read: Sequence[Participant]) -> str:
    """Raise CheckFailed unless style matching was measured."""
    found = alignment(read)
    if found is None:
        expect(False, "Nobody's style was compared with what they had read.")
        return ""
    return (
        f"style matching with the story that was read {found.read:.2f}, with others "
        f"{found.unread:.2f} (p = {found.p:.2f})"
    )
