"""Habits as text: what is well-formed is read and written back, anything else is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.text.habits import (
    FACTS_LIMIT,
    SECTIONS,
    Habit,
    is_parsed,
    parse_habits,
    write_habits,
)
from personae.text.parsing import Place

WELL_FORMED = """\
# a comment
:event I walk my dog every morning.
:from I have a dog.
:preconditions
- My dog waits at the door.
:static-conditions
- The park is near.

:postconditions
- My dog is tired.
:goals
- I want it to be healthy.
:episodes
- I take the lead.
- I throw a ball.
"""

words = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20
)
facts = st.lists(words.map(lambda word: f"I {word}"), min_size=1, max_size=FACTS_LIMIT).map(tuple)
habits = st.builds(
    Habit,
    event=words.map(lambda word: f"I see {word}"),
    preconditions=facts,
    static_conditions=facts,
    postconditions=facts,
    goals=facts,
    episodes=facts,
    source=st.one_of(st.just(""), words),
)


def test_a_well_formed_text_is_read():
    (habit,) = parse_habits(WELL_FORMED)
    assert habit.event == "I walk my dog every morning."
    assert habit.source == "I have a dog."
    assert habit.episodes == ("I take the lead.", "I throw a ball.")
    assert habit.facts[0] == "My dog waits at the door."
    assert habit.text.startswith("I walk my dog every morning. My dog waits")
    assert len(habit.facts) == 6


MALFORMED = {
    "missing section": (WELL_FORMED.replace(":goals\n- I want it to be healthy.\n", ""), ":goals"),
    "unknown section": (WELL_FORMED.replace(":goals", ":aims"), ":aims"),
    "section twice": (WELL_FORMED + ":goals\n- I like it.\n", "second time"),
    "empty section": (WELL_FORMED.replace("- My dog is tired.\n", ""), "no fact"),
    "no bullet": (WELL_FORMED.replace("- I throw", "I throw"), "begins with '- '"),
    "header without who": (WELL_FORMED.replace(":event I walk", ":event Walking"), "I walk"),
    "no event": (WELL_FORMED.replace(":event I walk my dog every morning.\n", ""), ":event"),
    "fact before a section": (WELL_FORMED.replace(":preconditions\n", ""), "under the name"),
    "source too late": (WELL_FORMED + ":from I have a cat.\n", "right after"),
    "nothing": ("\n# only a comment\n", "no habit"),
    "too many facts": (WELL_FORMED + "- I run.\n" * FACTS_LIMIT, "more than"),
    "a fact too long": (WELL_FORMED + f"- I {'run ' * 100}\n", "characters"),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_text_is_refused(name):
    text, told = MALFORMED[name]
    with pytest.raises(FormatError, match=told):
        parse_habits(text)
    assert not is_parsed(text)


def test_the_error_names_file_and_line():
    with pytest.raises(FormatError, match=r"dog\.txt, line 4: There is no section"):
        parse_habits(WELL_FORMED.replace(":preconditions", ":before"), Place("dog.txt"))


@given(st.lists(habits, min_size=1, max_size=3))
def test_what_is_written_is_read_again(some):
    assert parse_habits(write_habits(some)) == tuple(some)


lines = st.one_of(
    st.text(max_size=30),
    st.sampled_from([f":{name}" for name in SECTIONS]),
    st.sampled_from([":event I walk.", ":from x", "- fact", "-", ":", ":event", "\x00", "\r"]),
)


@given(st.lists(lines, max_size=25).map("\n".join))
def test_any_text_is_read_or_refused_with_one_sentence(text):
    if is_parsed(text):
        found = parse_habits(text)
        assert all(habit.section(name) for habit in found for name in SECTIONS)
        assert parse_habits(write_habits(found)) == found
        return
    with pytest.raises(FormatError) as refused:
        parse_habits(text)
    assert "\n" not in refused.value.reason
