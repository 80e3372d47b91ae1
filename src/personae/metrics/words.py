"""The words of a text as ParlAI's metrics see them."""

from __future__ import annotations

import re

_ARTICLE = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = re.compile(r"""[!"#$%&()*+,\-./:;<=>?@\[\]\\^`{|}~_']""")


def normalised_words(text: str) -> list[str]:
    """Lower case, ASCII punctuation and English articles to blanks, split at white space.

    The same as `normalize_answer(text).split()` of ParlAI (parlai/core/metrics.py), whatever the
    language: text that is written without spaces is one word a phrase.
    """
    return _ARTICLE.sub(" ", _PUNCTUATION.sub(" ", text.lower())).split()
