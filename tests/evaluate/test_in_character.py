"""A character asked about its own card."""

from __future__ import annotations

import pytest

from personae.data import Persona
from personae.errors import InvalidOption
from personae.evaluate.in_character import card_questions, examine
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker

ANA = Persona(name="Ana", statements=("I have two dogs.", "I like tea.", "Two of my dogs snore."))


def speaker(*replies: str) -> Speaker:
    return Speaker(ScriptedModel(list(replies)), "plain", replayable=True)


def test_each_statement_that_can_be_asked_about_is_asked_about_once():
    assert card_questions(ANA) == ("Do you have two dogs?", "Do you like tea?")
    twice = ANA.model_copy(update={"statements": ("I like tea.", "i like tea .")})
    assert card_questions(twice) == ("Do you like tea?",)


def test_what_a_reply_contradicts_is_told(word_nli):
    found = examine(ANA, speaker("I have no dogs.", "Yes, tea."), word_nli)
    (failed,) = found.failed
    assert (failed.clause, failed.statement) == ("I have no dogs.", "I have two dogs.")
    assert found.share == 0.5
    assert found.threshold == word_nli.thresholds[0.05]
    assert "contradicts: I have two dogs." in found.describe()
    assert failed.contradiction == pytest.approx(0.95)


def test_macros_in_statements_are_filled_before_the_judge_reads_them(word_nli):
    bo = Persona(name="Bo", statements=("I bake bread for {{user}}.",))
    examine(bo, speaker("Bread."), word_nli)
    assert ("Bread.", "I bake bread for User.") in word_nli.asked


def test_one_seed_gives_one_examination_whatever_the_limit(word_nli):
    model = ScriptedModel()
    whole = examine(ANA, Speaker(model, "plain", replayable=True), word_nli, seed=4)
    first = examine(ANA, Speaker(model, "plain", replayable=True), word_nli, seed=4, limit=1)
    assert first.replies == whole.replies[:1]


@pytest.mark.parametrize(
    ("persona", "options", "fault"),
    [
        (Persona(name="Nobody"), {}, "has no statements"),
        (Persona(name="Li", statements=("我喜欢茶。",)), {}, "can be turned into a question"),
        (ANA, {"questions": "Tea?"}, "not one text"),
        (ANA, {"threshold": 2}, "no probability"),
        (ANA, {"limit": 0}, "asks nothing"),
    ],
)
def test_what_cannot_be_asked_is_refused(persona, options, fault, word_nli):
    with pytest.raises(InvalidOption, match=fault):
        examine(persona, speaker("Hm."), word_nli, **options)
