"""Questions about any transcript: what people told of themselves, with a word left out.

DialSim asks about facts that were taken from its scripts as a graph. Here a fact is a sentence that
tells something lasting of its speaker, found by the trained head that memory learns with. The word
that is left out is its rarest one; the wrong options are the words of other facts. What one person
told is asked about another one too: nobody told that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from personae.data import Dialogue
from personae.encoders.disclosure import Disclosure
from personae.evaluate.dialsim import stored_turn
from personae.formats.long_chats import QUESTIONS, ChatQuestion, question_label
from personae.memory.extraction import memories_in
from personae.text.content_words import is_stopword, stem
from personae.text.specificity import Specificity, shipped_specificity

SINGLE, NEVER = 4, 5
LEAST_LETTERS, LEAST_WORDS, MOST_WORDS = 4, 5, 20
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class _Fact:
    """Who told it, in which turn, and the sentence around the word that is left out."""

    speaker: str
    turn: str
    before: str
    word: str
    after: str

    @property
    def blank(self) -> str:
        return f"{self.before}____{self.after}"


def with_ids(script: Dialogue) -> Dialogue:
    """The script with an id for each turn that has none."""
    turns = tuple(
        turn if turn.id else turn.model_copy(update={"id": f"turn {at}"})
        for at, turn in enumerate(script.turns)
    )
    return script.model_copy(update={"turns": turns})


def with_questions(script: Dialogue, disclosure: Disclosure) -> Dialogue:
    """The script with questions about what its people told of themselves.

    A fact is left out whose blank another speaker filled with the same words around it.
    """
    facts = _facts(script, disclosure, shipped_specificity())
    said = [(one.speaker, one.blank.casefold()) for one in facts]
    once = [one for one in facts if sum(blank == one.blank.casefold() for _, blank in said) == 1]
    people = script.speakers
    asked = [question for fact in once for question in _asked(fact, once, people)]
    labels = {**script.labels, QUESTIONS: [question_label(one) for one in asked]}
    return script.model_copy(update={"labels": labels})


def _asked(fact: _Fact, facts: Sequence[_Fact], people: Sequence[str]) -> list[ChatQuestion]:
    others = {stem(one.word): one.word for one in facts if stem(one.word) != stem(fact.word)}
    wrong = tuple(others.values())
    asked = [ChatQuestion(_text(fact.speaker, fact), fact.word, (fact.turn,), SINGLE, wrong)]
    strangers = [name for name in people if name != fact.speaker]
    if strangers:
        # The right word of the other one comes first: the planner makes it an option.
        tempting = (fact.word, *wrong)
        asked.append(ChatQuestion(_text(strangers[0], fact), "", (), NEVER, tempting))
    return asked


def _text(name: str, fact: _Fact) -> str:
    return f"What belongs into the gap of what {name} said? “{fact.blank}”"


def _facts(
    script: Dialogue, disclosure: Disclosure, specificity: Specificity
) -> list[_Fact]:  # fmt: skip
    turns = [stored_turn(one) for one in script.turns if one.kind == "utterance"]
    told = memories_in(turns, disclosure, holder="")
    names = {name.casefold() for name in script.speakers}
    found = []
    for one in told:
        size = len(one.text.split())
        words = [
            found_at
            for found_at in _WORD.finditer(one.text)
            if len(found_at[0]) >= LEAST_LETTERS
            and not is_stopword(found_at[0])
            and found_at[0].casefold() not in names
        ]
        if words and LEAST_WORDS <= size <= MOST_WORDS:
            gap = max(words, key=lambda at: (_rarity(specificity, at[0]), -at.start()))
            text = one.text
            found.append(
                _Fact(
                    one.subject, one.provenance[0], text[: gap.start()], gap[0], text[gap.end() :]
                )
            )
    return found


def _rarity(specificity: Specificity, word: str) -> float:
    known = specificity.of_word(word.casefold())
    return 1.0 if known is None else known
