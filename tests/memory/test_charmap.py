"""CHARMAP: pieces of a story, points of a character, and pieces that the points lead to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.memory import charmap

LINES = ("Ana fears water since the mill.", "Ana loves bread.", "Ana owes nobody money.")
STORY = (
    "They found her brother under the wheel of the mill.",
    "The baker sold bread and rolls.",
    "A clerk counted the chimneys.",
    "The bailiffs took money and chairs.",
)


@given(st.text(alphabet="ab .\n", max_size=300), st.integers(2, 40), st.integers(0, 39))
def test_pieces_cover_a_story_in_order_and_overlap(story, tokens, overlap):
    if overlap >= tokens:
        with pytest.raises(InvalidOption, match="cannot overlap"):
            charmap.pieces_of(story, chunk_tokens=tokens, overlap_tokens=overlap)
        return
    pieces = charmap.pieces_of(story, chunk_tokens=tokens, overlap_tokens=overlap)
    covered = {at for piece in pieces for at in range(piece.start, piece.end)}
    assert {at for at, sign in enumerate(story) if not sign.isspace()} <= covered
    assert all(piece.text == story[piece.start : piece.end] for piece in pieces)
    assert [piece.start for piece in pieces] == sorted(piece.start for piece in pieces)


def test_the_points_that_bear_on_a_scenario_come_first(word_embedder):
    weigh = charmap.by_embedder(word_embedder)
    chosen = charmap.chosen_points("Ana must cross the water.", LINES, weigh, 2)
    assert chosen[0][0] == LINES[0]
    assert len(chosen) == 2
    assert charmap.chosen_points("x", (), weigh, 2) == []


def test_a_point_finds_what_the_scenario_does_not(word_embedder):
    scenario = "Ana must cross the water."
    found = charmap.CharMap(
        LINES, STORY, word_embedder, charmap.by_embedder(word_embedder), points=1, pieces=1
    ).recall(scenario)
    assert [(one.at, one.point) for one in found] == [(0, LINES[0])]
    words = charmap.search_of("words", STORY, word_embedder)(scenario)
    assert words[0] == max(words[:1])
    assert charmap.best_of(charmap.search_of("words", STORY[1:], word_embedder)("mill"), 1) == [0]


def test_points_take_turns_and_no_piece_comes_twice():
    scores = {"one": [3, 2, 1, 0], "two": [3, 0, 1, 2]}
    found = charmap.followed(["one", "two"], scores.__getitem__, 3)
    # The second point's best is taken: its next one is the last piece.
    assert [(one.at, one.point) for one in found] == [(0, "one"), (3, "two"), (1, "one")]
    assert len(charmap.followed(["one"], scores.__getitem__, 9)) == 4
    assert charmap.followed([], scores.__getitem__, 3) == []


def test_what_is_recalled_stands_in_the_storys_order(word_embedder):
    recalled = charmap.CharMap(
        LINES, STORY, word_embedder, charmap.all_lines, points=3, pieces=3
    ).recall("anything")
    assert [one.at for one in recalled] == [0, 1, 3]


@pytest.mark.parametrize("find", ["words", "vectors", "both"])
def test_each_way_to_search_finds_the_piece_with_the_words(find, word_embedder):
    search = charmap.search_of(find, STORY, word_embedder)
    assert charmap.best_of(search("bread and rolls"), 1) == [1]


def test_searching_by_both_is_no_fault_where_nothing_matches(word_embedder):
    assert charmap.search_of("both", ("", ""), word_embedder)("x") == [0.0, 0.0]


def test_a_model_names_lines_under_a_grammar_of_their_numbers():
    lm = ScriptedModel(["2, 9, 1, 2"])
    assert charmap.by_model(lm, "Ana")("Cross?", LINES) == [1.0, 2.0, 0.0]
    (request,) = lm.requests
    assert '"3"' in request.grammar
    assert '"4"' not in request.grammar
    assert "2. Ana loves bread." in request.messages[0].content


def test_a_model_without_grammar_may_answer_in_words():
    lm = ScriptedModel(["I would say 3."], capabilities=("chat",))
    assert charmap.by_model(lm, "Ana")("Pay?", LINES) == [0.0, 0.0, 1.0]
    assert not lm.requests[0].grammar


def test_a_model_weighs_each_line_by_yes_and_no():
    def scorer(request, text):
        likes = "bread" in request.messages[0].content
        return -1.0 if (text == "Yes") == likes else -3.0

    weigh = charmap.by_likelihood(ScriptedModel(scorer=scorer), "Ana")
    assert weigh("Eat?", LINES) == [-2.0, 2.0, -2.0]


def test_inference_weighs_a_line_that_is_not_neutral(word_nli):
    weights = charmap.by_nli(word_nli)("There is water at the mill.", LINES)
    assert weights[0] > weights[1]
