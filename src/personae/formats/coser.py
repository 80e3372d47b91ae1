"""CoSER: scenes of a book as dialogues of many, with profiles of the characters (S009, S065).

One conversation is one dialogue. What a character thinks, in square brackets, is left out of the
text and kept in the label `thought`: others do not hear it. Lines of the environment are narration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from personae.data import Dialogue, Persona, Turn
from personae.registry import EntryInfo
from personae.text.parsing import Record, head_keys, json_values

ENTRY = EntryInfo(
    systems=("S009", "S065"),
    paper="Wang et al. 2025, CoSER: Coordinating LLM-Based Persona Simulation of Established Roles",
    reads="dialogue",
    extensions=(".json",),
)

NARRATOR = "Environment"
_THOUGHT = re.compile(r"\[([^\]]*)\]")


def detects(head: bytes, path: Path) -> bool:
    """Whether the file begins with an object that has plots with conversations."""
    return "plots" in head_keys(head) and b'"conversation"' in head


def read(source: Path) -> Iterator[Dialogue]:
    """The conversations of the book, in order. Raises FormatError."""
    for place, value in json_values(source):
        book = Record.of(value, place, "book")
        profiles = {
            name: Record.of(one, place, "character").text("profile", "")
            for name, one in book.record("character_datasets").fields.items()
        }
        for number, plot in enumerate(book.records("plots", required=True)):
            for at, conversation in enumerate(plot.records("conversation")):
                name = f"{source.stem}:{number}:{at}"
                yield _dialogue(name, conversation, profiles)


def _dialogue(name: str, record: Record, profiles: dict[str, str]) -> Dialogue:
    told = {
        one.text("name"): one.text("motivation", "") for one in record.records("key_characters")
    }
    turns = tuple(_turn(one) for one in record.records("dialogues", required=True))
    speakers = dict.fromkeys(turn.speaker for turn in turns if turn.kind == "utterance")
    return Dialogue(
        id=name,
        turns=turns,
        personas={
            speaker: Persona(
                name=speaker,
                description=profiles.get(speaker, ""),
                scenario=f"Motivation: {told[speaker]}" if told.get(speaker) else "",
            )
            for speaker in speakers
        },
        scenario=record.text("scenario", ""),
        labels={"topic": record.text("topic", "")},
    )


def _turn(record: Record) -> Turn:
    speaker, message = record.text("character"), record.text("message")
    thoughts = [found.strip() for found in _THOUGHT.findall(message)]
    text = " ".join(_THOUGHT.sub(" ", message).split())
    labels = {"thought": " ".join(thoughts)} if thoughts else {}
    kind = "narration" if speaker == NARRATOR else "utterance"
    return Turn(speaker=speaker, text=text, kind=kind, labels=labels)
