"""Words are ParlAI's, on the fast way and on the slow one."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from personae.metrics.words import normalised_words

PUNCTUATION = re.compile(r"""[!"#$%&()*+,\-./:;<=>?@\[\]\\^`{|}~_']""")
ARTICLE = re.compile(r"\b(a|an|the)\b")
MIXED = st.text("aAnThe the,.'_-\x01\x1c\n’éİ猫9", max_size=30)


@settings(max_examples=400)
@given(st.one_of(st.text(max_size=40), MIXED))
def test_they_are_those_of_normalize_answer(text):
    expected = ARTICLE.sub(" ", PUNCTUATION.sub(" ", text.lower())).split()
    assert normalised_words(text) == expected
