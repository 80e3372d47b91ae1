"""How much of a reply is copied: from what was said, and from what its speaker was told."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

from personae.text.faults import faults_of, words_of

FACTS_LIMIT = 64
RECITED_LIMIT = 3
_COPIED = 0.8  # share of a fact's word pairs from which on it stands in the reply
_FATAL = ("empty", "echoes", "repeats-itself", "loops")
_Pair: TypeAlias = tuple[str, ...]


def shared_pairs(text: str, sources: Sequence[str]) -> float:
    """The largest share of the text's word pairs that stand in one of the sources, 0–1.

    A text of a single word is that word.
    """
    own = _pairs(text)
    return max((len(own & _pairs(one)) / len(own) for one in sources), default=0.0) if own else 0.0


def recited(text: str, facts: Sequence[str]) -> int:
    """How many facts beyond one stand almost word for word in the text, at most 3."""
    own = _pairs(text)
    copied = sum(_stands_in(pairs, own) for pairs in map(_pairs, facts[:FACTS_LIMIT]))
    return min(RECITED_LIMIT, max(0, copied - 1))


def no_reply(text: str, *, heard: str, own: Sequence[str] = (), facts: Sequence[str] = ()) -> str:
    """Why a text is no reply at all, whatever a judge would say; empty where it may be one.

    `empty`, `echoes` what was heard, `repeats-itself` after its speaker's `own` turns, `loops`, or
    `recites` two or more of the facts and says little else.
    """
    for fault in faults_of(text, own=own, heard=heard):
        if fault in _FATAL:
            return fault
    pairs = _pairs(text)
    told = [fact for fact in map(_pairs, facts) if _stands_in(fact, pairs)]
    spoken = pairs & frozenset[_Pair]().union(*told)
    if len(told) > 1 and len(spoken) >= _COPIED * (len(pairs) - len(told) + 1):
        return "recites"
    return ""


def _stands_in(fact: frozenset[_Pair], text: frozenset[_Pair]) -> bool:
    """Whether most of a fact's word pairs are among those of a text."""
    return bool(fact) and len(text & fact) >= _COPIED * len(fact)


def _pairs(text: str) -> frozenset[_Pair]:
    words = words_of(text)
    return frozenset([(words[0],)]) if len(words) == 1 else frozenset(pairwise(words))
