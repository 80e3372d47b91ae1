from __future__ import annotations

import pytest

from personae.errors import FormatError
from personae.lm.scripted import ScriptedModel
from personae.populations.preferences import prompts
from personae.recipes.apc_preferences import read_pairs, write_pairs
from personae.recipes.candidate_answers import WAYS, candidate_answers, read_prompts
from personae.recipes.citizen_pairs import gain_of, pairs_of, planted_pairs, revisions


def silent(*_):
    return None


@pytest.mark.embedded
def test_planted_pairs_are_what_training_reads_and_tell_what_decides(tmp_path):
    pairs = list(planted_pairs(20, 0))
    write_pairs(pairs, tmp_path / "pairs.jsonl")
    assert read_pairs(tmp_path / "pairs.jsonl") == pairs
    assert len({one.query for one in pairs}) == 20
    answers = {one.text: one.answers for one in prompts()}
    for one in pairs:
        assert {one.chosen, one.rejected} == set(answers[one.query])


@pytest.mark.embedded
def test_a_revision_is_base_critique_and_answer_and_is_not_made_twice(tmp_path):
    lm = ScriptedModel(["It depends.", "Too vague for me.", "I want a playground."] * 3)
    found = revisions(lm, 3, 0, tmp_path / "r.jsonl", silent)
    assert len(lm.requests) == 9
    assert found[0].critique == "Too vague for me."
    assert "Too vague for me." in lm.requests[2].messages[-1].content
    again = revisions(ScriptedModel(["Made anew."]), 3, 0, tmp_path / "r.jsonl", silent)
    assert again == found
    assert [(p.chosen, p.rejected) for p in pairs_of(found)] == [
        ("I want a playground.", "It depends.")
    ] * 3


@pytest.mark.embedded
def test_going_over_to_the_other_side_is_no_gain():
    prompt = next(prompts())
    mine, other = prompt.answers
    assert gain_of(other, mine, prompt, 0) > 0
    assert gain_of(mine, other, prompt, 0) < 0
    assert gain_of("", mine, prompt, 0) == 0


def test_candidates_are_kept_and_an_empty_answer_is_drawn_again(tmp_path):
    says = ["", *(f"Answer number {at}." for at in range(40))]
    lm = ScriptedModel(says)
    rows = candidate_answers(lm, ["Why?"], tmp_path / "a.jsonl", 0, silent)
    assert list(rows[0]["answers"]) == [way.name for way in WAYS]
    assert len(lm.requests) == len(WAYS) + 1
    assert rows[0]["answers"]["list"].startswith("-")
    assert (
        candidate_answers(ScriptedModel(["Made anew."]), ["Why?"], tmp_path / "a.jsonl", 0, silent)
        == rows
    )


def test_prompts_are_one_a_line(tmp_path):
    file = tmp_path / "prompts.txt"
    file.write_text("Why?\n\nHow?\nWhy?\n", encoding="utf-8")
    assert read_prompts(file) == ["Why?", "How?"]
    file.write_text("ok\n" + "x" * 2_401, encoding="utf-8")
    with pytest.raises(FormatError, match=r"2400 letters.*line 2|line 2.*2400 letters"):
        read_prompts(file)
    with pytest.raises(FormatError, match="no file of prompts"):
        read_prompts(tmp_path / "absent.txt")
