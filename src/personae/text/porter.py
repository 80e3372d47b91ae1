"""Porter's stemmer with the departures that NLTK makes by default: published scores rest on it.

Porter 1980, An algorithm for suffix stripping. The departures: a few irregular words, "ie" for the
ending of words of four letters (dies, died), "y" kept after a vowel, and the endings -alli, -bli,
-fulli and -logi. Tests compare it with what NLTK gives for the words of real chats.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

_IRREGULAR = {
    "sky": "sky", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news",
    "innings": "inning", "inning": "inning", "outings": "outing", "outing": "outing",
    "cannings": "canning", "canning": "canning", "howe": "howe", "proceed": "proceed",
    "exceed": "exceed", "succeed": "succeed",
}  # fmt: skip
_PLURALS = (("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", ""))
_SECOND = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"),
    ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"),
    ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
    ("fulli", "ful"),
)  # fmt: skip
_THIRD = (
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
)  # fmt: skip
_FOURTH = (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou",
    "ism", "ate", "iti", "ous", "ive", "ize",
)  # fmt: skip


@lru_cache(maxsize=65_536)
def porter_stem(word: str) -> str:
    """The stem of a word, in lower case."""
    word = word.lower()
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 2:
        return word
    word = _without_plural(word)
    word = _without_past(word)
    if word.endswith("y") and len(word) > 2 and _is_consonant(word, len(word) - 2):
        word = f"{word[:-1]}i"
    word = _without_derivation(word)
    word = _replaced(word, _THIRD, lambda stem: _measure(stem) > 0)
    word = _without_suffix(word)
    return _tidied(word)


def _without_plural(word: str) -> str:
    if word.endswith("ies") and len(word) == 4:
        return word[:-1]
    return _replaced(word, _PLURALS, lambda stem: True)


def _without_past(word: str) -> str:
    """Without -eed, -ed, -ing, and with the "e" or single letter that they had taken away."""
    if word.endswith("ied"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for ending in ("ed", "ing"):
        stem = word.removesuffix(ending)
        if stem != word and "v" in _shape(stem):
            return _mended(stem)
    return word


def _mended(stem: str) -> str:
    if stem.endswith(("at", "bl", "iz")):
        return f"{stem}e"
    if stem[-2:-1] == stem[-1] and _is_consonant(stem, len(stem) - 1):
        return stem if stem[-1] in "lsz" else stem[:-1]
    return f"{stem}e" if _measure(stem) == 1 and _ends_short(stem) else stem


def _without_derivation(word: str) -> str:
    if word.endswith("alli") and _measure(word[:-4]) > 0:
        return _without_derivation(word[:-2])
    if word.endswith("logi") and not word.endswith(tuple(old for old, _ in _SECOND)):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    return _replaced(word, _SECOND, lambda stem: _measure(stem) > 0)


def _without_suffix(word: str) -> str:
    for ending in _FOURTH:
        if word.endswith(ending):
            stem = word.removesuffix(ending)
            is_free = ending != "ion" or stem[-1:] in ("s", "t")
            return stem if is_free and _measure(stem) > 1 else word
    return word


def _tidied(word: str) -> str:
    """Without a last "e" or a double "l"."""
    if word.endswith("e"):
        stem = word[:-1]
        if _measure(stem) > 1 or (_measure(stem) == 1 and not _ends_short(stem)):
            word = stem
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word


def _replaced(
    word: str, rules: tuple[tuple[str, str], ...], holds: Callable[[str], bool]
) -> str:  # fmt: skip
    """The first rule whose ending the word has, where its stem allows it; no further rule."""
    for old, new in rules:
        if word.endswith(old):
            stem = word.removesuffix(old)
            return f"{stem}{new}" if holds(stem) else word
    return word


def _shape(word: str) -> str:
    """Consonants as "c", vowels as "v"; a "y" is a vowel after a consonant."""
    shape = ""
    for letter in word:
        is_vowel = letter in "aeiou" or (letter == "y" and shape[-1:] == "c")
        shape += "v" if is_vowel else "c"
    return shape


def _is_consonant(word: str, at: int) -> bool:
    return _shape(word)[at] == "c"


def _measure(stem: str) -> int:
    """How often a vowel is followed by a consonant: Porter's m."""
    return _shape(stem).count("vc")


def _ends_short(stem: str) -> bool:
    """Consonant, vowel, consonant other than w, x, y; or a word of a vowel and a consonant."""
    shape = _shape(stem)
    return (shape.endswith("cvc") and stem[-1] not in "wxy") or shape == "vc"
