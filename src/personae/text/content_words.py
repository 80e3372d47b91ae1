"""The words that say something: no function words, and one form for all of a word's forms."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_STOPWORD_TEXT = """
    a about above after again against all also am an and any are aren't as at be because been
    before being below between both but by can can't cannot could couldn't did didn't do does
    doesn't doing don't down during each else even ever every few for from further get gets got had
    hadn't has hasn't have haven't having he he's her here hers herself him himself his how i i'd
    i'll i'm i've if im in into is isn't it it's its itself ive just let let's lot lots may me might
    mine more most much must my myself no nor not of off oh ok okay on once only or other our ours
    ourselves out over own quite rather really same shall she she's should shouldn't so some such
    than that that's the their theirs them themselves then there there's these they they're this
    those though through to too under until up us very was wasn't we we're were weren't what what's
    when where which while who whom whose why will with won't would wouldn't yes yeah you you'd
    you'll you're you've your yours yourself
"""
STOPWORDS = frozenset(_STOPWORD_TEXT.split())
_ENDINGS = (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""))
_SHORTEST_STEM = 3


def is_stopword(word: str) -> bool:
    """Whether an English word only joins others, whatever its case and apostrophe."""
    return word.lower().replace("’", "'") in STOPWORDS


def content_stems(text: str) -> list[str]:
    """The stems of the words of `text` that are no stopwords, in order."""
    return [stem(word) for word in _WORD.findall(text) if not is_stopword(word)]


def stem(word: str) -> str:
    """A word without its commonest English endings: rough, and the same for every text."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    for ending, instead in _ENDINGS:
        if (
            word.endswith(ending)
            and not word.endswith("ss")
            and len(word) - len(ending) >= _SHORTEST_STEM
        ):
            word = word.removesuffix(ending) + instead
            break
    return word.removesuffix("e") if len(word) > _SHORTEST_STEM else word
