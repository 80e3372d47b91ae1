"""ShareGPT: {"conversations": [{"from": "human" | "gpt" | "system", "value": …}]}, JSON or JSONL.

The first system text becomes the system prompt of gpt's persona. Fields that a dialogue has no
place for stay in `labels["fields"]` and are written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from personae.data import Dialogue, Persona, Turn, TurnKind
from personae.formats.sides import answering_side, kept_fields, persona_as_text
from personae.registry import EntryInfo
from personae.text.parsing import Record, dump_json, head_keys, json_records

ENTRY = EntryInfo(aka=("vicuna",), reads="dialogue", extensions=(".json", ".jsonl"))

_ROLES = {
    "human": "human", "user": "human", "gpt": "gpt", "assistant": "gpt", "chatgpt": "gpt",
    "model": "gpt", "bot": "gpt", "bing": "gpt", "bard": "gpt", "claude": "gpt",
    "system": "system", "tool": "observation", "observation": "observation",
    "function_response": "observation", "function_call": "function_call",
}  # fmt: skip
_KINDS: dict[str, TurnKind] = {
    "system": "event", "observation": "tool_result", "function_call": "tool_call",
}  # fmt: skip
_ROLE_OF_KIND = {kind: role for role, kind in _KINDS.items()} | {"narration": "system"}


def detects(head: bytes, path: Path) -> bool:
    """Whether the first record has conversations."""
    return "conversations" in head_keys(head)


def read(source: Path) -> Iterator[Dialogue]:
    """One dialogue a record, as a stream from JSON Lines; "gpt" is the answering side."""
    for position, record in enumerate(json_records(source)):
        said = record.records("conversations", required=True)
        turns = [_turn(each) for each in said]
        personas = {}
        if turns and turns[0].kind == "event":
            system = turns.pop(0)
            personas["gpt"] = Persona(name="gpt", system_prompt=system.text)
        labels: dict[str, Any] = {"test_speaker": "gpt"}
        if fields := record.rest("conversations", "id"):
            labels["fields"] = fields
        yield Dialogue(
            id=record.text("id", f"{source.stem}-{position}"),
            turns=tuple(turns),
            personas=personas,
            labels=labels,
        )


def write(dialogues: Iterable[Dialogue], target: Path) -> None:
    """A JSON array, or JSON Lines where the target ends in .jsonl.

    The answering side becomes "gpt", every other speaker "human" (with `name` where there is more
    than one); of the personas only the answering side's is kept, as the system text.
    """
    rows = (dump_json(_row(dialogue)) for dialogue in dialogues)
    is_lines = target.suffix == ".jsonl"
    with target.open("w", encoding="utf-8", newline="\n") as file:
        if not is_lines:
            file.write("[")
        for number, row in enumerate(rows):
            separator = "\n" if is_lines else "\n  " if number == 0 else ",\n  "
            file.write(row + separator if is_lines else separator + row)
        if not is_lines:
            file.write("\n]\n")


def _turn(record: Record) -> Turn:
    said_by = record.text("from")
    role = _ROLES.get(said_by.lower())
    if role is None:
        known = ", ".join(_ROLES)
        raise record.place.fault(f"Turns are from {known}; {said_by[:40]!r} is none of these.")
    fields = record.rest("from", "value", "name")
    return Turn(
        speaker=record.text("name", "") or ("gpt" if role == "function_call" else role),
        text=record.text("value"),
        kind=_KINDS.get(role, "utterance"),
        labels={"fields": fields} if fields else {},
    )


def _row(dialogue: Dialogue) -> dict[str, Any]:
    answering = answering_side(dialogue)
    others = {t.speaker for t in dialogue.turns if t.kind == "utterance"} - {answering}
    said: list[dict[str, Any]] = []
    if system := persona_as_text(dialogue.personas.get(answering)):
        said.append({"from": "system", "value": system})
    for turn in dialogue.turns:
        role = _ROLE_OF_KIND.get(turn.kind) or ("gpt" if turn.speaker == answering else "human")
        name = {"name": turn.speaker} if role == "human" and len(others) > 1 else {}
        said.append({"from": role, **name, "value": turn.text, **kept_fields(turn.labels)})
    return {"id": dialogue.id, "conversations": said, **kept_fields(dialogue.labels)}
