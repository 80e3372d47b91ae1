"""Whether a text gives a secret away: as it is, in pieces, spelled out, or backwards."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Sequence

LEAST_LETTERS = 5  # a shorter secret is only looked for as a word: "may" is in "mayor"
_WORD = re.compile(r"\w+")
_SPELLED = re.compile(r"(?<!\w)\w(?:\W{1,3}\w(?!\w)){2,}")


def said_secret(text: str, secrets: Sequence[str]) -> str:
    """The first secret that the text says, or an empty text.

    Case, accents and what stands between words do not matter. Secrets of one word and at least five
    letters are found in pieces ("mari-gold"), backwards and in ROT13, too; any one is found where
    it is spelled out ("m, a, r, i ..."). A number is never found within a longer one.
    """
    plain = _plain(text)
    words = _WORD.findall(plain)
    spelled = {_letters(found.group()) for found in _SPELLED.finditer(plain)}
    letters = "".join(words)
    for secret in secrets:
        sought = _WORD.findall(_plain(secret))
        if sought and (_in_order(sought, words) or _hidden(sought, letters, spelled)):
            return secret
    return ""


def _hidden(sought: Sequence[str], letters: str, spelled: set[str]) -> bool:
    whole = "".join(sought)
    if any(whole in one or whole[::-1] in one for one in spelled):
        return True
    if len(sought) > 1 or len(whole) < LEAST_LETTERS or not whole.isalpha():
        return False
    return any(one in letters for one in (whole, whole[::-1], codecs.encode(whole, "rot13")))


def _in_order(sought: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the words follow each other; the last one may have a plural's or owner's s."""
    size = len(sought)
    for at in range(len(words) - size + 1):
        *first, last = words[at : at + size]
        if first == list(sought[:-1]) and last in (sought[-1], f"{sought[-1]}s"):
            return True
    return False


def _plain(text: str) -> str:
    """Lower case without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
