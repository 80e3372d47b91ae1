"""OpenAI and TRL training rows: messages, prompt + completion, or prompt + chosen + rejected.

JSON Lines or a JSON array. The first system message becomes the system prompt of the assistant's
persona; `labels["shape"]` says which kind of row it was, so that writing gives the same row.
Fields that a dialogue has no place for stay in `labels["fields"]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from personae.data import Dialogue, Persona, Turn, TurnKind
from personae.formats.sides import answering_side, kept_fields, persona_as_text
from personae.registry import EntryInfo
from personae.text.parsing import Place, Record, dump_json, head_keys, json_records

ENTRY = EntryInfo(aka=("openai", "trl"), reads="dialogue", extensions=(".jsonl", ".json"))

_SYSTEM_ROLES = ("system", "developer")
_ROLES = (*_SYSTEM_ROLES, "user", "assistant", "tool", "function")
_PARTS = ("messages", "prompt", "completion", "chosen", "rejected")


def detects(head: bytes, path: Path) -> bool:
    """Whether the first row has messages, or a prompt with what follows it."""
    keys = head_keys(head)
    has_pair = {"chosen", "rejected"} <= keys or {"prompt", "completion"} <= keys
    return "messages" in keys or has_pair


def read(source: Path) -> Iterator[Dialogue]:
    """One dialogue a row, as a stream from JSON Lines; "assistant" is the answering side.

    A preference row's dialogue holds the chosen messages, and the rejected ones in
    `labels["rejected"]`, verbatim.
    """
    for position, record in enumerate(json_records(source)):
        yield _dialogue(record, f"{source.stem}-{position}")


def write(dialogues: Iterable[Dialogue], target: Path) -> None:
    """JSON Lines; the answering side becomes "assistant", every other speaker "user".

    Of the personas only the answering side's is kept, as the system message.
    """
    with target.open("w", encoding="utf-8", newline="\n") as file:
        for dialogue in dialogues:
            file.write(dump_json(_row(dialogue)) + "\n")


def _dialogue(record: Record, default_id: str) -> Dialogue:
    labels: dict[str, Any] = {}
    turns, ending = _turns_of_row(record, labels)
    labels["test_speaker"] = assistant = _assistant_name(turns)
    personas = {}
    if turns and turns[0].kind == "event" and len(turns) > ending:
        system = turns.pop(0)
        personas[assistant] = Persona(name=assistant, system_prompt=system.text)
        if system.speaker != "system":
            labels["system_role"] = system.speaker
    if "shape" in labels:
        labels["completion_turns"] = ending
    if fields := record.rest(*_PARTS, "id"):
        labels["fields"] = fields
    row_id = record.fields.get("id")
    if row_id is not None and not isinstance(row_id, str):
        labels["id"] = row_id
    return Dialogue(
        id=default_id if row_id is None else str(row_id),
        turns=tuple(turns),
        personas=personas,
        labels=labels,
    )


def _assistant_name(turns: list[Turn]) -> str:
    named = (turn.speaker for turn in turns if turn.labels.get("role") == "assistant")
    return next(named, "assistant")


def _turns_of_row(record: Record, labels: dict[str, Any]) -> tuple[list[Turn], int]:
    """The turns, and how many of them (at the end) are the completion; fills in the labels."""
    if "messages" in record.fields:
        return [_turn(each) for each in record.records("messages", required=True)], 0
    ending = "completion" if "completion" in record.fields else "chosen"
    if ending not in record.fields:
        raise record.place.fault(
            "The row has none of: messages; prompt and completion; prompt, chosen and rejected."
        )
    prompt, completion = record.fields.get("prompt", []), record.fields[ending]
    labels["shape"] = "preference" if ending == "chosen" else "prompt_completion"
    if ending == "chosen":
        labels["rejected"] = record.fields.get("rejected", [])
    if "prompt" not in record.fields:
        labels["without_prompt"] = True
    if isinstance(prompt, str) or isinstance(completion, str):
        labels["plain_text"] = True
    before = _side(prompt, "user", "prompt", record.place)
    after = _side(completion, "assistant", ending, record.place)
    return before + after, len(after)


def _side(value: object, speaker: str, key: str, place: Place) -> list[Turn]:
    if isinstance(value, str):
        return [Turn(speaker=speaker, text=value)]
    return [_turn(each) for each in Record({key: value}, place).records(key)]


def _turn(record: Record) -> Turn:
    role = record.text("role")
    if role not in _ROLES:
        known = ", ".join(_ROLES)
        raise record.place.fault(f"The role {role[:40]!r} is none of {known}.")
    fields = record.rest("role", "content", "name")
    content = record.fields.get("content")
    if not isinstance(content, str):
        fields["content"] = content
    if role == "function":
        fields["role"] = role
    speaker = record.text("name", "") if role not in _SYSTEM_ROLES else ""
    return Turn(
        speaker=speaker or role,
        text=_text(content, record.place),
        kind=_kind(role, record.fields),
        labels={**({"role": role} if speaker else {}), **({"fields": fields} if fields else {})},
    )


def _text(content: object, place: Place) -> str:
    """The text of a content: a string, null (beside tool calls), or a list of parts."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise place.fault("The content is neither a string nor a list of parts.")
    parts = [Record.of(part, place, "part of the content") for part in content]
    return "\n".join(part.text("text") for part in parts if part.fields.get("type") == "text")


def _kind(role: str, fields: dict[str, Any]) -> TurnKind:
    if role in _SYSTEM_ROLES:
        return "event"
    if role in ("tool", "function"):
        return "tool_result"
    return "tool_call" if fields.get("tool_calls") and not fields.get("content") else "utterance"


def _row(dialogue: Dialogue) -> dict[str, Any]:
    labels = dialogue.labels
    answering = answering_side(dialogue)
    messages = _messages(dialogue, answering)
    row: dict[str, Any] = {"id": labels.get("id", dialogue.id)}
    shape = labels.get("shape", "messages")
    if shape == "messages":
        row["messages"] = messages
    else:
        ending_turns = labels.get("completion_turns")
        cut = len(messages) - (ending_turns if isinstance(ending_turns, int) else 1)
        ending = "chosen" if shape == "preference" else "completion"
        if labels.get("plain_text"):
            row |= {"prompt": _joined(messages[:cut]), ending: _joined(messages[cut:])}
        else:
            row |= {"prompt": messages[:cut], ending: messages[cut:]}
        if labels.get("without_prompt"):
            del row["prompt"]
        if shape == "preference":
            row["rejected"] = labels.get("rejected", [])
    return {**row, **kept_fields(labels)}


def _messages(dialogue: Dialogue, answering: str) -> list[dict[str, Any]]:
    others = {t.speaker for t in dialogue.turns if t.kind == "utterance"} - {answering}
    messages: list[dict[str, Any]] = []
    if system := persona_as_text(dialogue.personas.get(answering)):
        role = dialogue.labels.get("system_role", "system")
        messages.append({"role": role, "content": system})
    for turn in dialogue.turns:
        role = _role(turn, answering)
        is_named = "role" in turn.labels or (role == "user" and len(others) > 1)
        message = {"role": role, "content": turn.text}
        if is_named and turn.speaker != role:
            message["name"] = turn.speaker
        messages.append({**message, **kept_fields(turn.labels)})
    return messages


def _role(turn: Turn, answering: str) -> str:
    if turn.labels.get("role") in _ROLES:
        return str(turn.labels["role"])
    if turn.kind == "event" and turn.speaker in _SYSTEM_ROLES:
        return turn.speaker
    if turn.kind in ("event", "narration"):
        return "system"
    if turn.kind == "tool_result":
        return "tool"
    if turn.speaker == "user":
        return "user"  # also where nobody else speaks, so that the guess at who answers is it
    answers = turn.speaker in (answering, "assistant") or turn.kind == "tool_call"
    return "assistant" if answers else "user"


def _joined(messages: list[dict[str, Any]]) -> str:
    return "\n".join(str(message["content"]) for message in messages)
