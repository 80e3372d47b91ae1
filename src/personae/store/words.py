"""Full-text queries: any text becomes a query without syntax errors, in any script."""

from __future__ import annotations

import re

from personae.store.types import Match

MAX_QUERY_CHARACTERS = 2_000
MAX_QUERY_WORDS = 64

# Scripts written without spaces, whose words the tokenizer would take for one long token:
# Thai to Burmese, kana, the CJK ideographs with their extensions and compatibility forms.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff])"
)


def spaced(text: str) -> str:
    """The text with every character of an unspaced script as a word of its own."""
    return _UNSPACED.sub(r" \1 ", text)


def search_text(text: str) -> str | None:
    """What to index instead of the text, or None where the text itself will do."""
    return spaced(text) if not text.isascii() and _UNSPACED.search(text) else None


def match_expression(query: str, match: Match) -> str:
    """The FTS5 expression for what somebody typed; empty where there is nothing to look for.

    Each word becomes a quoted phrase, so that no character of it is syntax.
    """
    return (" AND " if match == "all" else " OR ").join(phrases_of(query))


def phrases_of(query: str) -> list[str]:
    """The words of a query, each as a quoted phrase."""
    return [f'"{spaced(word)}"' for word in query_words(query)]


def query_words(query: str) -> list[str]:
    """The words of what somebody typed that hold a letter or a digit; the first 64."""
    plain = query[:MAX_QUERY_CHARACTERS].translate({0: " ", ord('"'): " "})
    words = [word for word in plain.split() if re.search(r"[^\W_]", word)]
    return words[:MAX_QUERY_WORDS]
