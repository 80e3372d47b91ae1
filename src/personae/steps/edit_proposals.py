"""Small changes that would ground a reply on a statement, proposed without a model.

A reply and the statement are both made of words already: the proposals put the statement, or a
phrase of it, where the reply speaks of the same thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from personae.text.content_words import is_stopword, stem
from personae.text.editing import Span, clause_spans, spliced, without_end, word_spans
from personae.text.sentences import sentence_ends

RUN_CLAUSES = 3  # clauses in a row that one statement may stand for
SLOT_WORDS = 4  # of a phrase that is put into a slot
_SPACED_END = re.compile(r"\s[.!?]")  # written in tokens, as PersonaChat is
_BEING_TEXT = "am is are was were be been being i'm im as become became"
_BEING = frozenset(_BEING_TEXT.split())
_PASSED_TEXT = "a an the my our your his her their this that these those some any"
_PASSED = frozenset(_PASSED_TEXT.split())
_NUMBER_TEXT = """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
    thousand million
"""
_NUMBERS = frozenset(_NUMBER_TEXT.split())
_SUBJECTS = frozenset(("i", "im", "i'm", "i've", "we", "we're", "we've"))
_PLACE_TEXT = "at in on for with from near by while when since after before"
_PLACES_AND_TIMES = frozenset(_PLACE_TEXT.split())


@dataclass(frozen=True, slots=True)
class Proposal:
    """A changed reply and how it was made."""

    text: str
    made_by: str


def proposals(
    reply: str, statement: str, masked: Sequence[Span], within: Span | None = None
) -> list[Proposal]:
    """Every proposal once, in the order: slots, clauses, tails, heads, insertions.

    `masked` are the words of the reply that say what the statement is about. `within` keeps the
    changes inside one stretch.
    """
    clauses = [
        clause
        for clause in clause_spans(reply)
        if (within is None or _lies_in(clause, within)) and not _asks(reply, clause)
    ]
    spans = [span for span in masked if within is None or _lies_in(span, within)]
    made = [
        *_slots(reply, statement, spans),
        *_clauses(reply, statement, clauses),
        *_tails_and_heads(reply, statement, clauses),
        *_insertions(reply, statement, within),
    ]
    found: dict[str, Proposal] = {}
    for proposal in made:
        if proposal.text != reply:
            found.setdefault(proposal.text, proposal)
    return list(found.values())


def slots_of(text: str, masked: Sequence[Span]) -> list[Span]:
    """Where a phrase of a statement may stand: runs of masked words, and numbers alone."""
    runs = [Span(run[0].start, run[-1].end) for run in _runs(text, masked)]
    numbers = [word for word in masked if _is_number(word.of(text))]
    return list(dict.fromkeys([*runs, *numbers]))


def phrases_of(statement: str) -> list[Span]:
    """The stretches of a statement that may fill a slot: content words with what joins them.

    They begin where a run of content words begins and end where one ends, and have at most four
    words. Numbers are phrases of their own.
    """
    words = word_spans(statement)
    runs = _runs(statement, [word for word in words if not is_stopword(word.of(statement))])
    found = [
        Span(first[0].start, last[-1].end)
        for at, first in enumerate(runs)
        for last in runs[at:]
        if words.index(last[-1]) - words.index(first[0]) < SLOT_WORDS
    ]
    numbers = [word for word in words if _is_number(word.of(statement))]
    return list(dict.fromkeys([*found, *numbers]))


def fits(reply: str, slot: Span, statement: str, phrase: Span) -> bool:
    """Whether a phrase may stand in a slot: both are led by the same word, or name the same thing.

    Articles and the like are passed over; forms of "be" and "as" count as one word. A number fits a
    number only.
    """
    numbers = [_is_number(slot.of(reply)), _is_number(phrase.of(statement))]
    if any(numbers):
        return all(numbers)
    led_by = _governor(reply, slot)
    if led_by and led_by == _governor(statement, phrase):
        return True
    heads = [text.split()[-1] for text in (slot.of(reply), phrase.of(statement))]
    return stem(heads[0]) == stem(heads[1]) and _is_noun_phrase(statement, phrase)


def _governor(text: str, span: Span) -> str:
    """The word that leads a stretch in its clause, past articles, possessives and numbers."""
    end = span.start
    for before in reversed(word_spans(text[: span.start])):
        if text[before.end : end].strip():
            return ""
        word, end = before.of(text).lower(), before.start
        if word not in _PASSED and not _is_number(word):
            return "be" if word in _BEING else stem(word)
    return ""


def _is_noun_phrase(text: str, span: Span) -> bool:
    """Whether an article, a possessive, a number or a form of "be" stands before a stretch."""
    before = [word.of(text).lower() for word in word_spans(text[: span.start])][-1:]
    return any(word in _PASSED | _BEING or _is_number(word) for word in before)


def _runs(text: str, words: Sequence[Span]) -> list[list[Span]]:
    """Words that stand together, with nothing but blanks between them."""
    runs: list[list[Span]] = []
    for word in sorted(words, key=lambda span: span.start):
        if runs and not text[runs[-1][-1].end : word.start].strip():
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _is_number(word: str) -> bool:
    return word.isdecimal() or word.lower() in _NUMBERS


def _slots(reply: str, statement: str, masked: Sequence[Span]) -> Iterator[Proposal]:
    phrases = phrases_of(statement)
    for slot in slots_of(reply, masked):
        for phrase in phrases:
            if fits(reply, slot, statement, phrase):
                yield Proposal(spliced(reply, slot, phrase.of(statement)), "slot")


def _clauses(reply: str, statement: str, clauses: Sequence[Span]) -> Iterator[Proposal]:
    said = without_end(statement)
    for first in range(len(clauses)):
        for last in range(first, min(first + RUN_CLAUSES, len(clauses))):
            run = Span(clauses[first].start, clauses[last].end)
            yield Proposal(spliced(reply, run, said), "clause")


def _tails_and_heads(reply: str, statement: str, clauses: Sequence[Span]) -> Iterator[Proposal]:
    """The statement from a later "i" of a clause on, or up to a phrase of place or time."""
    said = without_end(statement)
    for clause in clauses:
        words = [word for word in word_spans(reply) if _lies_in(word, clause)]
        for word in words[1:]:
            text = word.of(reply).lower().replace("’", "'")
            if text in _SUBJECTS:
                yield Proposal(spliced(reply, Span(word.start, clause.end), said), "tail")
            if text in _PLACES_AND_TIMES:
                kept_from = len(reply[: word.start].rstrip())
                yield Proposal(spliced(reply, Span(clause.start, kept_from), said), "head")


def _insertions(reply: str, statement: str, within: Span | None) -> Iterator[Proposal]:
    """The statement as a sentence of its own: best behind the last that asks nothing."""
    said = without_end(statement)
    said = said[:1].upper() + said[1:] if reply[:1].isupper() else said
    stop = " ." if _SPACED_END.search(reply) else "."
    ends = sentence_ends(reply)
    if len(reply.rstrip()) not in ends:
        ends.append(len(reply))
    asked_last = sorted(ends, key=lambda end: (reply[:end].rstrip().endswith("?"), -end))
    for end in [*asked_last, 0]:
        if within is not None and not within.start <= end <= within.end:
            continue
        before, after = reply[:end].rstrip(), reply[end:].lstrip()
        if before and end == ends[-1] and sentence_ends(before)[-1:] != [len(before)]:
            before, sentence = before + stop, said  # the reply does without a last mark
        else:
            sentence = said + stop
        yield Proposal(" ".join(filter(None, (before, sentence, after))), "insertion")


def _asks(reply: str, clause: Span) -> bool:
    """Whether a clause is followed by a question mark: a statement cannot stand there."""
    return reply[clause.end :].lstrip()[:1] == "?"


def _lies_in(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
