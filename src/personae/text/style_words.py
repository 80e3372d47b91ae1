"""Closed classes of English words, and the counts of a text in them: how somebody writes.

Function words are few and fixed, so that a list is the class itself (Pennebaker's categories,
without the words of LIWC, whose dictionary is not free).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from personae.text.sentences import sentence_ends

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_CLASSES: Mapping[str, str] = {
    "i": "i i'm i've i'd i'll me my mine myself",
    "we": "we we're we've we'd we'll us our ours ourselves let's",
    "you": "you you're you've you'd you'll your yours yourself yourselves",
    "she-he": "she she's she'd she'll her hers herself he he's he'd he'll him his himself",
    "they": "they they're they've they'd they'll them their theirs themselves",
    "it": "it it's its itself this that these those who whom whose which what something anything "
    "nothing everything someone anyone everyone somebody anybody everybody nobody one",
    "articles": "a an the",
    "prepositions": "about above across after against along among around at before behind below "
    "beneath beside between beyond by despite down during except for from in inside into like near "
    "of off on onto out outside over past since through throughout to toward towards under until "
    "up upon with within without",
    "auxiliaries": "am is are was were be been being have has had having do does did can could may "
    "might must shall should will would ain't isn't aren't wasn't weren't haven't hasn't hadn't "
    "don't doesn't didn't can't cannot couldn't shouldn't won't wouldn't",
    "conjunctions": "and but or nor so yet because although though while whereas if unless when "
    "whenever as than whether",
    "negations": "no not none never neither nor nothing nobody nowhere without cannot can't don't "
    "doesn't didn't won't wouldn't couldn't shouldn't isn't aren't wasn't weren't haven't hasn't "
    "hadn't ain't",
    "quantifiers": "all any both each every few half less lots lot many more most much several "
    "some enough plenty whole another",
    "adverbs": "again almost already also always anyway even ever far here however just later "
    "maybe never now often only perhaps quite rather really seldom sometimes soon still then "
    "there too usually very yet",
    "exclusives": "but except without exclude unless rather either or instead only",
}  # fmt: skip
CLASSES: Mapping[str, frozenset[str]] = {
    name: frozenset(words.split()) for name, words in _CLASSES.items()
}
# Those whose likeness Language Style Matching is the mean of (Ireland & Pennebaker 2010).
MATCHED: Mapping[str, tuple[str, ...]] = {
    "personal pronouns": ("i", "we", "you", "she-he", "they"),
    "impersonal pronouns": ("it",),
    "articles": ("articles",),
    "auxiliaries": ("auxiliaries",),
    "adverbs": ("adverbs",),
    "prepositions": ("prepositions",),
    "conjunctions": ("conjunctions",),
    "negations": ("negations",),
    "quantifiers": ("quantifiers",),
}
LONG_LETTERS = 7


def words_of(text: str) -> list[str]:
    """The words of a text in small letters."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def style_of(text: str) -> dict[str, float]:
    """Shares of the words (0–1) by class, and counts of what sentences have; of no words, zeros."""
    words = words_of(text)
    count = max(1, len(words))
    found = {name: sum(word in known for word in words) / count for name, known in CLASSES.items()}
    sentences = max(1, len(sentence_ends(text)))
    return found | {
        "words": float(len(words)),
        "words a sentence": len(words) / sentences,
        "long words": sum(len(word) >= LONG_LETTERS for word in words) / count,
        "different words": len(set(words)) / count,
        "questions": text.count("?") / sentences,
        "exclamations": text.count("!") / sentences,
        "quotes": sum(text.count(mark) for mark in '"“') / sentences,
    }


def style_matching(first: str, second: str) -> float:
    """How alike two texts are in their function words, 0–1 (Ireland & Pennebaker 2010).

    The mean over nine classes of 1 - |a - b| / (a + b), a class that neither uses counting as 1.
    """
    one, other = style_of(first), style_of(second)
    values = []
    for parts in MATCHED.values():
        a, b = (sum(style[part] for part in parts) for style in (one, other))
        values.append(1 - abs(a - b) / (a + b) if a + b else 1.0)
    return sum(values) / len(values)
