"""LifeChoice items: a story up to a decision, and four options of which a character took one.

JSON Lines, or a JSON array of items, or of books that are arrays of items (as published): {
"character_name", "input_text": the story so far, "Multiple Choice Question": {"Scenario",
"Question", "Options": [4], "Correct Answer": "A"}, "motivation"?}. Ours may also have
"description": the lines that the profile is made of, "evidence": passages of the story that show
why, and "id" and "story".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from personae.errors import FormatError
from personae.media.atomic_file import write_atomically
from personae.text.parsing import Record, dump_json, json_values

LETTERS = "ABCD"
_LABEL = re.compile(r"^\s*\(?([A-D])[.):]\s+")
_ITEMS_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class LifeChoice:
    """A decision: what came before, what there was to choose from, and what was chosen.

    `right` is the place of the option that the character took; `motivation` its class, where it
    is known. `story` names what several items are decisions of.
    """

    id: str
    character: str
    story_text: str
    scenario: str
    question: str
    options: tuple[str, ...]
    right: int
    motivation: str = ""
    description: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    story: str = ""

    @property
    def answer(self) -> str:
        """The text of the right option."""
        return self.options[self.right]

    def ordered(self, order: Sequence[int]) -> LifeChoice:
        """The same decision with its options in another order: the right one stays right."""
        options = tuple(self.options[at] for at in order)
        return replace(self, options=options, right=list(order).index(self.right))

    def about(self, story_text: str) -> LifeChoice:
        """The same decision after another story."""
        return replace(self, story_text=story_text)

    def described(self, lines: Sequence[str]) -> LifeChoice:
        """The same decision of a character that is described by other lines."""
        return replace(self, description=tuple(lines))

    def to_dict(self) -> dict[str, Any]:
        """As in the file."""
        asked = {
            "Scenario": self.scenario, "Question": self.question, "Options": list(self.options),
            "Correct Answer": LETTERS[self.right],
        }  # fmt: skip
        extra = {
            "motivation": self.motivation, "description": list(self.description),
            "evidence": list(self.evidence), "id": self.id, "story": self.story,
        }  # fmt: skip
        return {
            "character_name": self.character, "input_text": self.story_text,
            "Multiple Choice Question": asked, **{k: v for k, v in extra.items() if v},
        }  # fmt: skip


def read_decisions(source: Path) -> Iterator[LifeChoice]:
    """The decisions of a file. Raises FormatError that says which item is wrong."""
    for number, record in enumerate(_records(source), start=1):
        if number > _ITEMS_LIMIT:
            raise FormatError(f"There are more than {_ITEMS_LIMIT} items.", file=source)
        yield _decision(record, number, source)


def write_decisions(decisions: Iterable[LifeChoice], target: Path) -> int:
    """Write decisions as JSON Lines, in one step; returns how many. Raises FormatError."""
    lines = [dump_json(one.to_dict()) for one in decisions]
    write_atomically(target, "".join(f"{line}\n" for line in lines).encode())
    return len(lines)


def _records(source: Path) -> Iterator[Record]:
    """The items of an array, of an array of arrays, or of lines."""
    for place, value in json_values(source):
        for item in value if isinstance(value, list) else [value]:
            yield Record.of(item, place, "item")


def _decision(record: Record, number: int, source: Path) -> LifeChoice:
    asked = record.record("Multiple Choice Question")
    options = tuple(_LABEL.sub("", option).strip() for option in asked.texts("Options"))
    if len(options) != len(LETTERS) or not all(options) or len(set(options)) != len(options):
        raise record.place.fault(
            f"Item {number} has {len(options)} options; it must have four different ones."
        )
    letter = asked.text("Correct Answer").strip().strip("().").upper()[:1]
    if letter not in LETTERS or not letter:
        raise record.place.fault(f"The correct answer of item {number} is none of A, B, C, D.")
    return LifeChoice(
        id=record.text("id", f"{source.stem}-{number}"),
        character=record.text("character_name"),
        story_text=record.text("input_text"),
        scenario=asked.text("Scenario"),
        question=asked.text("Question"),
        options=options,
        right=LETTERS.index(letter),
        motivation=record.text("motivation", ""),
        description=record.texts("description"),
        evidence=record.texts("evidence"),
        story=record.text("story", ""),
    )
