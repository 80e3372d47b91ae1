"""Taskmaster-1 JSON: task dialogues of USER and ASSISTANT with annotated text spans.

Segments stay in `Turn.labels["segments"]`, verbatim, so that reading and writing gives the same
JSON. `validate` reports what is odd; `final_calls` folds the annotations to the API calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from personae.data import Dialogue, Turn
from personae.errors import FormatError
from personae.formats.sides import answering_side, kept_fields
from personae.registry import EntryInfo
from personae.text.parsing import Record, dump_json, head_keys, json_values, read_head

ENTRY = EntryInfo(
    systems=("S100",),
    paper="Taskmaster-1 (Byrne et al., 2019)",
    reads="dialogue",
    extensions=(".json",),
)

# Arguments of each API by annotation prefix: (required, optional); TM-1-2019/ontology.json, CC BY.
ONTOLOGY: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "uber_lyft": (
        ("location.from", "location.to", "type.ride", "num.people"),
        ("price.estimate", "duration.estimate", "time.pickup", "time.dropoff"),
    ),
    "movie_ticket": (
        ("name.movie", "name.theater", "num.tickets", "time.start", "location.theater",
         "price.ticket"),
        ("type.screening", "time.end", "time.duration"),
    ),
    "restaurant_reservation": (
        ("name.restaurant", "name.reservation", "num.guests", "time.reservation"),
        ("type.seating", "location.restaurant"),
    ),
    "coffee_ordering": (
        ("location.store", "name.drink", "size.drink"),
        ("num.drink", "type.milk", "preference"),
    ),
    "pizza_ordering": (
        ("name.store", "name.pizza", "size.pizza"),
        ("type.topping", "type.crust", "preference", "location.store"),
    ),
    "auto_repair": (
        ("name.store", "name.customer", "date.appt", "time.appt"),
        ("reason.appt", "name.vehicle", "year.vehicle", "location.store"),
    ),
}  # fmt: skip

State = Literal["mentioned", "accept", "reject"]
_ID_KEYS = ("conversation_id", "conversationId")
_INSTRUCTION_KEYS = ("instruction_id", "instructionId")


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotation name taken apart: `vertical.argument[.accept|.reject]`, and its span."""

    vertical: str
    argument: str  # empty: the annotation is about the transaction as a whole
    state: State
    value: str


@dataclass(frozen=True, slots=True)
class ApiCall:
    """What a dialogue comes to for one vertical.

    `arguments` were accepted at the end; `open_arguments` mentioned, neither accepted nor
    rejected. `outcome` is what was said of the transaction as a whole.
    """

    vertical: str
    arguments: dict[str, tuple[str, ...]] = field(default_factory=dict)
    open_arguments: dict[str, tuple[str, ...]] = field(default_factory=dict)
    outcome: State | Literal[""] = ""


def detects(head: bytes, path: Path) -> bool:
    """Whether the first conversation has an id and utterances."""
    keys = head_keys(head)
    return "utterances" in keys and any(key in keys for key in _ID_KEYS)


def read(source: Path) -> Iterator[Dialogue]:
    """The conversations of a JSON array, or the one that the file is."""
    head = read_head(source).removeprefix(b"\xef\xbb\xbf").lstrip()
    layout = {} if head.startswith(b"[") else {"layout": "object"}
    for place, value in json_values(source):
        yield _dialogue(Record.of(value, place, "conversation"), layout)


def write(dialogues: Iterable[Dialogue], target: Path) -> None:
    """A JSON array, or one object for one dialogue read from such; only utterances are kept."""
    conversations: list[Any] = []
    layout = "array"
    for dialogue in dialogues:
        conversations.append(_conversation(dialogue))
        layout = str(dialogue.labels.get("layout", "array"))
    is_object = len(conversations) == 1 and layout == "object"
    text = dump_json(conversations[0] if is_object else conversations, indent=2)
    target.write_text(text + "\n", encoding="utf-8", newline="\n")


def annotations_of(turn: Turn) -> Iterator[Annotation]:
    """The annotations of a turn in the order of the file; both annotators', so often twice."""
    for segment in Record(turn.labels).records("segments"):
        for annotation in segment.records("annotations"):
            vertical, _, argument = annotation.text("name").partition(".")
            state: State = "mentioned"
            for ending in ("accept", "reject"):
                if argument == ending or argument.endswith(f".{ending}"):
                    state = "accept" if ending == "accept" else "reject"
                    argument = argument.removesuffix(ending).removesuffix(".")
            yield Annotation(vertical, argument, state, segment.text("text").strip(" ,.!?;:"))


def final_calls(dialogue: Dialogue) -> dict[str, ApiCall]:
    """The API calls by vertical: annotations folded from the first turn to the last.

    A value is in the call when its last accept or reject is an accept. A reject also takes away
    accepted or open values that contain it or are contained in it ("7 pm" and "7 pm.").
    """
    states: dict[str, dict[str, dict[str, State]]] = {}
    outcomes: dict[str, State] = {}
    for turn in dialogue.turns:
        for annotation in annotations_of(turn):
            arguments = states.setdefault(annotation.vertical, {})
            if not annotation.argument:
                outcomes[annotation.vertical] = annotation.state
                continue
            _fold(arguments.setdefault(annotation.argument, {}), annotation)
    return {
        vertical: ApiCall(
            vertical,
            _with_state(arguments, "accept"),
            _with_state(arguments, "mentioned"),
            outcomes.get(vertical, ""),
        )
        for vertical, arguments in states.items()
    }


def validate(dialogue: Dialogue) -> list[str]:
    """Warnings about a dialogue: offsets, annotation names, and required arguments never named."""
    warnings = [
        f"{dialogue.id}, utterance {position}: {fault}"
        for position, turn in enumerate(dialogue.turns)
        for segment in Record(turn.labels).records("segments")
        for fault in (*_offset_faults(turn.text, segment), *_name_faults(segment))
    ]
    said: dict[str, set[str]] = {}
    for turn in dialogue.turns:
        for annotation in annotations_of(turn):
            said.setdefault(annotation.vertical, set()).add(annotation.argument)
    for vertical, arguments in said.items():
        missing = [name for name in ONTOLOGY.get(vertical, ((), ()))[0] if name not in arguments]
        if missing:
            warnings.append(f"{dialogue.id}: {vertical} never names {', '.join(missing)}")
    indices = [turn.labels["index"] for turn in dialogue.turns if "index" in turn.labels]
    if any(after != before + 1 for before, after in pairwise(indices)):
        warnings.append(f"{dialogue.id}: the utterance indices do not count up by one")
    return warnings


def _dialogue(record: Record, layout: dict[str, str]) -> Dialogue:
    id_key = _key(record, _ID_KEYS)
    instruction_key = _key(record, _INSTRUCTION_KEYS)
    turns = [_turn(each) for each in record.records("utterances", required=True)]
    labels: dict[str, Any] = {"test_speaker": "ASSISTANT", **layout}
    if instruction_key in record.fields:
        labels["instruction_id"] = record.text(instruction_key)
    if fields := record.rest(id_key, instruction_key, "utterances"):
        labels["fields"] = fields
    return Dialogue(id=record.text(id_key), turns=tuple(turns), language="en", labels=labels)


def _key(record: Record, names: tuple[str, str]) -> str:
    """The file's own spelling of a key: the README says camelCase, the data snake_case."""
    return names[1] if names[1] in record.fields else names[0]


def _turn(record: Record) -> Turn:
    labels: dict[str, Any] = {}
    if "index" in record.fields:
        index = record.fields["index"]
        if not isinstance(index, int) or isinstance(index, bool):
            raise record.place.fault(f"The utterance index {index!r} is not a whole number.")
        labels["index"] = index
    if "segments" in record.fields:
        for segment in record.records("segments"):
            _check_segment(segment)
        labels["segments"] = record.items("segments")
    if fields := record.rest("index", "segments", "speaker", "text"):
        labels["fields"] = fields
    return Turn(speaker=record.text("speaker"), text=record.text("text"), labels=labels)


def _check_segment(segment: Record) -> None:
    segment.text("text")
    for annotation in segment.records("annotations", required=True):
        annotation.text("name")
    for key in ("start_index", "end_index", "startIndex", "endIndex"):
        if not isinstance(segment.fields.get(key, 0), int):
            raise segment.place.fault(f"The segment's {key} is not a whole number.")


def _conversation(dialogue: Dialogue) -> dict[str, Any]:
    answering = answering_side(dialogue)
    said = [turn for turn in dialogue.turns if turn.kind == "utterance"]
    own = {"instruction_id": dialogue.labels["instruction_id"]} if (
        "instruction_id" in dialogue.labels
    ) else {}  # fmt: skip
    return {
        "conversation_id": dialogue.id,
        **own,
        "utterances": [
            {
                "index": turn.labels.get("index", position),
                "speaker": _role(turn.speaker, answering),
                "text": turn.text,
                **({"segments": turn.labels["segments"]} if "segments" in turn.labels else {}),
                **kept_fields(turn.labels),
            }
            for position, turn in enumerate(said)
        ],
        **kept_fields(dialogue.labels),
    }


def _role(speaker: str, answering: str) -> str:
    if speaker in ("USER", "ASSISTANT"):
        return speaker
    return "ASSISTANT" if speaker == answering else "USER"


def _fold(values: dict[str, State], annotation: Annotation) -> None:
    value = annotation.value
    same = next((known for known in values if known.lower() == value.lower()), value)
    if annotation.state == "mentioned":
        values.setdefault(same, "mentioned")
        return
    values[same] = annotation.state
    if annotation.state == "reject":
        for known in values:
            if _overlap(known.lower(), value.lower()):
                values[known] = "reject"


def _overlap(left: str, right: str) -> bool:
    """Whether the words of one are among the words of the other, in order and together."""
    return f" {left} " in f" {right} " or f" {right} " in f" {left} "


def _with_state(
    arguments: dict[str, dict[str, State]], wanted: State
) -> dict[str, tuple[str, ...]]:
    found = {
        argument: tuple(value for value, state in values.items() if state == wanted)
        for argument, values in arguments.items()
    }
    return {argument: values for argument, values in found.items() if values}


def _offset_faults(text: str, segment: Record) -> Iterator[str]:
    said = segment.text("text")
    start = segment.fields.get("start_index", segment.fields.get("startIndex"))
    end = segment.fields.get("end_index", segment.fields.get("endIndex"))
    if not isinstance(start, int) or not isinstance(end, int):
        yield f"the segment {said!r} has no offsets"
        return
    if not 0 <= start < end <= len(text):
        yield f"the offsets {start}–{end} are outside the text of {len(text)} characters"
        return
    if text[start:end] != said:
        yield f"the offsets {start}–{end} give {text[start:end]!r}, not {said!r}"
    if text[max(start - 1, 0) : start].isalnum() and text[start].isalnum():
        yield f"the segment {said!r} begins inside a word"
    if text[end - 1].isalnum() and text[end : end + 1].isalnum():
        yield f"the segment {said!r} ends inside a word"


def _name_faults(segment: Record) -> Iterator[str]:
    for annotation in annotations_of(
        Turn(speaker="", text="", labels={"segments": [segment.fields]})
    ):
        if annotation.vertical not in ONTOLOGY:
            yield f"the vertical {annotation.vertical!r} is not in the ontology"
        elif annotation.argument and not any(
            annotation.argument in names for names in ONTOLOGY[annotation.vertical]
        ):
            yield f"{annotation.vertical} has no argument {annotation.argument!r}"


def check_annotated(dialogue: Dialogue) -> None:
    """Raise FormatError unless some required argument is named (the release's own criterion)."""
    for turn in dialogue.turns:
        for annotation in annotations_of(turn):
            if annotation.argument in ONTOLOGY.get(annotation.vertical, ((), ()))[0]:
                return
    raise FormatError(f"The dialogue {dialogue.id!r} names no required argument.")
