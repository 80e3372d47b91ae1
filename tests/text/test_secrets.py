"""Whether a text gives a secret away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.text.secrets import said_secret


@pytest.mark.parametrize(
    "text",
    [
        "The word is Marigold.", "MARIGOLDS!", "mari-gold", "m a r i g o l d",
        "M, A, R, I, G, O, L, D", "dlogiram", "znevtbyq",
        "m-a-r-i-g-o-l-d, you see", "The first is m.a.r.i.g.o.l.d",
    ],
)  # fmt: skip
def test_a_word_is_found_in_disguise(text):
    assert said_secret(text, ["tulip", "marigold"]) == "marigold"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("the mayor", "may"),
        ("room 310", "31"),
        ("a glass, blue", "blue glass"),
        ("I am old", "gold"),
    ],
)
def test_what_only_looks_like_a_secret_is_none(text, secret):
    assert said_secret(text, [secret]) == ""


def test_accents_and_signs_do_not_hide_a_phrase():
    assert said_secret("At 4:15!", ["4:15"]) == "4:15"
    assert said_secret("QUARTER-past  fóur", ["quarter past four"]) == "quarter past four"
    assert said_secret("anything", []) == ""


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_secret_between_other_words_is_always_found(before, after):
    assert said_secret(f"{before} marigold {after}", ["marigold"]) == "marigold"


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_and_any_secret_can_be_asked(text, secrets):
    assert said_secret(text, secrets) in ("", *secrets)
