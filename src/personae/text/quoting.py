"""Showing somebody's words in a prompt as words: nothing in them ends the place they stand in."""

from __future__ import annotations

import unicodedata

OPENS, CLOSES = "<remembered>", "</remembered>"
MAX_SHOWN_CHARACTERS = 600  # of one text: a huge one would leave no room for the others

_QUOTES = str.maketrans(dict.fromkeys('"“”„‟«»＂〝〞〟❝❞', "'"))
_BRACKETS = str.maketrans({"<": "‹", ">": "›", "＜": "‹", "＞": "›", "﹤": "‹", "﹥": "›"})


def one_line(text: str) -> str:
    """The text on one line: line ends, control and invisible characters are spaces."""
    plain = "".join(" " if _breaks(one) else one for one in text)
    return " ".join(plain.split())


def unmarked(text: str) -> str:
    """The text on one line, without a mark that could end a quotation; cut where it is long."""
    return _cut(one_line(text)).translate(_QUOTES).translate(_BRACKETS)


def quoted(text: str) -> str:
    """The text on one line, within double quotes that nothing in it closes."""
    return f'"{one_line(text).translate(_QUOTES)}"'


def enclosed(texts: list[str]) -> str:
    """A list of texts, each cut where it is long, within marks that stand in none of them."""
    lines = (f"- {_cut(one_line(text)).translate(_BRACKETS)}" for text in texts)
    return "\n".join([OPENS, *lines, CLOSES])


def marked(text: str) -> str:
    """A text of any lines as data in a task: between marks that nothing in it closes."""
    return f"<<<\n{text.replace('<<<', '').replace('>>>', '')}\n>>>"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]}…"


def _breaks(character: str) -> bool:
    # Cc control, Cf invisible (as right-to-left marks), Cs and Cn no characters, Zl and Zp lines.
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")
