"""The score of an answer about a long conversation, as LoCoMo and REALTALK compute it.

`task_eval/evaluation.py` of snap-research/locomo: words in lower case without commas, punctuation
and articles ("and" counts as one), Porter stems, F1 of the two multisets; what else depends on the
question's category.
"""

from __future__ import annotations

import re
import string

from personae.metrics.word_f1 import multiset_f1
from personae.text.porter import porter_stem

MULTI_HOP, OPEN, UNANSWERABLE = 1, 3, 5
REFUSALS = ("no information available", "not mentioned")
_ARTICLES = re.compile(r"\b(a|an|the|and)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def answer_score(answer: str, gold: str, category: int) -> float:
    """0–1. Of several gold items (category 1) each counts by the answer's nearest item.

    An open question's gold answer ends before ";"; of what was never said, the score is whether the
    answer refuses in one of two phrases.
    """
    if category == UNANSWERABLE:
        return float(any(phrase in answer.lower() for phrase in REFUSALS))
    if category == MULTI_HOP:
        wanted, given = gold.split(","), answer.split(",")
        return sum(max(token_f1(one, item) for one in given) for item in wanted) / len(wanted)
    return token_f1(answer, gold.split(";")[0] if category == OPEN else gold)


def token_f1(answer: str, gold: str) -> float:
    """F1 of the stems of two texts, 0–1; no shared one is 0."""
    return multiset_f1(_stems(answer), _stems(gold))


def _stems(text: str) -> list[str]:
    plain = text.replace(",", "").lower().translate(_NO_PUNCTUATION)
    return [porter_stem(word) for word in _ARTICLES.sub(" ", plain).split()]
