"""Which of a persona's statements a reply contradicts or repeats, clause by clause.

A reply is split into clauses, questions are left out, and every clause is judged against every
statement: the reply is as contradictory as its worst clause. A clause that says what a statement
of the persona says is no contradiction, whatever the model makes of it beside the others. A maximum
over many pairs raises false alarms, so a reply counts as a contradiction only above a threshold
that human gold replies rarely pass (Dialogue NLI: Welleck et al. 2019; rule and calibration are
ours).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from personae.encoders.types import Nli
from personae.errors import InvalidOption
from personae.text.faults import words_of
from personae.text.sentences import split_sentences
from personae.text.written import as_written

CLAUSE_LIMIT = 64  # of one reply; the rest of a longer reply is not judged
LONG_CLAUSE_WORDS = 12  # a longer sentence is split at its conjunctions
GOLD_SHARES = (0.02, 0.05, 0.10)
# Entailment both ways from which a clause repeats a statement (docs/nli.md says how it was chosen).
REPEATS = 0.95
DOUBT = 0.1  # a clause below it is no contradiction at any threshold: nothing is to be excused

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
    """A reply's worst and best clause, and the clauses that repeat a statement.

    No clause that repeats is the worst. Worst and best are None where nothing was there to judge.
    """

    reply: str
    worst: Judgement | None
    best: Judgement | None
    repeats: tuple[Judgement, ...] = ()

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


def judge_replies(
    nli: Nli, asked: Sequence[tuple[str, Sequence[str]]], *, repeats: float | None = REPEATS
) -> list[Judged]:
    """Judge replies, each against the statements of its persona, in one batch.

    A clause repeats a statement when it has the same words, or those of one of the statement's own
    clauses, or when each entails the other with a probability of at least `repeats`; with None
    there is no such rule. Raises InvalidOption when a statement list is a single text.
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
    found = [judgements[start:end] for start, end in spans]
    repeated = [[] for _ in found] if repeats is None else _repeats(nli, found, repeats)
    return [
        _extremes(reply, mine, own)
        for (reply, _), mine, own in zip(asked, found, repeated, strict=True)
    ]


def _repeats(nli: Nli, found: Sequence[Sequence[Judgement]], least: float) -> list[list[Judgement]]:
    """Of each reply the judgements of a clause on the statement that it repeats.

    Only where some clause clashes with another statement: elsewhere nothing is to be excused.
    """
    doubtful = [_doubtful(judgements) for judgements in found]
    own = {one.statement: _own_words(one.statement) for some in doubtful for one in some}
    asked = [one for some in doubtful for one in some if one.entailment >= least]
    back = nli.classify([(one.statement, one.clause) for one in asked]).tolist() if asked else []
    mutual = {
        (one.clause, one.statement) for one, row in zip(asked, back, strict=True) if row[0] >= least
    }
    return [
        [
            one
            for one in some
            if (one.clause, one.statement) in mutual or _words(one.clause) in own[one.statement]
        ]
        for some in doubtful
    ]


def _doubtful(judgements: Sequence[Judgement]) -> list[Judgement]:
    """The judgements of the clauses that some statement may contradict."""
    clauses = {one.clause for one in judgements if one.contradiction > DOUBT}
    return [one for one in judgements if one.clause in clauses]


def _own_words(statement: str) -> set[tuple[str, ...]]:
    """The words of a statement, and of each of its clauses."""
    return {_words(text) for text in (statement, *split_clauses(statement))}


def _words(text: str) -> tuple[str, ...]:
    return tuple(words_of(as_written(text)))


def _extremes(reply: str, judgements: Sequence[Judgement], repeats: Sequence[Judgement]) -> Judged:
    excused = {one.clause for one in repeats}
    counted = [one for one in judgements if one.clause not in excused]
    worst = max(counted, key=lambda one: one.contradiction, default=None)
    best = max(judgements, key=lambda one: one.entailment, default=None)
    return Judged(reply, worst, best, tuple(repeats))


def contradiction_rate(judged: Sequence[Judged], threshold: float) -> float:
    """Share of the replies above the threshold; 0 of none."""
    return sum(one.contradicts(threshold) for one in judged) / max(1, len(judged))
