"""Sentences of PersonaChat and its kin, as a person would have written them."""

from __future__ import annotations

import re

_DOTS = re.compile(r"\s*\.(?:\s*\.)+")
_BEFORE_MARK = re.compile(r"\s+([.,!?;:%])")
_APOSTROPHE = re.compile(
    r"(?<=\w)\s+'\s*(?=(?:s|m|re|ve|ll|d|t)\b)|(?<=\w)'\s+(?=(?:s|m|re|ve|ll|d|t)\b)"
)
_N_T = re.compile(r"(?<=\w)\s+n't\b")
_I = re.compile(r"\bi(?=\b(?!\.\w))")
_SENTENCE_START = re.compile(r"(?:^|(?<=[.!?]\s))([a-z])")


def as_written(text: str) -> str:
    """Tokenised lower-case text with its spaces and capitals put right.

    "i ' ve two dogs . you ?" becomes "I've two dogs. You?". Names stay in lower case: nothing in
    the text says which words they are. Text that is well written stays as it is.
    """
    text = _DOTS.sub("...", " ".join(text.split()))
    text = _BEFORE_MARK.sub(r"\1", text)
    text = _N_T.sub("n't", _APOSTROPHE.sub("'", text))
    text = _I.sub("I", text)
    return _SENTENCE_START.sub(lambda found: found[1].upper(), text)


def as_statement(text: str) -> str:
    """`as_written`, with a full stop at the end where there is none."""
    text = as_written(text)
    return text if text[-1:] in ".!?…" else f"{text}."
