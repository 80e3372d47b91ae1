"""Turns that somebody labelled in or out of bounds of a role: what a classifier is made from.

A file holds JSON lines of two kinds. Dialogues (the format `dialogues`) whose turns have the label
`out_of_bounds`, as `personae role filter` writes them; and contrasts, several replies to one
message:

    {"id": "knee", "part": "train", "before": [["user", "My knee hurts."]],
     "in_bounds": ["Has a doctor seen it?"], "out_of_bounds": [["identity", "Mine hurts as well."]]}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from personae.data import Dialogue
from personae.data.role import CATEGORIES
from personae.errors import FormatError
from personae.formats.sides import answering_side
from personae.text.parsing import Place, Record, json_lines

CHARACTER, USER = "char", "user"
PARTS = ("", "train", "test")


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    """A reply of the character, what was said before it, and whether it is out of bounds.

    Turns of one `group` stay on one side of every split. `part` is the side, where the file says;
    `source` is the file's name.
    """

    group: str
    before: tuple[tuple[str, str], ...]
    reply: str
    is_out: bool
    category: str = ""
    part: str = ""
    source: str = ""

    @property
    def heard(self) -> str:
        """The last thing that the other party said; empty where the reply opens the dialogue."""
        return next((text for speaker, text in reversed(self.before) if speaker == USER), "")


def read_labelled(source: Path) -> list[LabelledTurn]:
    """All labelled turns of a file. Raises FormatError with the line of the first fault."""
    found: list[LabelledTurn] = []
    for place, value in json_lines(source):
        if isinstance(value, dict) and "turns" in value:
            found += _of_dialogue(_dialogue(value, place), place)
        else:
            found += _of_contrast(Record.of(value, place, "row"))
    return [replace(turn, source=source.name) for turn in found]


def labelled_turns(dialogue: Dialogue) -> Iterator[LabelledTurn]:
    """The turns of a dialogue that have the label `out_of_bounds`."""
    own = answering_side(dialogue)
    group = str(dialogue.labels.get("group", dialogue.id))
    part = str(dialogue.labels.get("part", ""))
    said = [(CHARACTER if t.speaker == own else USER, t.text) for t in dialogue.turns]
    for position, turn in dialogue.turns_of(own):
        is_out = turn.labels.get("out_of_bounds")
        if isinstance(is_out, bool):
            category = str(turn.labels.get("category", "")) if is_out else ""
            yield LabelledTurn(group, tuple(said[:position]), turn.text, is_out, category, part)


def _dialogue(value: object, place: Place) -> Dialogue:
    try:
        return Dialogue.from_dict(value)
    except FormatError as error:
        raise place.fault(error.reason) from error


def _of_dialogue(dialogue: Dialogue, place: Place) -> Iterator[LabelledTurn]:
    for turn in labelled_turns(dialogue):
        _check(turn.part, turn.category, place)
        yield turn


def _of_contrast(record: Record) -> Iterator[LabelledTurn]:
    before = tuple(record.pairs("before"))
    for speaker, _ in before:
        if speaker not in (CHARACTER, USER):
            raise record.place.fault(f"The speaker {speaker[:40]!r} is neither char nor user.")
    group, part = record.text("id"), record.text("part", "")
    for reply in record.texts("in_bounds"):
        _check(part, "", record.place)
        yield LabelledTurn(group, before, reply, False, "", part)
    for category, reply in record.pairs("out_of_bounds"):
        _check(part, category, record.place)
        yield LabelledTurn(group, before, reply, True, category, part)


def _check(part: str, category: str, place: Place) -> None:
    if part not in PARTS:
        raise place.fault(f"{part[:40]!r} is no part: train or test.")
    if category and category not in CATEGORIES:
        raise place.fault(f"{category[:40]!r} is no category: {', '.join(CATEGORIES)}.")
