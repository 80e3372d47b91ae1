"""What the files of LoCoMo and REALTALK share: dated sessions of turns with ids, and questions.

A chat is one dialogue: its turns have the file's ids ("D3:12"), the session's number and the
caption of a picture as labels. Its questions are the dialogue's label `questions`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from personae.data import Dialogue, JsonObject, Turn
from personae.errors import FormatError
from personae.text.parsing import Place, Record, kind_of

QUESTIONS, SESSION, CAPTION = "questions", "session", "caption"
# LoCoMo's numbers; REALTALK has the first three.
CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open", 4: "single-hop", 5: "unanswerable"}
UNANSWERABLE = 5

_SESSION = re.compile(r"session_(\d{1,4})")

# When a turn was said, from the turn and from its session's own date.
SaidAt = Callable[[Record, str], datetime | None]


@dataclass(frozen=True, slots=True)
class ChatQuestion:
    """A question about a chat, its gold answer, and the ids of the turns that hold it.

    `options` are wrong answers that the data name.
    """

    text: str
    answer: str
    evidence: tuple[str, ...]
    category: int
    options: tuple[str, ...] = ()


def questions_of(dialogue: Dialogue) -> tuple[ChatQuestion, ...]:
    """The questions of a chat, in the file's order; none of any other dialogue.

    Raises FormatError for questions that are not like those that these formats read.
    """
    labels = Record(dict(dialogue.labels), Place())
    return tuple(_question(one) for one in labels.records(QUESTIONS))


def said(turn: Turn) -> str:
    """What a turn says; a picture is its caption."""
    caption = turn.labels.get(CAPTION)
    return f"{turn.text} ({caption})" if caption else turn.text


def chat(
    sessions: Record, questions: Record, name: str, *, text: str, said_at: SaidAt
) -> Dialogue:  # fmt: skip
    """The dialogue of an object with `session_N` lists; `text` is the key of what a turn says.

    Raises FormatError, also where no session has a turn or two turns have one id.
    """
    turns = tuple(_turns(sessions, text, said_at))
    if not turns:
        raise sessions.place.fault("The chat has no session with turns.")
    ids = [turn.id for turn in turns]
    if len(set(ids)) < len(ids):
        doubled = next(one for at, one in enumerate(ids) if one in ids[:at])
        raise sessions.place.fault(f"Two turns have the id {doubled!r}.")
    asked = [_question(one) for one in questions.records("qa")]
    labels: JsonObject = {QUESTIONS: [question_label(one) for one in asked]}
    return Dialogue(id=name, turns=turns, language="en", labels=labels)


def dated(value: str, pattern: str, place: Place) -> datetime:
    """A date of the files, taken as UTC: they name no zone. Raises FormatError."""
    try:
        return datetime.strptime(value, pattern).replace(tzinfo=UTC)
    except ValueError as error:
        raise place.fault(f"{value[:60]!r} is not a date like those of the format.") from error


def _turns(sessions: Record, text: str, said_at: SaidAt) -> Iterator[Turn]:
    numbers = sorted(int(found[1]) for key in sessions.fields if (found := _SESSION.fullmatch(key)))
    for number in dict.fromkeys(numbers):
        key = f"session_{number}"
        date = sessions.text(f"{key}_date_time", "")
        for turn in sessions.records(key):
            caption = turn.text("blip_caption", "")
            yield Turn(
                speaker=turn.text("speaker"),
                text=turn.text(text, ""),
                id=turn.text("dia_id"),
                said_at=said_at(turn, date),
                labels={SESSION: number} | ({CAPTION: caption} if caption else {}),
            )


def _question(given: Record) -> ChatQuestion:
    category = given.fields.get("category")
    if type(category) is not int or category not in CATEGORIES:
        raise given.place.fault("A question's category must be a number from 1 to 5.")
    return ChatQuestion(
        text=given.text("question"),
        answer=_answer(given, category),
        evidence=given.texts("evidence"),
        category=category,
        options=given.texts("options") or _adversarial(given),
    )


def _adversarial(given: Record) -> tuple[str, ...]:
    """The wrong answer that LoCoMo gives for what was never said."""
    wrong = given.fields.get("adversarial_answer")
    return (str(wrong),) if isinstance(wrong, str | int | float) else ()


def _answer(given: Record, category: int) -> str:
    """The gold answer: some are bare numbers; what is not in the chat needs none."""
    value = given.fields.get("answer", "" if category == UNANSWERABLE else None)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise FormatError(
            f"The answer to a question is {kind_of(value)}; it must be a string or a number.",
            file=given.place.file,
            line=given.place.line,
        )
    return str(value)


def question_label(one: ChatQuestion) -> JsonObject:
    """A question as the label `questions` of a dialogue has it."""
    return {
        "question": one.text,
        "answer": one.answer,
        "evidence": list(one.evidence),
        "category": one.category,
    } | ({"options": list(one.options)} if one.options else {})
