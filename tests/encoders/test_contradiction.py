"""Replies judged against personas: which clause, which statement, above which threshold."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae import characters
from personae.encoders.contradiction import (
    CLAUSE_LIMIT,
    GOLD_SHARES,
    REPEATS,
    contradiction_rate,
    judge_replies,
    split_clauses,
)
from personae.encoders.nli import JUDGES, OnnxNli, open_nli
from personae.errors import InvalidOption
from personae.load import load_persona
from personae.text.faults import words_of

VEGAN = ["I am vegan.", "I have two dogs.", "I work as a nurse.", "I live in Texas."]


class WordNli:
    """Contradicts where a pair has "not" on one side, entails where a word is shared."""

    name = fingerprint = "words"

    def __init__(self) -> None:
        self.calls: list[int] = []

    def classify(self, pairs: Sequence[tuple[str, str]]):
        self.calls.append(len(pairs))
        rows = np.full((len(pairs), 3), 1 / 3, dtype=np.float32)
        for row, (said, stated) in zip(rows, pairs, strict=True):
            if ("not" in said.split()) != ("not" in stated.split()):
                row[:] = (0.1, 0.1, 0.8)
            elif set(said.split()) & set(stated.split()):
                row[:] = (0.8, 0.1, 0.1)
        return rows


@pytest.fixture(scope="module")
def nli() -> OnnxNli:
    return open_nli()


@pytest.mark.parametrize(
    ("reply", "clauses"),
    [
        ("I am a chef. I love it!", ["I am a chef.", "I love it!"]),
        ("Do you like dogs?", []),
        ("Do you like dogs? I do.", ["I do."]),
        ("I am a chef, what about you?", ["I am a chef"]),
        ("i have two dogs . do you ?", ["i have two dogs ."]),
        ("That is nice, do you cook?", []),
        (
            "i work at a bank in the city but i would rather be a baker in a small town",
            ["i work at a bank in the city", "i would rather be a baker in a small town"],
        ),
        ("... !", []),
        ("", []),
    ],
)
def test_a_reply_is_split_into_what_it_states(reply, clauses):
    assert split_clauses(reply) == clauses


@given(st.text(max_size=400))
def test_any_text_has_few_clauses_with_words(text):
    clauses = split_clauses(text)
    assert len(clauses) <= CLAUSE_LIMIT
    assert all(clause.strip() for clause in clauses)


def test_a_huge_reply_is_judged_within_limits():
    nli = WordNli()
    judge_replies(nli, [("I run. " * 20_000 + "I swim. " * 9, ["I swim."])])
    assert sum(nli.calls) <= CLAUSE_LIMIT


def test_the_worst_clause_and_the_best_are_named():
    reply = "I like tea. I do not swim."
    judged = judge_replies(WordNli(), [(reply, ["I like tea.", "We dance."])])[0]
    assert judged.worst is not None
    assert judged.best is not None
    assert judged.worst.clause == "I do not swim."
    assert judged.contradiction == pytest.approx(0.8)
    assert (judged.best.clause, judged.best.statement) == ("I like tea.", "I like tea.")
    assert judged.entailment == pytest.approx(0.8)


def test_many_replies_are_one_call_and_keep_their_order():
    nli = WordNli()
    asked = [("I swim.", ["I do not swim."]), ("Why?", ["I swim."]), ("I swim.", ["I swim."])]
    judged = judge_replies(nli, asked)
    assert nli.calls == [2]
    assert [one.contradiction > 0.5 for one in judged] == [True, False, False]
    assert judged[1].worst is None
    assert judged[1].entailment == 0


class OverlapNli(WordNli):
    """As `WordNli`, and two texts entail each other by the share of words that both have."""

    def classify(self, pairs: Sequence[tuple[str, str]]):
        rows = super().classify(pairs)
        for row, (said, stated) in zip(rows, pairs, strict=True):
            one, other = set(words_of(said)), set(words_of(stated))
            if row[2] < 0.5:
                entailed = len(one & other) / len(other)
                row[:] = (entailed, 1 - entailed, 0)
        return rows


CLASHING = ["I do not swim.", "I swim in lakes."]


@pytest.mark.parametrize(
    ("clause", "is_excused"),
    [
        ("i swim in lakes", True),  # the same words
        ("In lakes I swim in.", True),  # each entails the other
        ("I swim in lakes and seas.", False),  # says more than the statement
        ("I swim.", False),  # says less
    ],
)
def test_a_clause_that_repeats_a_statement_contradicts_no_other(clause, is_excused):
    [bare] = judge_replies(OverlapNli(), [(clause, CLASHING)], repeats=None)
    [judged] = judge_replies(OverlapNli(), [(clause, CLASHING)])
    assert bare.contradiction == pytest.approx(0.8)
    assert bare.repeats == ()
    assert (judged.contradiction == 0) == is_excused
    assert [one.statement for one in judged.repeats] == ["I swim in lakes."] * is_excused


def test_a_clause_of_a_statement_repeats_it():
    statement = "I live in a very small town by the sea, and I do not swim in it."
    reply = "I live in a very small town by the sea."
    [judged] = judge_replies(WordNli(), [(reply, [statement, *CLASHING])])
    assert judged.contradiction < 0.5
    assert judged.repeats[0].clause == "I live in a very small town by the sea."


def test_the_rule_excuses_one_clause_and_not_its_neighbour():
    [judged] = judge_replies(OverlapNli(), [("I swim in lakes. I swim.", CLASHING)])
    assert judged.worst is not None
    assert judged.worst.clause == "I swim."
    assert judged.contradiction == pytest.approx(0.8)


def test_the_other_direction_is_asked_only_where_something_may_be_excused():
    nli = OverlapNli()
    judge_replies(nli, [("I swim in lakes.", ["I swim in lakes.", "We dance."])])
    assert nli.calls == [2]
    judge_replies(nli, [("I swim in lakes.", CLASHING)])
    assert nli.calls == [2, 2, 1]


@pytest.mark.parametrize("statements", [[], ["I swim."]])
def test_nothing_to_judge_is_no_contradiction(statements):
    judged = judge_replies(WordNli(), [("Really?", statements), ("", statements)])
    assert [one.contradiction for one in judged] == [0, 0]
    assert contradiction_rate(judged, 0.5) == 0
    assert contradiction_rate([], 0.5) == 0


def test_statements_given_as_one_text_are_refused():
    with pytest.raises(InvalidOption, match="list of statements"):
        judge_replies(WordNli(), [("I swim.", "I run.")])


def test_the_rate_is_the_share_above_the_threshold():
    asked = [("I swim.", ["I do not swim."]), ("I swim.", ["I swim."])]
    judged = judge_replies(WordNli(), asked)
    assert contradiction_rate(judged, 0.5) == 0.5
    assert contradiction_rate(judged, 0.9) == 0


def test_the_shipped_model_names_the_clause_that_breaks_the_persona(nli):
    reply = "Nice to meet you! I just ate a big steak. Do you have any hobbies?"
    judged = judge_replies(nli, [(reply, VEGAN)])[0]
    assert judged.worst is not None
    assert (judged.worst.clause, judged.worst.statement) == ("I just ate a big steak.", VEGAN[0])
    assert judged.contradicts(nli.thresholds[0.05])


def test_the_shipped_thresholds_rise_as_fewer_gold_replies_may_be_flagged(nli):
    two, five, ten = (nli.thresholds[share] for share in GOLD_SHARES)
    assert 0.3 < ten < five < two < 1


@pytest.mark.parametrize("judge", ["first", "second"])
def test_thresholds_were_calibrated_with_the_rule_that_judges(judge):
    calibration = json.loads((JUDGES[judge] / "calibration.json").read_text("utf-8"))
    assert calibration["repeats"] == REPEATS


def test_replies_in_character_are_not_flagged(nli):
    replies = [
        "I walk my two dogs every morning.",
        "That sounds like fun! Where do you live?",
        "i work at the hospital , it was a long shift today .",
        "I made a salad with tofu for dinner.",
        "It is so hot here in Texas.",
        "Do you like steak?",
        "My brother eats meat all the time.",
        "I love music and I like to read.",
    ]
    judged = judge_replies(nli, [(reply, VEGAN) for reply in replies])
    threshold = nli.thresholds[0.05]
    flagged = [one.worst for one in judged if one.contradicts(threshold)]
    # Two of these eight are false alarms of the shipped weights; no more may come.
    assert len(flagged) <= 2, flagged


def test_characters_may_say_what_is_true_of_them(nli):
    threshold = nli.thresholds[0.1]  # the guard's
    found = map(load_persona, characters.names())
    personas = [one for one in found if one.language.split("-")[0] in ("", "en")]
    asked = [(f"Yes, {one}", p.statements) for p in personas for one in p.statements]
    judged = judge_replies(nli, asked)
    assert [one.worst for one in judged if one.contradicts(threshold)] == []
    # What the model makes of the same statements without the rule: it is the rule that frees them.
    bare = judge_replies(nli, asked, repeats=None)
    assert sum(one.contradicts(threshold) for one in bare) > len(asked) / 5


def test_few_human_gold_replies_are_flagged(nli, dataset_dir):
    file = dataset_dir("xpersona") / "En_persona_valid.json"
    dialogues = json.loads(file.read_text("utf-8"))[1:160:2]
    asked = [(reply, one["persona"]) for one in dialogues for _, reply in one["dialogue"]]
    judged = judge_replies(nli, asked)
    for share in GOLD_SHARES:
        assert contradiction_rate(judged, nli.thresholds[share]) <= share + 0.03
