"""A chain made from a story: reading answers, voting out what is trivial, hiding what leaks."""

from __future__ import annotations

import pytest

from personae.errors import InvalidOption
from personae.memory.chain_making import (
    Moment,
    made_chain,
    read_moment,
    read_others,
    refined,
    votes_on,
    without_trivial,
)

MOMENTS = [
    Moment("It rained.", "Ana ate."),
    Moment("A ford.", "Ana walked."),
    Moment("X.", "Ana sat."),
]


def answers(text: str, max_tokens: int) -> str:
    if "Plot:" in text:
        part = text.split("piece ")[1].split(".")[0]
        return f"Plot: The road {part} forked in the fog.\nBehavior: Ana went left at {part}."
    if "trivial" in text:
        return "none"
    if "numbered list" in text:
        return "Trait: bold\n1. Ana turned back.\n2. She wept.\n3) Ana asked the way."
    return "Ana is bold and quick."


def test_a_chain_has_profile_contexts_and_three_others():
    chain = made_chain("t", "Ana", [f"Ana, piece {n}." for n in range(4)], answers)
    assert chain.profile.lines == ("Ana is bold and quick.",)
    assert [node.behavior for node in chain.nodes] == ["Ana went left at 2.", "Ana went left at 3."]
    assert set(chain.nodes[0].options) == {
        "Ana went left at 2.", "Ana turned back.", "Ana she wept.", "Ana asked the way.",
    }  # fmt: skip
    assert chain.nodes[0].context == "The road 2 forked in the fog."


def test_where_no_node_comes_out_one_sentence_says_what_to_do():
    with pytest.raises(InvalidOption, match="larger model"):
        made_chain("t", "Ana", ["Ana ran."] * 4, lambda text, most: "I do not know.")


@pytest.mark.parametrize(
    ("answer", "moment"),
    [
        ("Plot: Rain.\nBehavior: Ana ran.", Moment("Rain.", "Ana ran.")),
        ("**Plot:** Rain.\n**Behaviour:** Ana ran.", Moment("Rain.", "Ana ran.")),
        ("Behavior: Ana ran.", None),
        ("Plot: Rain.\nBehavior: Bo ran.", None),
        ("", None),
    ],
)
def test_an_answer_is_a_moment_or_nothing(answer, moment):
    assert read_moment("Ana", answer) == moment


def test_only_what_all_votes_call_trivial_goes_and_its_plot_moves_on():
    kept = without_trivial(MOMENTS, [{0, 1}, {0}, {0, 2}])
    assert kept == [Moment("It rained. Ana ate. A ford.", "Ana walked."), MOMENTS[2]]
    assert without_trivial(MOMENTS, [{0, 1, 2}] * 3) == MOMENTS
    assert without_trivial(MOMENTS, []) == MOMENTS


def test_votes_are_asked_in_three_orders_and_mean_the_same_behaviours():
    shown: list[str] = []

    def ask(text: str, most: int) -> str:
        shown.append(text)
        lines = text.splitlines()
        return next(line[0] for line in lines if "walked" in line)

    assert votes_on("Ana", MOMENTS, ask, 1) == [{1}, {1}, {1}]
    assert len(set(shown)) > 1


def test_a_sentence_that_gives_the_behaviour_away_leaves_the_plot():
    plot = "The boat was leaving. Ana decided to walk round by the bridge."
    assert refined(plot, "Ana walked round by the bridge.") == "The boat was leaving."


def test_others_are_other_sentences_of_the_character():
    assert read_others("Ana", "Ana ran.", "1. Ana ran.\n2. Ana sat.\n2. Ana sat.\n- Hid.") == [
        "Ana sat.", "Ana hid.",
    ]  # fmt: skip
