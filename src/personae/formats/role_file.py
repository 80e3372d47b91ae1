"""Role specifications as YAML: outline, rules with examples of both sides, example dialogues.

    name: library-desk
    character: Iris
    outline: "{{char}} answers people who write to a small library."
    rules:
      - category: policy
        rule: I cannot lend books by post.
        in_bounds: [You can fetch it at the desk.]
        out_of_bounds: [I will post it to you.]
    dialogues:
      - turns: [["{{user}}", "Hello?"], ["{{char}}", "Hello, how can I help?"]]

As in cards, only true, false, null and numbers are not text.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from personae import roles
from personae.data.persona import Persona
from personae.data.role import Role
from personae.errors import FormatError
from personae.formats.yaml_text import Lines, line_of, parse_yaml_text, sentence_of
from personae.settings import from_home
from personae.text.parsing import Place, decode, read_bytes

MAX_BYTES = 4 * 2**20
MAX_DEPTH = 16
_SPEAKERS = ("{{char}}", "{{user}}")


def open_role(role: str) -> Role:
    """The role in a file, or the shipped one of that name.

    Raises UnknownEntry with the nearest names, FormatError.
    """
    looks_like_path = role.endswith((".yaml", ".yml")) or len(Path(role).parts) > 1
    return read_role(from_home(role) if looks_like_path else roles.path_of(role))


def read_role(source: Path) -> Role:
    """The role of a file. Raises FormatError with the line of the first fault."""
    text = decode(read_bytes(source, MAX_BYTES), Place(source))
    value, lines = parse_yaml_text(text, source, what="role", max_depth=MAX_DEPTH)
    if not isinstance(value, dict):
        raise FormatError("A role is a list of fields (name, outline, rules …).", file=source)
    try:
        role = Role.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        line = line_of(fault, lines)
        raise FormatError(sentence_of(fault, "role"), file=source, line=line) from error
    _check_speakers(role, source, lines)
    return role


def persona_of(role: Role) -> Persona:
    """Who holds the role: its character, with the rules as statements and no life besides them."""
    openings = [
        dialogue.turns[0][1] for dialogue in role.dialogues if dialogue.turns[0][0] == "{{char}}"
    ]
    return Persona(
        name=role.character,
        description=role.outline,
        statements=tuple(text for _, text in role.statements()),
        greetings=tuple(dict.fromkeys(openings)),
        examples=role.dialogues,
        tags=(f"role:{role.name}",),
    )


def _check_speakers(role: Role, source: Path, lines: Lines) -> None:
    for number, dialogue in enumerate(role.dialogues):
        line = lines.get(("dialogues", number))
        for speaker, _ in dialogue.turns:
            if speaker not in _SPEAKERS:
                raise FormatError(
                    f"A turn of the dialogue is said by {speaker!r}; write it as "
                    "{{char}} or {{user}}, in quotes.",
                    file=source,
                    line=line,
                )
        if "{{char}}" not in (speaker for speaker, _ in dialogue.turns):
            raise FormatError(
                "The character says nothing in this dialogue.", file=source, line=line
            )
