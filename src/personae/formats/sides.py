"""Which side of a dialogue answers, and what is written of it where a format knows only roles."""

from __future__ import annotations

from personae.data import Dialogue, JsonObject, Persona
from personae.errors import FormatError

_ANSWERING_NAMES = ("B", "assistant", "gpt", "ASSISTANT", "User 2")


def answering_side(dialogue: Dialogue) -> str:
    """The speaker whose turns are replies: labelled, or called so, or else the second to speak."""
    speakers = tuple(dict.fromkeys(t.speaker for t in dialogue.turns if t.kind == "utterance"))
    labelled = dialogue.labels.get("test_speaker")
    if isinstance(labelled, str) and labelled in dialogue.speakers:
        return labelled
    for name in _ANSWERING_NAMES:
        if name in speakers:
            return name
    return speakers[1] if len(speakers) > 1 else ""


def both_sides(dialogue: Dialogue, format_name: str) -> tuple[str, str]:
    """The asking and the answering speaker. Raises FormatError when there are more than two."""
    answering = answering_side(dialogue)
    speakers = dict.fromkeys([*(t.speaker for t in dialogue.turns if t.kind == "utterance"),
                              *dialogue.personas])  # fmt: skip
    others = [name for name in speakers if name != answering]
    if len(others) > 1:
        raise FormatError(
            f"The dialogue {dialogue.id!r} has {len(speakers)} speakers; {format_name} holds two."
        )
    return (others[0] if others else ""), answering


def persona_as_text(persona: Persona | None) -> str:
    """What a system message says of a persona: its own system prompt, or its lines."""
    if persona is None:
        return ""
    own = (persona.description, persona.personality, *persona.statements)
    return persona.system_prompt or "\n".join(line for line in own if line)


def kept_fields(labels: JsonObject) -> JsonObject:
    """The file's own fields that a reader kept in `labels["fields"]`, to be written again."""
    fields = labels.get("fields")
    return fields if isinstance(fields, dict) else {}
