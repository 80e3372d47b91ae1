"""Macros of character cards."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.text.macros import MAX_CHARS, expand, hidden_keys, scannable


def filled(text: str, **options) -> str:
    return expand(text, **({"char": "Ana", "user": "Tom"} | options))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{{char}} meets {{user}}.", "Ana meets Tom."),
        ("{{CHAR}} {{ User }} {{bot}}", "Ana Tom Ana"),
        ("<BOT>, <user>, <Char>", "Ana, Tom, Ana"),
        ("{{{char}}}", "{Ana}"),
        ("a{{// secret}}b{{comment: c}}d{{hidden_key:e}}f", "abdf"),
        ("{{reverse:abc}} {{reverse:{{char}}}}", "cba anA"),
        ("{{unknown}} {{unknown:{{char}}}}", "{{unknown}} {{unknown:Ana}}"),
        ("{{char}", "{{char}"),
        ("}} {{char}} {{", "}} Ana {{"),
        ("{{char:x}}", "{{char:x}}"),
        ("{{roll:x}} {{roll:0}} {{roll:999d6}}", "{{roll:x}} {{roll:0}} {{roll:999d6}}"),
        ("{{random:only}}", "only"),
        ("{{random:}}", ""),
        ("{{名}}", "{{名}}"),
        ("", ""),
    ],
)
def test_macros_stand_for_what_the_specification_says(text, wanted):
    assert filled(text) == wanted


def test_original_is_the_prompt_that_the_card_replaces():
    assert filled("{{original}} Be brief.", original="Be {{char}}.") == "Be {{char}}. Be brief."


def test_further_values_can_be_given():
    assert filled("{{persona}}", values={"persona": "a sailor"}) == "a sailor"


@pytest.mark.parametrize("form", ["{{random:a,b,c}}", "{{random::a::b::c}}", "{{random::a, b,c}}"])
def test_random_draws_every_option_and_nothing_else(form):
    rng = random.Random(1)
    assert {filled(form, rng=rng) for _ in range(100)} == {"a", "b", "c"}


def test_escaped_commas_do_not_separate_options():
    assert filled("{{random:one\\, two}}") == "one, two"


def test_commas_inside_a_nested_macro_or_a_name_do_not_separate_options():
    drawn = {
        expand("{{random:{{char}},{{random:x,y}}}}", char="A, B", user="", rng=random.Random(seed))
        for seed in range(50)
    }
    assert drawn == {"A, B", "x", "y"}


def test_pick_is_stable_for_one_text_and_seed_and_varies_with_the_place():
    text = " ".join(["{{pick:a,b,c,d}}"] * 40)
    first = filled(text, rng=random.Random(1), seed=7)
    assert first == filled(text, rng=random.Random(2), seed=7)
    assert set(first.split()) == {"a", "b", "c", "d"}
    assert first != filled(text, seed=8)


@given(st.integers(1, 10**6), st.sampled_from(["{}", "d{}", "D{}", "1d{}"]), st.integers())
def test_a_roll_is_between_one_and_the_number_of_sides(sides, form, seed):
    rolled = filled(f"{{{{roll:{form.format(sides)}}}}}", rng=random.Random(seed))
    assert 1 <= int(rolled) <= sides


def test_several_dice_are_summed():
    rolls = {int(filled("{{roll:2d2}}", rng=random.Random(seed))) for seed in range(60)}
    assert rolls == {2, 3, 4}


@given(st.text(alphabet="{}:,charuse<> \\/", max_size=40))
def test_a_name_is_never_expanded_again(name):
    assert expand("[{{char}}]", char=name, user="") == f"[{name}]"


@given(st.text(alphabet="{}:,\\/<>abchrndomusertpik019 ", max_size=120))
def test_every_text_expands_to_something(text):
    assert isinstance(filled(text), str)
    assert isinstance(scannable(text), str)


@given(st.text(max_size=80).filter(lambda text: "{{" not in text and "<" not in text))
def test_text_without_macros_stays_as_it_is(text):
    assert filled(text) == text


def test_hostile_nesting_ends():
    deep = "{{reverse:" * 50_000 + "x" + "}}" * 50_000
    for text in (deep, "{{" * 200_000, "}}" * 200_000, "{{a" * 100_000 + "}}", "{" * 300_000):
        assert len(filled(text)) <= len(text)
        assert len(scannable(text)) <= len(text)
        assert hidden_keys(text) == ()


def test_an_expansion_that_explodes_is_refused():
    with pytest.raises(FormatError, match="more than"):
        expand("{{char}}" * 1_000, char="x" * (MAX_CHARS // 500), user="")


def test_hidden_keys_are_found_and_scanned_while_comments_are_not():
    text = "The king.{{hidden_key: crown }}{{// not this}}{{comment:nor this}} {{user}}"
    assert hidden_keys(text) == ("crown",)
    assert scannable(text) == "The king. crown  {{user}}"
