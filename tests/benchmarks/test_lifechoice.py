"""The benchmark lifechoice: what each memory shows, and that the right option stays right."""

from __future__ import annotations

import json
import random

import pytest

from personae.benchmarks import lifechoice as bench
from personae.benchmarks.decision_items import decisions_of, play_decisions, shuffled
from personae.errors import EnvironmentFault, InvalidOption
from personae.formats.lifechoice import LifeChoice
from personae.memory.charmap import pieces_of
from personae.novels.plays import othello

ITEM = {
    "character_name": "Ana", "input_text": "",
    "description": ["Ana fears water since the mill."], "evidence": ["lay under the mill"],
    "motivation": "emotion",
    "Multiple Choice Question": {
        "Scenario": "A ferry waits by the water.", "Question": "What did Ana do?",
        "Options": ["Ana swam.", "Ana walked.", "Ana slept.", "Ana sang."], "Correct Answer": "B",
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _words(monkeypatch, word_embedder, word_nli):
    monkeypatch.setattr(bench, "shipped_embedder", lambda: word_embedder)
    monkeypatch.setattr(bench, "shipped_nli", lambda: word_nli)


@pytest.fixture
def files(tmp_path):
    filler = " ".join(f"A ferry waits by the water, number {n}." for n in range(300))
    (tmp_path / "story.txt").write_text(f"Her brother lay under the mill. {filler}")
    (tmp_path / "items.jsonl").write_text(json.dumps(ITEM))
    return {"data": str(tmp_path / "items.jsonl"), "story": str(tmp_path / "story.txt")}


@pytest.mark.parametrize(
    ("memory", "shown"),
    [("none", 0.0), ("whole", 0.0), ("words", 0.0), ("embed", 0.0), ("both", 0.0),
     ("charmap", 1.0), ("expert", 1.0)],
)  # fmt: skip
def test_only_the_point_finds_what_the_scenario_drowns(files, memory, shown):
    options = {"chunk_tokens": 40, "overlap_tokens": 5, "pieces": 2, "points": 1}
    if memory == "whole":
        options |= {"chunk_tokens": 200}
    made = bench.lifechoice(**files, memory=memory, **options)
    (question,) = made.questions
    assert question.labels["evidence_shown"] == shown
    assert ("under the mill" in question.scene.last_user_text) == bool(shown)
    assert question.scene.last_user_text.endswith("A ferry waits by the water.\nWhat did Ana do?")
    assert (question.reference, question.group) == ("Ana walked.", "emotion")


def test_the_right_option_is_told_to_nobody(files):
    (question,) = bench.lifechoice(**files, memory="none").questions
    assert "walked" not in question.scene.to_json()


def test_charmap_without_a_description_says_how_to_make_one(tmp_path, files):
    bare = {key: value for key, value in ITEM.items() if key != "description"}
    (tmp_path / "items.jsonl").write_text(json.dumps({**bare, "input_text": "Ana ran."}))
    with pytest.raises(InvalidOption, match="personae data make profile"):
        bench.lifechoice(**files)
    assert bench.lifechoice(**files, memory="words").questions


def test_a_language_model_cannot_choose_the_points_of_a_benchmark(files):
    with pytest.raises(InvalidOption, match="decision-memory"):
        bench.lifechoice(**files, by="lm")


def test_orders_of_options_differ_with_the_seed_and_the_right_one_stays_right():
    one = LifeChoice("i", "Ana", "s", "s", "q", ("a", "b", "c", "d"), 2)
    orders = {shuffled(one, seed).options for seed in range(20)}
    assert len(orders) > 5
    assert all(shuffled(one, seed).answer == "c" for seed in range(20))


def test_made_novels_give_questions_whose_right_options_are_spread():
    found = decisions_of("made", novels=6, split="test")
    assert len({one.id for one in found}) == len(found) == 60
    assert all(one.evidence[0] in one.story_text for one in found)
    assert {one.right for one in found} == {0, 1, 2, 3}


def test_a_passage_counts_as_shown_where_most_of_it_is():
    story = "one two three four five six seven eight"
    pieces = pieces_of(story, chunk_tokens=4, overlap_tokens=0)
    assert bench.is_shown("two three", story, pieces[:1])
    assert not bench.is_shown("three four five six seven", story, pieces[:1])
    assert not bench.is_shown("nine", story, pieces)


def test_the_profile_baseline_takes_the_nearest_option(files):
    (question,) = bench.lifechoice(**files, memory="none").questions
    near = question.scene.persona.model_copy(update={"statements": ("Ana sang songs.",)})
    asked = type(question)(
        "q", question.scene.model_copy(update={"persona": near}), "x", question.options
    )
    assert bench.nearest_to_profile(asked, random.Random(0)) == "Ana sang."


def test_a_play_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(EnvironmentFault, match="PERSONAE_DATA"):
        list(play_decisions(othello(), tmp_path))


def test_othello_has_thirty_two_decisions(dataset_dir):
    found = list(play_decisions(othello(), dataset_dir("coser-public").parent))
    assert len(found) == 32
    assert all(passage in one.story_text for one in found for passage in one.evidence)
