"""FoCus: a human asks about a place, a machine answers from an article and the human's persona.

{"data": [{"dialogID", "landmark_link", "persona": [5], "knowledge": […], "utterance": [{"dialogue1"
: [all turns so far], "persona_candidate": [5], "persona_grounding": [5 booleans],
"knowledge_candidates": [10], "knowledge_answer_index"}, …]}]}. Speakers are "human" and "machine";
the labels of a machine's turn are what grounds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from personae.data import Dialogue, Passage, Persona, Turn
from personae.errors import FormatError
from personae.registry import EntryInfo
from personae.text.parsing import Place, Record, dump_json, parse_json, read_text

ENTRY = EntryInfo(
    systems=("S033",),
    aka=("call-for-customized-conversation",),
    paper="Call for Customized Conversation: Customized Conversation Grounding Persona and "
    "Knowledge (Jang et al., 2022)",
    reads="dialogue",
    extensions=(".json",),
)

HUMAN, MACHINE = "human", "machine"
_ROUND = re.compile(r"dialogue\d{1,4}")
Text = Annotated[str, Field(max_length=100_000)]
Few = Annotated[tuple[Text, ...], Field(min_length=1, max_length=100)]
_GROUNDS = (
    "persona_candidate", "persona_grounding", "knowledge_candidates", "knowledge_answer_index",
)  # fmt: skip


class FocusRound(BaseModel):
    """A question, its answer, what was to choose from, and what was chosen.

    `dialogue` is all that was said up to the answer; in the file its key has the round's number.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=False)

    dialogue: Annotated[tuple[Text, ...], Field(min_length=2, max_length=400)]
    persona_candidate: Annotated[tuple[Text, ...], Field(max_length=100)]
    persona_grounding: Annotated[tuple[bool, ...], Field(max_length=100)]
    knowledge_candidates: Few
    knowledge_answer_index: Annotated[int, Field(ge=0)]

    @model_validator(mode="before")
    @classmethod
    def _numbered(cls, value: object) -> object:
        if not isinstance(value, dict) or "dialogue" in value:
            return value
        keys = [key for key in value if isinstance(key, str) and _ROUND.fullmatch(key)]
        return {**value, "dialogue": value[keys[0]]} if len(keys) == 1 else value

    @model_validator(mode="after")
    def _fits(self) -> FocusRound:
        if len(self.persona_candidate) != len(self.persona_grounding):
            raise ValueError("there are not as many persona_grounding as persona_candidate")
        if self.knowledge_answer_index >= len(self.knowledge_candidates):
            raise ValueError("knowledge_answer_index is of no candidate")
        return self


class FocusDialogue(BaseModel):
    """One dialogue of the file."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    dialogID: Annotated[str, Field(max_length=200)]
    landmark_link: Annotated[str, Field(max_length=2_000)]
    persona: Annotated[tuple[Text, ...], Field(max_length=100)]
    knowledge: Annotated[tuple[Text, ...], Field(max_length=20_000)]
    utterance: Annotated[tuple[FocusRound, ...], Field(min_length=1, max_length=200)]

    def to_dict(self) -> dict[str, Any]:
        """As in the file."""
        rounds = [
            {
                f"dialogue{number}": list(one.dialogue),
                **{key: _plain(getattr(one, key)) for key in _GROUNDS},
            }
            for number, one in enumerate(self.utterance, start=1)
        ]
        return {
            "dialogID": self.dialogID, "landmark_link": self.landmark_link,
            "persona": list(self.persona), "knowledge": list(self.knowledge), "utterance": rounds,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class FocusTurn:
    """One answer to give: what was said, what there is to choose from, and what is right."""

    history: tuple[str, ...]  # the question is its last
    persona: tuple[str, ...]
    grounding: tuple[bool, ...]
    candidates: tuple[str, ...]
    gold: int
    answer: str
    knowledge: tuple[str, ...]

    @property
    def question(self) -> str:
        return self.history[-1]

    @property
    def before(self) -> str:
        """The exchange before the question."""
        return " ".join(self.history[-3:-1])


def detects(head: bytes, path: Path) -> bool:
    """Whether the file is an object with dialogues about a landmark."""
    return head.lstrip()[:1] == b"{" and b'"data"' in head and b'"landmark_link"' in head


def read_focus(source: Path) -> Iterator[FocusDialogue]:
    """The dialogues, checked against the schema. Raises FormatError that names the dialogue."""
    given = Record.of(parse_json(read_text(source), Place(source)), Place(source), "file")
    for number, one in enumerate(given.records("data", required=True)):
        try:
            yield FocusDialogue.model_validate(one.fields)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            place = ".".join(map(str, fault["loc"])) or "the whole dialogue"
            raise FormatError(
                f"Dialogue {number + 1} is not one of FoCus: {place}: {fault['msg']}.", file=source
            ) from error


def turns_of(dialogue: FocusDialogue) -> list[FocusTurn]:
    """The answers of a dialogue."""
    return [
        FocusTurn(
            one.dialogue[:-1], one.persona_candidate, one.persona_grounding,
            one.knowledge_candidates, one.knowledge_answer_index, one.dialogue[-1],
            dialogue.knowledge,
        )
        for one in dialogue.utterance
    ]  # fmt: skip


def read(source: Path) -> Iterator[Dialogue]:
    """The dialogues of the file. Raises FormatError."""
    for one in read_focus(source):
        yield as_dialogue(one)


def as_dialogue(one: FocusDialogue) -> Dialogue:
    """The noun; `as_focus` is the way back."""
    turns: list[Turn] = []
    for said in one.utterance:
        labels = {key: _plain(getattr(said, key)) for key in _GROUNDS}
        turns += [
            Turn(speaker=HUMAN, text=said.dialogue[-2]),
            Turn(speaker=MACHINE, text=said.dialogue[-1], labels=labels),
        ]
    passages = tuple(Passage(text=text, source=one.landmark_link) for text in one.knowledge)
    return Dialogue(
        id=one.dialogID,
        turns=tuple(turns),
        personas={
            HUMAN: Persona(name=HUMAN, statements=one.persona),
            MACHINE: Persona(name=MACHINE, knowledge=passages),
        },
        labels={"landmark_link": one.landmark_link, "test_speaker": MACHINE},
    )


def as_focus(dialogue: Dialogue) -> FocusDialogue:
    """The dialogue as FoCus has it. Raises FormatError where it lacks what grounds its answers."""
    human, machine = (dialogue.personas.get(name) for name in (HUMAN, MACHINE))
    said = [turn for turn in dialogue.turns if turn.kind == "utterance"]
    texts = [turn.text for turn in said]
    rounds = [
        {"dialogue": texts[: at + 1], **{key: turn.labels.get(key) for key in _GROUNDS}}
        for at, turn in enumerate(said)
        if turn.speaker == MACHINE
    ]
    try:
        return FocusDialogue.model_validate({
            "dialogID": dialogue.id,
            "landmark_link": str(dialogue.labels.get("landmark_link", "")),
            "persona": human.statements if human else (),
            "knowledge": [one.text for one in machine.knowledge] if machine else (),
            "utterance": rounds,
        })  # fmt: skip
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise FormatError(
            f"The dialogue {dialogue.id!r} cannot be written as FoCus: {place}: {fault['msg']}."
        ) from error


def write(dialogues: Iterable[Dialogue], target: Path) -> None:
    """Write the file. Raises FormatError for dialogues that are not grounded so."""
    write_focus((as_focus(one) for one in dialogues), target)


def write_focus(dialogues: Iterable[FocusDialogue], target: Path) -> None:
    """One object, a dialogue a line."""
    with target.open("w", encoding="utf-8") as file:
        file.write('{"data": [')
        for number, one in enumerate(dialogues):
            file.write(",\n" if number else "\n")
            file.write(dump_json(one.to_dict(), Place(target)))
        file.write("\n]}\n")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
