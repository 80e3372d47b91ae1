"""What people say of collected dialogues: the first turn out of bounds ends each (S073).

Who reads marks each turn of the character in order. A turn out of bounds ends its dialogue: the
turns before it are positives, that turn is the one negative, and what follows is never read,
because it follows from a turn that should not have been said. Marks stand in a file beside the
dialogues, a line each, so that nothing that was decided is asked again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from personae.data import Dialogue
from personae.data.role import CATEGORIES
from personae.errors import FormatError, InvalidOption
from personae.formats.sides import answering_side
from personae.media.atomic_file import write_atomically
from personae.text.parsing import Record, json_lines

Verdict = Literal["in", "out", "skip"]
_VERDICTS: tuple[Verdict, ...] = ("in", "out", "skip")


@dataclass(frozen=True, slots=True)
class Mark:
    """One decision on the turn at `position`; `skip` leaves the whole dialogue out."""

    dialogue: str
    position: int
    verdict: Verdict
    category: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The turn that is to be judged next: its dialogue (`number`, from 0) and position."""

    dialogue: Dialogue
    number: int
    position: int

    @property
    def before(self) -> tuple[tuple[str, str], ...]:
        """What was said since the character's turn before it, as (speaker, text)."""
        own = self.dialogue.turns[self.position].speaker
        found: list[tuple[str, str]] = []
        for turn in reversed(self.dialogue.turns[: self.position]):
            if turn.speaker == own:
                break
            found.append((turn.speaker, turn.text))
        return tuple(reversed(found))


class Marks:
    """The decisions in a file, in the order in which they were taken. Not for two readers at once.

    Raises FormatError for a file that holds something else.
    """

    def __init__(self, dialogues: Sequence[Dialogue], file: Path) -> None:
        self._dialogues, self._file = dialogues, file
        ids = Counter(one.id for one in dialogues)
        doubled = [name for name, count in ids.items() if count > 1]
        if doubled:
            raise InvalidOption(f"Two dialogues have the id {doubled[0]!r}; marks need it once.")
        self.taken = [*_read(file)] if file.exists() else []

    def next(self) -> Asked | None:
        """The first turn of the first dialogue that is not decided yet, or None at the end."""
        decided = _decided(self.taken)
        for number, dialogue in enumerate(self._dialogues):
            marks = decided.get(dialogue.id, {})
            if any(one.verdict != "in" for one in marks.values()):
                continue
            for position, _ in dialogue.turns_of(answering_side(dialogue)):
                if position not in marks:
                    return Asked(dialogue, number, position)
        return None

    def take(self, asked: Asked, verdict: Verdict, category: str = "") -> None:
        """Decide on a turn; the decision is in the file before this returns."""
        if category and category not in CATEGORIES:
            raise InvalidOption(f"{category!r} is no category: {', '.join(CATEGORIES)}.")
        self.taken.append(Mark(asked.dialogue.id, asked.position, verdict, category))
        self._write()

    def undo(self) -> Mark | None:
        """Take back the last decision; None when there is none."""
        if not self.taken:
            return None
        last = self.taken.pop()
        self._write()
        return last

    def labelled(self) -> Iterator[Dialogue]:
        """The dialogues with a decision, each up to its last decided turn, with their labels."""
        return labelled(self._dialogues, self.taken)

    def counts(self) -> dict[str, int]:
        """How many dialogues are done, and how many turns are in and out of bounds."""
        found = [*self.labelled()]
        turns = [turn.labels["out_of_bounds"] for one in found for turn in one.turns
                 if "out_of_bounds" in turn.labels]  # fmt: skip
        return {
            "dialogues": len(found), "in bounds": turns.count(False),
            "out of bounds": turns.count(True),
        }  # fmt: skip

    def _write(self) -> None:
        lines = (json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in self.taken)
        write_atomically(self._file, "".join(lines).encode())


def labelled(dialogues: Iterable[Dialogue], marks: Iterable[Mark]) -> Iterator[Dialogue]:
    """The dialogues cut after the last turn that was decided on; skipped ones are left out."""
    decided = _decided(marks)
    for dialogue in dialogues:
        own = decided.get(dialogue.id, {})
        if not own or any(one.verdict == "skip" for one in own.values()):
            continue
        turns = []
        for position, turn in enumerate(dialogue.turns[: max(own) + 1]):
            mark = own.get(position)
            told = {} if mark is None else {"out_of_bounds": mark.verdict == "out"}
            if mark is not None and mark.category:
                told["category"] = mark.category  # type: ignore[assignment]
            turns.append(turn.model_copy(update={"labels": {**turn.labels, **told}}))
        yield dialogue.model_copy(update={"turns": tuple(turns)})


def _decided(marks: Iterable[Mark]) -> dict[str, dict[int, Mark]]:
    found: dict[str, dict[int, Mark]] = {}
    for one in marks:
        found.setdefault(one.dialogue, {})[one.position] = one
    return found


def _read(file: Path) -> Iterator[Mark]:
    for place, value in json_lines(file):
        record = Record.of(value, place, "mark")
        position, verdict = record.fields.get("position"), record.text("verdict")
        category = record.text("category", "")
        if type(position) is not int or position < 0:
            raise place.fault("The field 'position' must be a turn's number from 0.")
        if verdict not in _VERDICTS:
            raise place.fault(f"{verdict[:40]!r} is no verdict: {', '.join(_VERDICTS)}.")
        if category and category not in CATEGORIES:
            raise FormatError(
                f"{category[:40]!r} is no category: {', '.join(CATEGORIES)}.",
                file=place.file, line=place.line,
            )  # fmt: skip
        yield Mark(record.text("dialogue"), position, verdict, category)
