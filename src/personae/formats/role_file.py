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
from typing import Any

import yaml
from pydantic import ValidationError

from personae import roles
from personae.data.role import Role
from personae.errors import FormatError
from personae.formats.personae_card import _line, _loader, _note_lines
from personae.settings import from_home
from personae.text.parsing import Place, decode, read_bytes

MAX_BYTES = 4 * 2**20
MAX_DEPTH = 16
SHIPPED = "phone-companion"
_SPEAKERS = ("{{char}}", "{{user}}")


def open_role(role: str = "") -> Role:
    """The role in a file, or the shipped one of that name (default: `phone-companion`).

    Raises UnknownEntry with the nearest names, FormatError.
    """
    looks_like_path = role.endswith((".yaml", ".yml")) or len(Path(role).parts) > 1
    return read_role(from_home(role) if looks_like_path else roles.path_of(role or SHIPPED))


def read_role(source: Path) -> Role:
    """The role of a file. Raises FormatError with the line of the first fault."""
    text = decode(read_bytes(source, MAX_BYTES), Place(source))
    lines: dict[tuple[Any, ...], int] = {}
    value = _parsed(text, source, lines)
    if not isinstance(value, dict):
        raise FormatError("A role is a list of fields (name, outline, rules …).", file=source)
    try:
        role = Role.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"])
        message = f"Not a valid role: {place or 'the whole'}: {fault['msg']}."
        raise FormatError(message, file=source, line=_line(fault, lines)) from error
    _check_speakers(role, source, lines)
    return role


def _parsed(text: str, source: Path, lines: dict[tuple[Any, ...], int]) -> Any:
    try:
        _check_events(text, source)
        loader = _loader()(text)
        try:
            node = loader.get_single_node()
            value = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", "it is damaged")
        line = mark.line + 1 if mark is not None else None
        raise FormatError(f"This is not YAML: {problem}.", file=source, line=line) from error
    except (ValueError, RecursionError) as error:
        raise FormatError(f"This is not YAML: {error}.", file=source) from error
    _note_lines(node, (), lines)
    return value


def _check_events(text: str, source: Path) -> None:
    """Refuse aliases, tags and deep nesting while nothing is built yet."""
    depth = 0
    for event in yaml.parse(text, Loader=_loader()):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None) not in (None, "!"):
            raise FormatError("Roles do not use YAML aliases or tags.", file=source, line=line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise FormatError(f"It is nested over {MAX_DEPTH} deep.", file=source, line=line)


def _check_speakers(role: Role, source: Path, lines: dict[tuple[Any, ...], int]) -> None:
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
