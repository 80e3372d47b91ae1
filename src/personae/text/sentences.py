"""Where sentences end, in scripts with and without spaces."""

from __future__ import annotations

import re

# A run of end marks with closing quotes, then space or the end; CJK marks need no space.
_END = re.compile(r"""(?:[.!?…]+["'”’)\]*]*(?=\s|$))|(?:[。！？]+[”’」』）]*)""")
_NOT_AN_END = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Prof|Sr|Jr|vs|etc|e\.g|i\.e|a\.m|p\.m|No)\.|\b[A-Z]\.|^\s*\d{1,3}\.)$",
    re.MULTILINE,
)
_LONGEST_ABBREVIATION = 12
_CLAUSE_END = re.compile(r"\s*[,;:–—]\s")


def sentence_ends(text: str) -> list[int]:
    """Positions just after each sentence's end marks, abbreviations excepted."""
    return [
        match.end()
        for match in _END.finditer(text)
        if not (match.group() == "." and _is_abbreviation(text, match.end()))
    ]


def _is_abbreviation(text: str, end: int) -> bool:
    """Whether the full stop before `end` closes an abbreviation, an initial, or a list's number."""
    return _NOT_AN_END.search(text, max(0, end - _LONGEST_ABBREVIATION), end) is not None


def split_sentences(text: str) -> list[str]:
    """The sentences of `text`, stripped; an unfinished last one is kept."""
    starts = [0, *sentence_ends(text)]
    pieces = [text[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    return [piece.strip() for piece in pieces if piece.strip()]


def complete_sentences(text: str) -> str:
    """`text` up to its last sentence end, or all of it when no sentence is complete."""
    ends = sentence_ends(text)
    return text[: ends[-1]].rstrip() if ends else text


def within_words(text: str, limit: int) -> str:
    """`text` in at most `limit` words: whole sentences, else whole clauses, else words."""
    if len(text.split()) <= limit:
        return text
    for ends in (sentence_ends(text), [match.start() for match in _CLAUSE_END.finditer(text)]):
        fitting = [end for end in ends if 0 < len(text[:end].split()) <= limit]
        if fitting:
            kept = text[: fitting[-1]].rstrip()
            return kept if sentence_ends(kept)[-1:] == [len(kept)] else f"{kept}."
    return f"{' '.join(text.split()[:limit])}…"
