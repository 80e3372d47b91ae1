"""copying: what of a reply is somebody else's text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from personae.text.copying import no_reply, recited, shared_pairs

FACTS = ("I have two dogs.", "I am a nurse.", "My favorite color is blue.")


def test_the_share_is_of_the_source_that_has_most():
    assert shared_pairs("I have two dogs", ["you have two cats", "i have two dogs!"]) == 1.0
    assert shared_pairs("I have two cats", ["I have two dogs."]) == 2 / 3
    assert shared_pairs("Yes", ["yes it is", "Yes."]) == 1.0
    assert shared_pairs("", ["", "a b"]) == 0.0


def test_one_fact_may_be_said_and_more_are_counted():
    assert recited("I have two dogs.", FACTS) == 0
    assert recited("I have two dogs. I am a nurse.", FACTS) == 1
    assert recited(" ".join(FACTS), FACTS) == 2


def test_what_is_no_reply_has_a_reason():
    heard, own = "Do you have pets?", ["I love walking."]
    why = {
        text: no_reply(text, heard=heard, own=own, facts=FACTS)
        for text in ("", "…", "do you have pets", "I love walking!", " ".join(FACTS))
    }
    assert list(why.values()) == ["empty", "empty", "echoes", "repeats-itself", "recites"]
    assert no_reply("so so good so so good so so good", heard=heard) == "loops"


def test_a_reply_that_uses_facts_is_one():
    for text in (
        "I have two dogs.",
        "Yes! I have two dogs, and I am a nurse, so my neighbour walks them when I work at night.",
        "I don't know.",
    ):
        assert no_reply(text, heard="Do you have pets?", facts=FACTS) == ""


@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_has_shares_between_0_and_1(text, sources):
    assert 0 <= shared_pairs(text, sources) <= 1
    assert 0 <= recited(text, sources) <= 3
