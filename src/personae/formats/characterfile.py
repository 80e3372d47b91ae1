"""elizaOS character files: bio, lore, message examples, topics and style as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from personae.data import Example, Passage, Persona, Provenance, Traits
from personae.registry import EntryInfo
from personae.text.parsing import Place, Record, head_keys, kind_of, parse_json, read_bytes

ENTRY = EntryInfo(reads="persona", extensions=(".character.json", ".json"))
MAX_BYTES = 16 * 2**20

_USER = re.compile(r"\{\{user[0-9]*\}\}", re.IGNORECASE)


def detects(head: bytes, path: Path) -> bool:
    """Whether the file begins like a character file."""
    keys = head_keys(head)
    return "bio" in keys and bool(keys & {"messageExamples", "postExamples", "lore"})


def read(source: Path) -> Iterator[Persona]:
    """The character of the file. Raises FormatError naming the first wrong field."""
    place = Place(source)
    record = Record.of(parse_json(read_bytes(source, MAX_BYTES), place), place, "file")
    name = record.text("name")
    if not name.strip():
        raise place.fault("The character has no name.")
    topics = ", ".join(_texts(record, "topics"))
    yield Persona(
        name=name,
        statements=_texts(record, "lore"),
        description="\n".join(_texts(record, "bio")),
        style="\n".join(_style(record)),
        traits=Traits(adjectives=_texts(record, "adjectives")),
        attributes={"topics": topics} if topics else {},
        knowledge=tuple(_knowledge(record)),
        utterances=_texts(record, "postExamples"),
        examples=tuple(_examples(record, name)),
        system_prompt=record.text("system", ""),
        provenance=Provenance(sources=("elizaOS character file",)),
    )


def _texts(record: Record, key: str) -> tuple[str, ...]:
    """A list of strings; a single string counts as a list of one, as older files have it."""
    if isinstance(record.fields.get(key), str):
        return (record.text(key),)
    return record.texts(key)


def _style(record: Record) -> Iterator[str]:
    style = record.record("style")
    yield from _texts(style, "all")
    yield from _texts(style, "chat")


def _knowledge(record: Record) -> Iterator[Passage]:
    for item in record.items("knowledge"):
        if isinstance(item, str):
            yield Passage(text=item)
        elif isinstance(item, dict) and isinstance(item.get("content"), str):
            one = Record(item, record.place)
            yield Passage(text=item["content"], id=one.text("id", ""), source=one.text("path", ""))


def _examples(record: Record, name: str) -> Iterator[Example]:
    for number, conversation in enumerate(record.items("messageExamples")):
        if not isinstance(conversation, list):
            raise record.place.fault(
                f"messageExamples[{number}] must be a list, but is {kind_of(conversation)}."
            )
        turns = tuple(_turn(message, name, record.place) for message in conversation)
        if turns:
            yield Example(turns=turns)


def _turn(message: Any, name: str, place: Place) -> tuple[str, str]:
    fields = Record.of(message, place, "message example")
    speaker = fields.text("user", "") or fields.text("name", "")
    text = _USER.sub("{{user}}", fields.record("content").text("text", ""))
    is_own = speaker.strip().lower() in (name.strip().lower(), "{{agentname}}")
    return ("{{char}}" if is_own else "{{user}}", text)
