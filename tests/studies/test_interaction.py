"""Interacting agents: who reads whom, drift, and writing that is told apart."""

from __future__ import annotations

import math

import pytest

from personae.errors import FormatError
from personae.evaluate.answer_sheet import AnswerSheet
from personae.evaluate.questionnaire_asking import Asking, asker
from personae.formats.questionnaire import load_questionnaire
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Likelihood
from personae.questionnaires.big_five import TRAITS, first_items
from personae.speaker import Speaker
from personae.studies.interaction import (
    ORDERS,
    PUBLISHED,
    Participant,
    Setting,
    alignment,
    between,
    drifts,
    majority,
    read_participants,
    run_condition,
    told_apart,
)

SETTING = Setting(
    first_items(load_questionnaire("ipip-50"), 2), Asking(way="statement"), "published", 3, 60, 0
)


def writer(request):
    """Creative characters write warmly, others coldly; whoever reads says so."""
    prompt = " ".join(message.content for message in request.messages)
    story = "I was so glad to see them all." if "extroverted" in prompt else "No. It was a day."
    return story + (" I had read of it." if "story of another person" in prompt else "")


def scorer(request, text):
    """Finds everything as likely as anything else."""
    return Likelihood((-10.0,))


def run(condition, sheet=None):
    lm = ScriptedModel(writer, scorer=scorer)
    speaker = Speaker(lm)
    ask = asker(SETTING.questionnaire, speaker, SETTING.asking)
    return run_condition(condition, SETTING, speaker, ask, sheet or AnswerSheet()), lm


def test_in_the_control_condition_nobody_reads():
    found, _ = run("control")
    assert len(found) == 6
    assert not any(one.partner for one in found)
    assert alignment(found) is None


@pytest.mark.parametrize("condition", ["ab", "ba", "aa", "bb"])
def test_the_second_reads_the_first(condition):
    found, _ = run(condition)
    first, second = ORDERS[condition]
    assert [one.profile for one in found] == [first, second] * 3
    for one, other in zip(found[::2], found[1::2], strict=True):
        assert not one.partner
        assert other.partner == one.story
        assert "I had read of it." in other.story


def test_the_second_test_is_taken_with_what_was_read_and_written_in_the_context():
    _, lm = run("ab")
    prompts = [" ".join(one.content for one in request.messages) for request, _ in lm.scored]
    before = [text for text in prompts if "personal story" not in text]
    alone = [text for text in prompts if "personal story" in text and "of another" not in text]
    after_reading = [text for text in prompts if "I had read of it." in text]
    items = len(SETTING.questionnaire.items)
    assert len(before) == 3 * items  # both profiles, and nobody in particular, once
    assert len(alone) == len(after_reading) == 3 * items
    assert all("so glad" in text for text in after_reading)


def test_what_was_done_is_not_done_again_and_conditions_share_who_wrote_alone():
    sheet = AnswerSheet()
    first, _ = run("control", sheet)
    again, lm = run("control", sheet)
    assert again == first
    assert not lm.requests
    assert not lm.scored
    _, lm = run("ab", sheet)
    assert len(lm.requests) == 3  # only those who read write anew


def participant(profile, pair, before, after, story="", partner=""):
    scores = [dict.fromkeys(TRAITS, float(value)) for value in (before, after)]
    return Participant(profile, pair, *scores, story, partner)


GROUPS = [
    *(participant("creative", at, 40 + at, 40 + at, "I was glad, and we sang for them all.")
      for at in range(4)),
    *(participant("analytic", at, 12 + at, 25 + at, "No. The day was long. It ended.")
      for at in range(4)),
]  # fmt: skip


def test_drift_is_after_less_before():
    found = {(one.profile, one.trait): one.comparison for one in drifts(GROUPS)}
    assert found["creative", "E"].d == 0
    assert found["analytic", "E"].first_mean - found["analytic", "E"].second_mean == 13
    assert found["analytic", "E"].d > 5
    assert between(GROUPS, "before")["A"].d > between(GROUPS, "after")["A"].d > 0


def test_profiles_are_told_apart_by_how_they_write():
    assert told_apart(GROUPS) == 1.0
    assert majority(GROUPS) == 0.5
    assert math.isnan(told_apart(GROUPS[:4]))
    same = [participant(one.profile, one.pair, 1, 1, "The same words.") for one in GROUPS]
    assert told_apart(same) <= 0.5


def test_alignment_is_against_stories_that_were_not_read():
    stories = [
        "I went to the lake because I was sad.",
        "Dogs bark! Cats run! Birds sing!",
        "You should never do that to them, should you?",
        "We had many of the best days, and all of us laughed.",
    ]
    readers = [
        participant("creative", at, 1, 1, text, text + " Then it ended.")
        for at, text in enumerate(stories)
    ]
    found = alignment(readers)
    assert found.read > found.unread
    assert found.p < 0.1
    crossed = [
        participant("creative", at, 1, 1, text, stories[at - 1]) for at, text in enumerate(stories)
    ]
    assert alignment(crossed).p > 0.5


def test_the_published_means_come_out_to_a_tenth():
    from personae.catalog.checks.s044_interaction import published_means

    assert "130 published participants" in published_means()
    found = {(one.profile, one.trait): one.comparison for one in drifts(
        read_participants(PUBLISHED))}  # fmt: skip
    assert found["analytic", "C"].first_mean - found["analytic", "C"].second_mean > 13
    assert abs(found["creative", "C"].d) < 0.1


HEADER = (
    "Group,Extraversion,Agreeableness,Conscientiousness,Neuroticism,Openness,Writing_Extraversion,"
    "Writing_Agreeableness,Writing_Conscientiousness,Writing_Neuroticism,Writing_Openness,Story\n"
)


def test_a_published_table_is_read(tmp_path):
    file = tmp_path / "control.csv"
    file.write_text(HEADER + 'Analytic,13,15,18,19,16,12,14,19,19,16,"One, two."\n')
    (one,) = read_participants(file)
    assert (one.profile, one.before["E"], one.after["O"], one.story) == (
        "analytic", 13, 16, "One, two.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEADER, "no participants"),
        (HEADER + "Odd,1,1,1,1,1,1,1,1,1,1,\n", "neither creative nor analytic"),
        (HEADER + "Analytic,x,1,1,1,1,1,1,1,1,1,\n", "no number for each trait"),
        ("Group\nCreative\n", "line 2"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path, text, sentence):
    file = tmp_path / "control.csv"
    file.write_text(text)
    with pytest.raises(FormatError, match=sentence):
        read_participants(file)
