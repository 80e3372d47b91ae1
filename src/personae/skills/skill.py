"""Reading a skill: what a few-shot prompt shows the model of one way of talking (S011).

The folder holds `skill.yaml` (name, description, header lines, speaker labels) and `shots.jsonl`,
one `{"meta": [fact, …], "dialogue": [[user, assistant], …]}` a line, the file format of the
Few-Shot Bot (Madotto et al., 2021). Files are hostile until parsed: sizes and counts are limited.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field

from personae.data import JsonObject, Noun
from personae.errors import FormatError
from personae.text.parsing import yaml_fault

MAX_FILE_BYTES = 4_000_000
MAX_SHOTS = 10_000
_MAX_YAML_NESTING = 50

Text = Annotated[str, Field(min_length=1, max_length=4_000, pattern=r"\S")]
OneLine = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\r\n]*[^\s][^\r\n]*$")]


class Shot(Noun):
    """One example dialogue: what the assistant knows, and (user, assistant) pairs."""

    dialogue: Annotated[tuple[tuple[Text, Text], ...], Field(min_length=1, max_length=100)]
    meta: Annotated[tuple[Text, ...], Field(max_length=100)] = ()


class Skill(Noun):
    """A way of talking, shown by shots. The headers begin the blocks of a shot in the prompt."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
    description: str = ""
    meta_header: OneLine = "Information:"
    dialogue_header: OneLine = "Dialogue:"
    user: OneLine = "User"
    assistant: OneLine = "Assistant"
    license: str = ""
    shots: Annotated[tuple[Shot, ...], Field(min_length=1)]


def read_skill(folder: Path) -> Skill:
    """The skill in `folder`. Raises FormatError."""
    file = folder / "skill.yaml"
    fields = _read_yaml(file)
    if "shots" in fields:
        raise FormatError("Shots belong in shots.jsonl, not in skill.yaml.", file=file)
    shots = read_shots(folder / "shots.jsonl")
    try:
        return Skill.from_dict({**fields, "shots": shots})
    except FormatError as error:
        raise FormatError(error.reason, file=file) from error


def read_shots(file: Path) -> tuple[Shot, ...]:
    """The dialogues of a JSONL file, blank lines skipped. Raises FormatError with the line."""
    shots: list[Shot] = []
    for number, line in enumerate(_read_text(file).split("\n"), start=1):
        if not line.strip():
            continue
        if len(shots) == MAX_SHOTS:
            raise FormatError(f"More than {MAX_SHOTS:,} shots.", file=file, line=number)
        try:
            shots.append(Shot.from_dict(json.loads(line)))
        except FormatError as error:
            raise FormatError(error.reason, file=file, line=number) from error
        except (ValueError, RecursionError) as error:
            raise FormatError(f"This is not JSON: {error}.", file=file, line=number) from error
    return tuple(shots)


def _read_text(file: Path) -> str:
    try:
        with file.open("rb") as source:
            data = source.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise FormatError(f"Cannot be read: {error.strerror or error}.", file=file) from error
    if len(data) > MAX_FILE_BYTES:
        raise FormatError(f"Larger than {MAX_FILE_BYTES:,} bytes.", file=file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"Not UTF-8 at byte {error.start:,}.", file=file) from error


def _read_yaml(file: Path) -> JsonObject:
    text = _read_text(file)
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise FormatError("YAML aliases are not allowed here.", file=file)
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_YAML_NESTING:
                raise FormatError("Nested too deeply.", file=file)
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise yaml_fault(error, file) from error
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise FormatError("Not a mapping of field names to values.", file=file)
    return value
