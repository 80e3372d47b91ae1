"""Reading the catalog's YAML: small plain files, refused with file and line when they are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from personae.errors import FormatError
from personae.text.parsing import yaml_fault

MAX_BYTES = 16_384
# libyaml's composer recurses in C: text nested thousands deep would crash the process.
MAX_DEPTH = 16


def read_yaml(file: Path) -> Any:
    """The value in a YAML file of plain scalars, lists and maps, without anchors or tags.

    Raises FormatError where it is unreadable, too large, too deep, not UTF-8 or not YAML.
    """
    return parse_yaml(_text_of(file), file)


def parse_yaml(text: str, file: Path) -> Any:
    """The value that the text of `file` describes. Raises FormatError like `read_yaml`."""
    import yaml

    # The C loader reads the 125 rows about nine times faster than the pure one.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_shape(yaml.parse(text, Loader=loader), file)
        return yaml.load(text, Loader=loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise yaml_fault(error, file) from error


def _text_of(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise FormatError(f"It cannot be read: {error.strerror or error}.", file=file) from error
    if len(raw) > MAX_BYTES:
        raise FormatError(f"It is larger than {MAX_BYTES} bytes.", file=file)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise FormatError("It is not UTF-8.", file=file, line=line) from error


def _check_shape(events: Any, file: Path) -> None:
    import yaml

    depth = 0
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FormatError("Anchors and aliases are not allowed here.", file=file, line=line)
        if getattr(event, "tag", None):
            raise FormatError("Tags are not allowed here.", file=file, line=line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise FormatError(f"It is nested more than {MAX_DEPTH} deep.", file=file, line=line)
