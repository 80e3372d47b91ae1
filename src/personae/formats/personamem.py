"""PersonaMem's files: a table of questions, and the contexts that they are cut from (S040).

`questions*.csv` has a row a question; `shared_contexts*.jsonl` beside it an object a line, from a
context's id to its chat messages, of which a question sees the first `end_index_in_shared_context`.
Files of older releases name some columns otherwise. Ours have two columns more: the ids of the
turns that hold the evidence, and what is known of question and options (JSON); and of each message
its id, date and labels.
"""

from __future__ import annotations

import ast
import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

from personae.data import JsonObject, Turn
from personae.errors import FormatError
from personae.media.atomic_file import write_atomically
from personae.text.parsing import Place, Record, json_lines, parse_json, read_text

LETTERS = "abcd"
TRAPS = ("outdated", "cliche")  # places in `known` of options that are wrong, or -1
USER, ASSISTANT = "User", "Assistant"
QUESTIONS_FILE, CONTEXTS_FILE = "questions.csv", "shared_contexts.jsonl"
_FIELD_LIMIT_CHARACTERS = 1_000_000
_MOST_DIGITS = 12
COLUMNS = (
    "persona_id", "question_id", "question_type", "topic", "context_length_in_tokens",
    "context_length_in_letters", "distance_to_ref_in_blocks", "distance_to_ref_in_tokens",
    "num_irrelevant_tokens", "distance_to_ref_proportion_in_context", "user_question_or_message",
    "correct_answer", "all_options", "shared_context_id", "end_index_in_shared_context",
    "stereotypical", "evidence", "known",
)  # fmt: skip
# The names of older files, by today's; and the types of questions as the generator calls them.
_OLDER = {"user_question_or_message": "question", "context_length_in_tokens": "context_length"}
_OLDER_TYPES = {
    "recalling_facts_mentioned_by_the_user": "recall_user_shared_facts",
    "identifying_new_things_not_mentioned_by_the_user": "suggest_new_ideas",
    "recalling_the_latest_user_preferences": "acknowledge_latest_preferences",
    "tracking_the_full_sequence_of_preference_updates": "track_full_preference_evolution",
    "recalling_the_reasons_behind_previous_updates": "revisit_reasons_behind_preference_updates",
    "recommendation_aligned_with_users_latest_preferences":
        "provide_preference_aligned_recommendations",
    "generalizing_past_reasons_in_memory_to_new_scenarios": "generalize_to_new_scenarios",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A question of the table. `right` is the place of the right option; distances are as told.

    `known` is what our own files say of question and options, empty in the published ones.
    """

    id: str
    person: str
    type: str
    topic: str
    text: str
    options: tuple[str, ...]
    right: int
    context: str
    end: int
    distance_sessions: int = 0
    distance_tokens: int = 0
    tokens: int = 0
    letters: int = 0
    irrelevant_tokens: int = 0
    stereotypical: str = "N/A"
    evidence: tuple[str, ...] = ()
    known: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """All questions, and the turns of each context by its id."""

    rows: tuple[Row, ...]
    contexts: Mapping[str, tuple[Turn, ...]]


def read_personamem(place: Path) -> Questionnaire:
    """A folder with one table and one file of contexts, or a table with its contexts beside it.

    Raises FormatError: no or several files, missing columns, values out of range, a context that is
    not there.
    """
    table, contexts = _files(place)
    found = dict(_contexts(contexts))
    rows = tuple(_rows(table))
    if not rows:
        raise FormatError("The table has no question.", file=table)
    for row in rows:
        if row.end > len(found.get(row.context, ())):
            raise FormatError(
                f"The question {row.id!r} wants {row.end} messages of the context "
                f"{row.context[:12]!r}, which has {len(found.get(row.context, ()))}.", file=table,
            )  # fmt: skip
    return Questionnaire(rows, found)


def write_personamem(folder: Path, given: Questionnaire) -> tuple[Path, Path]:
    """Write both files, each whole or not at all; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(map(_cells, given.rows))
    lines = [
        json.dumps({name: [_message(turn) for turn in turns]}, ensure_ascii=False) + "\n"
        for name, turns in given.contexts.items()
    ]
    table, contexts = folder / QUESTIONS_FILE, folder / CONTEXTS_FILE
    write_atomically(contexts, "".join(lines).encode())
    write_atomically(table, out.getvalue().encode())
    return table, contexts


def _files(place: Path) -> tuple[Path, Path]:
    """The table and its contexts: `questions_32k.csv` goes with `shared_contexts_32k.jsonl`."""
    if place.is_dir():
        tables = sorted(place.glob("questions*.csv"))
        if len(tables) != 1:
            named = ", ".join(one.name for one in tables) or "none"
            raise FormatError(f"One table questions*.csv must be here, not {named}.", file=place)
        table = tables[0]
    else:
        table = place
    contexts = table.with_name(
        table.name.replace("questions", "shared_contexts", 1).removesuffix(".csv") + ".jsonl"
    )
    for file in (table, contexts):
        if not file.is_file():
            raise FormatError(
                "There is no such file; a table and its contexts are read.", file=file
            )
    return table, contexts


def _rows(table: Path) -> Iterator[Row]:
    reader = csv.DictReader(StringIO(read_text(table), newline=""), strict=True)
    # The limit is one of the whole process: other readers keep theirs.
    usual = csv.field_size_limit(_FIELD_LIMIT_CHARACTERS)
    try:
        found = [(cells, Place(table, reader.line_num)) for cells in reader]
    except csv.Error as error:
        raise FormatError(f"The table is not CSV: {error}.", file=table) from error
    finally:
        csv.field_size_limit(usual)
    for cells, place in found:
        known = {key: value for key, value in cells.items() if key and value is not None}
        yield _row(known, place)


def _row(cells: Mapping[str, str], place: Place) -> Row:
    def told(name: str, default: str | None = None) -> str:
        value = cells.get(name, cells.get(_OLDER.get(name, ""), default))
        if value is None:
            raise place.fault(f"The column {name!r} is missing.")
        return value

    def counted(name: str) -> int:
        value = told(name, "0") or "0"
        if not value.isdecimal() or len(value) > _MOST_DIGITS:
            raise place.fault(f"The column {name!r} must be a number, not {value[:40]!r}.")
        return int(value)

    options = _options(told("all_options"), place)
    type_ = told("question_type")
    return Row(
        id=told("question_id"), person=told("persona_id", ""),
        type=_OLDER_TYPES.get(type_, type_), topic=told("topic", ""),
        text=told("user_question_or_message"), options=options,
        right=_right(told("correct_answer"), options, place), context=told("shared_context_id"),
        end=counted("end_index_in_shared_context"),
        distance_sessions=counted("distance_to_ref_in_blocks"),
        distance_tokens=counted("distance_to_ref_in_tokens"),
        tokens=counted("context_length_in_tokens"), letters=counted("context_length_in_letters"),
        irrelevant_tokens=counted("num_irrelevant_tokens"),
        stereotypical=told("stereotypical", "N/A"),
        evidence=_evidence(told("evidence", ""), place), known=_known(told("known", ""), place),
    )  # fmt: skip


def _options(text: str, place: Place) -> tuple[str, ...]:
    """`['(a) One.', "(b) Two."]`, a list as Python writes it, without the letters."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise place.fault("The options are no list of texts.") from error
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise place.fault("The options are no list of texts.")
    if len(value) != len(LETTERS):
        raise place.fault(f"A question has {len(LETTERS)} options, not {len(value)}.")
    for letter, one in zip(LETTERS, value, strict=True):
        if not one.startswith(f"({letter})") or not one[3:].strip():
            raise place.fault(f"The option {one[:40]!r} must begin with ({letter}) and say more.")
    return tuple(one[3:].strip() for one in value)


def _right(text: str, options: Sequence[str], place: Place) -> int:
    letter = text.strip().strip("()").lower()
    if len(letter) != 1 or letter not in LETTERS:
        raise place.fault(f"The right answer must be (a) to (d), not {text[:40]!r}.")
    return LETTERS.index(letter)


def _evidence(text: str, place: Place) -> tuple[str, ...]:
    value = parse_json(text, place) if text else []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise place.fault("The evidence is no list of ids of turns.")
    return tuple(value)


def _known(text: str, place: Place) -> JsonObject:
    value = parse_json(text, place) if text else {}
    known = Record.of(value, place, "column 'known'").fields
    for trap in TRAPS:
        at = known.get(trap, -1)
        if type(at) is not int or not -1 <= at < len(LETTERS):
            raise place.fault(f"The column 'known' has no place of an option as {trap!r}.")
    return known


def _contexts(file: Path) -> Iterator[tuple[str, tuple[Turn, ...]]]:
    for place, value in json_lines(file):
        for name in Record.of(value, place, "context").fields:
            messages = Record.of(value, place).records(name, required=True)
            yield name, tuple(_turn(one, at) for at, one in enumerate(messages))


def _turn(message: Record, at: int) -> Turn:
    """A message as a turn; the published ones say who speaks twice."""
    role = message.text("role")
    text = message.text("content").removeprefix("User: ").removeprefix("Assistant: ")
    when = message.text("said_at", "")
    try:
        said_at = datetime.fromisoformat(when) if when else None
    except ValueError as error:
        raise message.place.fault(f"{when[:40]!r} is not a date.") from error
    names = {"user": USER, "assistant": ASSISTANT}
    return Turn(
        speaker=message.text("name", names.get(role, "")),
        text=text,
        kind="narration" if role == "system" else "utterance",
        id=message.text("id", f"m{at}"),
        said_at=said_at,
        labels=message.record("labels").fields,
    )


def _message(turn: Turn) -> JsonObject:
    role = "assistant" if turn.speaker == ASSISTANT else "user"
    told: JsonObject = {"role": role if turn.kind == "utterance" else "system"}
    return told | {
        "content": turn.text, "name": turn.speaker, "id": turn.id,
        "said_at": turn.said_at.isoformat() if turn.said_at else "", "labels": dict(turn.labels),
    }  # fmt: skip


def _cells(row: Row) -> dict[str, Any]:
    listed = [f"({letter}) {one}" for letter, one in zip(LETTERS, row.options, strict=True)]
    share = row.distance_tokens / row.tokens if row.tokens else 0.0
    values: Iterable[Any] = (
        row.person, row.id, row.type, row.topic, row.tokens, row.letters, row.distance_sessions,
        row.distance_tokens, row.irrelevant_tokens, f"{share:.2%}", row.text,
        f"({LETTERS[row.right]})", repr(listed), row.context, row.end, row.stereotypical,
        json.dumps(list(row.evidence)), json.dumps(row.known, ensure_ascii=False),
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))
