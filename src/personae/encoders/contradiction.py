"""Which of a persona's statements a reply contradicts or repeats, clause by clause.

A reply is split into clauses, questions are left out, and every clause is judged against every
statement: the reply is as contradictory as its worst clause. A maximum over many pairs raises false
alarms, so a reply counts as a contradiction only above a threshold that human gold replies rarely
pass (Dialogue NLI: Welleck et al. 2019; the calibration is ours).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from personae.encoders.types import Nli
from personae.errors import InvalidOption
from personae.text.sentences import split_sentences

CLAUSE_LIMIT = 64  # of one reply; the rest of a longer reply is not judged
LONG_CLAUSE_WORDS = 12  # a longer sentence is split at its conjunctions
GOLD_SHARES = (0.02, 0.05, 0.10)

_ASKING = (
    r"(?:do|does|did|are|is|was|were|have|has|can|could|would|will|should|what|where|when|who|why|"
    r"how|which|whats|any|you)"
)
_TAIL_QUESTION = re.compile(rf"(?:,|;|\band\b|\bbut\b|\bso\b|\s-+)\s*{_ASKING}\b.*\?\W*$", re.I)
_JOINT = re.compile(r"\s*(?:;|,?\s\bbut\b|,\s(?:and|so|because)\b|\band(?=\s(?:i|my)\b))\s*", re.I)
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|im|i've|my|mine|me|we|our)\b", re.I)
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The model's word on one clause against one statement."""

    clause: str
    statement: str
    entailment: float
    neutral: float
    contradiction: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A reply's worst and best clause. Both are None where nothing was there to judge."""

    reply: str
    worst: Judgement | None
    best: Judgement | None

    @property
    def contradiction(self) -> float:
        """The contradiction probability of the worst clause; 0 where nothing was judged."""
        return 0.0 if self.worst is None else self.worst.contradiction

    @property
    def entailment(self) -> float:
        """The entailment probability of the best clause; 0 where nothing was judged."""
        return 0.0 if self.best is None else self.best.entailment

    def contradicts(self, threshold: float) -> bool:
        """Whether the reply counts as a contradiction at that threshold."""
        return self.contradiction > threshold


def split_clauses(reply: str) -> list[str]:
    """What a reply states: its sentences, long ones at their conjunctions, without questions."""
    clauses: list[str] = []
    for sentence in split_sentences(reply):
        stated = _without_question(sentence)
        if len(stated.split()) > LONG_CLAUSE_WORDS:
            clauses += _joined(stated)
        else:
            clauses.append(stated)
        if len(clauses) >= CLAUSE_LIMIT:
            break
    kept = [clause.strip() for clause in clauses if _WORD.search(clause)]
    return list(dict.fromkeys(kept))[:CLAUSE_LIMIT]


def _without_question(sentence: str) -> str:
    """The part of a sentence that states something: nothing of a plain question."""
    if not sentence.rstrip("\"')”’").endswith("?"):
        return sentence
    found = _TAIL_QUESTION.search(sentence)
    head = sentence[: found.start()] if found else ""
    return head if _FIRST_PERSON.search(head) else ""


def _joined(sentence: str) -> list[str]:
    """The clauses of a long sentence; a piece without a verb's worth of words joins the one before.

    A piece needs three words to stand alone: "i like tea, but not much" stays whole.
    """
    pieces = [piece for piece in _JOINT.split(sentence) if piece]
    if any(len(piece.split()) < 3 for piece in pieces):
        return [sentence]
    return pieces


def judge_replies(nli: Nli, asked: Sequence[tuple[str, Sequence[str]]]) -> list[Judged]:
    """Judge replies, each against the statements of its persona, in one batch.

    Raises InvalidOption when a statement list is a single text.
    """
    pairs: list[tuple[str, str]] = []
    spans: list[tuple[int, int]] = []
    for reply, statements in asked:
        if isinstance(statements, str):
            raise InvalidOption("A reply is judged against a list of statements, not one text.")
        start = len(pairs)
        pairs += [(clause, stated) for clause in split_clauses(reply) for stated in statements]
        spans.append((start, len(pairs)))
    rows = nli.classify(pairs).tolist()
    judgements = [Judgement(*pair, *row) for pair, row in zip(pairs, rows, strict=True)]
    return [
        _extremes(reply, judgements[start:end])
        for (reply, _), (start, end) in zip(asked, spans, strict=True)
    ]


def _extremes(reply: str, judgements: Sequence[Judgement]) -> Judged:
    worst = max(judgements, key=lambda one: one.contradiction, default=None)
    best = max(judgements, key=lambda one: one.entailment, default=None)
    return Judged(reply, worst, best)


def contradiction_rate(judged: Sequence[Judged], threshold: float) -> float:
    """Share of the replies above the threshold; 0 of none."""
    return sum(one.contradicts(threshold) for one in judged) / max(1, len(judged))
