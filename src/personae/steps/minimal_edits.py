"""Change a reply as little as possible so that it says what a statement says (S103).

Grounded minimal editing masks what of a reply has to do with the persona and rebuilds it. Here
the mask comes from the inference model: a word counts when the relation of reply and statement goes
away with it. What may stand in the mask is proposed without a model (`edit_proposals`), judged by
the inference model, and read by the language model; the best trade of grounding, distance and
fluency is taken. `edit_reply` and `edit_clause` are pure: models are passed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from personae.encoders.contradiction import split_clauses
from personae.encoders.types import Nli
from personae.errors import InvalidOption
from personae.lm.types import LanguageModel, Request
from personae.steps.edit_proposals import Proposal, proposals
from personae.text.content_words import content_stems, is_stopword, stem
from personae.text.editing import (
    Span,
    clause_spans,
    edit_distance,
    kept_tokens,
    tokens,
    word_diff,
    word_spans,
)

Label = Literal["entailment", "neutral", "contradiction"]
_LABELS: tuple[Label, ...] = ("entailment", "neutral", "contradiction")

RELATED = 0.3  # a clause has to do with the statement when it is entailed or contradicted so likely
SHORTLIST = 6  # proposals that the language model reads
MARGIN = 0.4  # of worth: who is further behind the best is not made up for by fluency, so not read
REPLY_WORDS = 200  # a longer reply is left alone: every proposal is read whole
_AFTER_WORDS = 4  # read behind a change: a bad fit shows in what follows
_FLOOR = 1e-3


@dataclass(frozen=True, slots=True)
class Weights:
    """What a proposal gains or loses; grounding counts 1. Fitted on the validation part.

    `distance`: for as many edited tokens as the reply has. `loss`: for all of the reply's tokens
    gone, so that adding costs less than replacing. `fluency`: for one nat a token.
    """

    distance: float = 0.3
    loss: float = 0.6
    fluency: float = 0.1


@dataclass(frozen=True, slots=True)
class Grounding:
    """How a whole reply stands to a statement, and the contradiction of its worst clause."""

    entailment: float
    neutral: float
    contradiction: float
    worst_clause: float

    @property
    def label(self) -> Label:
        """The likeliest of the three for the whole reply."""
        values = (self.entailment, self.neutral, self.contradiction)
        return _LABELS[values.index(max(values))]

    @property
    def worth(self) -> float:
        """From -1 (contradicts the statement) to 1 (says it, and no clause denies it)."""
        return self.entailment - max(self.contradiction, self.worst_clause)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A proposal with what spoke for and against it.

    `distance` is the edited tokens by the reply's, `loss` the share of the reply's tokens that are
    gone, `fluency` the mean log-probability of the changed stretch, None where no language model
    read it.
    """

    text: str
    made_by: str
    grounding: Grounding
    distance: float
    loss: float
    fluency: float | None
    worth: float


@dataclass(frozen=True, slots=True)
class Edit:
    """A reply before and after. `made_by` is `copy` where nothing was changed."""

    before: str
    after: str
    statement: str
    made_by: str
    grounding_before: Grounding
    grounding_after: Grounding
    masked: tuple[str, ...] = ()
    ranked: tuple[Ranked, ...] = ()

    @property
    def diff(self) -> str:
        """Both texts in one: `[-old-]{+new+}`."""
        return word_diff(self.before, self.after)

    @property
    def distance(self) -> int:
        """Edited tokens (insertions, deletions, substitutions)."""
        return edit_distance(tokens(self.before), tokens(self.after))


def edit_reply(
    reply: str,
    statement: str,
    *,
    nli: Nli,
    lm: LanguageModel | None = None,
    heard: str = "",
    others: Sequence[str] = (),
    within: Span | None = None,
    weights: Weights = Weights(),
) -> Edit:
    """The reply, changed as little as it takes to say the statement.

    A reply that entails the statement already is returned unchanged, as is one of more than 200
    words, and one that no proposal grounds better. `lm` judges how the proposals read after `heard`
    (a model that offers `score`; without one fluency does not count). `others` are statements that
    it should not deny, nor stop saying. `within` keeps the change inside one stretch of the reply.
    Raises InvalidOption for an empty statement.
    """
    if not word_spans(statement):
        raise InvalidOption("A reply is edited towards a statement, and this one is empty.")
    [standing] = groundings(nli, [reply], statement)
    kept = Edit(reply, reply, statement, "copy", standing, standing)
    words = word_spans(reply)
    if not words or len(words) > REPLY_WORDS or _says(standing, within):
        return kept
    masked = masked_words(nli, reply, statement)
    made = proposals(reply, statement, masked, within)
    kept = replace(kept, masked=tuple(span.of(reply) for span in masked))
    if not made:
        return kept
    ranked = _ranked(kept, made, nli, lm, heard, others, weights)
    kept, best = replace(kept, ranked=tuple(ranked)), ranked[0]
    if best.grounding.worth <= standing.worth:
        return kept
    return replace(kept, after=best.text, made_by=best.made_by, grounding_after=best.grounding)


def edit_clause(
    reply: str,
    clause: str,
    statement: str,
    *,
    nli: Nli,
    lm: LanguageModel | None = None,
    heard: str = "",
    others: Sequence[str] = (),
    weights: Weights = Weights(),
) -> Edit:
    """`edit_reply` inside one clause of the reply: what repairs a single failing clause.

    Raises InvalidOption when the clause is no part of the reply.
    """
    start = reply.find(clause)
    if start < 0 or not clause.strip():
        raise InvalidOption(f"The clause {clause[:60]!r} is no part of the reply.")
    within = Span(start, start + len(clause))
    return edit_reply(
        reply, statement, nli=nli, lm=lm, heard=heard, others=others, within=within,
        weights=weights,
    )  # fmt: skip


def groundings(nli: Nli, texts: Sequence[str], statement: str) -> list[Grounding]:
    """How each text stands to the statement, whole and clause by clause, in one batch."""
    clauses = [split_clauses(text) for text in texts]
    asked = [*texts, *dict.fromkeys(clause for some in clauses for clause in some)]
    rows = nli.classify([(said, statement) for said in asked]).tolist()
    contradiction = {said: row[2] for said, row in zip(asked, rows, strict=True)}
    return [
        Grounding(row[0], row[1], row[2], max(map(contradiction.__getitem__, some), default=0.0))
        for row, some in zip(rows, clauses, strict=False)
    ]


def masked_words(nli: Nli, reply: str, statement: str) -> list[Span]:
    """The words of a reply that make it speak of what the statement speaks of.

    No stopwords; those that the statement has in some form too, and those of clauses that, alone,
    are not neutral to the statement.
    """
    clauses = clause_spans(reply)
    rows = nli.classify([(clause.of(reply), statement) for clause in clauses])
    related = [
        clause for clause, row in zip(clauses, rows, strict=True) if 1 - float(row[1]) >= RELATED
    ]
    shared = set(content_stems(statement))
    return [
        word
        for word in word_spans(reply)
        if not is_stopword(word.of(reply))
        and (
            stem(word.of(reply)) in shared
            or any(clause.start <= word.start and word.end <= clause.end for clause in related)
        )
    ]


def _says(standing: Grounding, within: Span | None) -> bool:
    """Whether nothing is to be done; a clause that was named is edited whatever else is said."""
    return standing.label == "entailment" and within is None


def _ranked(
    kept: Edit,
    made: Sequence[Proposal],
    nli: Nli,
    lm: LanguageModel | None,
    heard: str,
    others: Sequence[str],
    weights: Weights,
) -> list[Ranked]:
    """The proposals from best to worst; the language model reads the best, six at most."""
    texts = [proposal.text for proposal in made]
    first = [
        _weighed(kept.before, proposal, grounding, weights)
        for proposal, grounding in zip(made, groundings(nli, texts, kept.statement), strict=True)
    ]
    short = sorted(first, key=lambda one: -one.worth)[:SHORTLIST]
    harms = _harms(nli, kept.before, [one.text for one in short], others)
    short = [replace(one, worth=one.worth - harm) for one, harm in zip(short, harms, strict=True)]
    short.sort(key=lambda one: -one.worth)
    rivals = [one for one in short if short[0].worth - one.worth <= MARGIN]
    if lm is None or "score" not in lm.capabilities or not weights.fluency or len(rivals) < 2:
        return short
    read = [
        replace(one, fluency=fluency, worth=one.worth + weights.fluency * fluency)
        for one in rivals
        for fluency in [fluency_of(lm, kept.before, one.text, kept.statement, heard)]
    ]
    return sorted(read, key=lambda one: -one.worth) + short[len(rivals) :]


def _weighed(reply: str, proposal: Proposal, grounding: Grounding, weights: Weights) -> Ranked:
    """A proposal before anybody has read it."""
    old, new = tokens(reply), tokens(proposal.text)
    distance = edit_distance(old, new) / len(old)
    loss = 1 - kept_tokens(old, new) / len(old)
    worth = grounding.worth - weights.distance * distance - weights.loss * loss
    return Ranked(proposal.text, proposal.made_by, grounding, distance, loss, None, worth)


def _harms(nli: Nli, reply: str, texts: Sequence[str], others: Sequence[str]) -> list[float]:
    """What each text loses with the other statements: what it denies, or no longer says."""
    found = [0.0] * len(texts)
    for other in others:
        before, *after = groundings(nli, [reply, *texts], other)
        for number, one in enumerate(after):
            denied = max(one.contradiction, one.worst_clause)
            dropped = before.entailment - one.entailment if before.label == "entailment" else 0.0
            found[number] = max(found[number], denied, dropped)
    return found


def fluency_of(lm: LanguageModel, reply: str, text: str, statement: str, heard: str) -> float:
    """The mean log-probability a token of what was changed and of four words behind it.

    The model has read the statement and what was heard before, so that it is the fit that counts.
    """
    start, end = _changed(reply, text)
    before = text[:start].rstrip()
    prompt = "\n".join(filter(None, (statement, heard))) + "\n" + before
    stretch = text[len(before) : end]
    [likelihood] = lm.score(Request(prompt=prompt), [stretch if before else stretch.lstrip()])
    return likelihood.total / max(1, likelihood.tokens)


def _changed(reply: str, text: str) -> tuple[int, int]:
    """Where the changed words of `text` begin, and where the four words behind them end."""
    old, new = word_spans(reply), word_spans(text)
    same = [a.of(reply) == b.of(text) for a, b in zip(old, new, strict=False)]
    first = same.index(False) if False in same else len(same)
    tail = [a.of(reply) == b.of(text) for a, b in zip(old[::-1], new[::-1], strict=False)]
    kept = tail.index(False) if False in tail else len(tail)
    last = max(first, len(new) - min(kept, len(new) - first)) + _AFTER_WORDS
    if first >= len(new):
        return len(text), len(text)
    return new[first].start, new[last - 1].end if last <= len(new) else len(text)
