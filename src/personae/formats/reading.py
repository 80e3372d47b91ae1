"""Reading and writing data by format name, or by what the file looks like."""

from __future__ import annotations

import codecs
import inspect
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from personae.data import Dialogue, Persona
from personae.errors import FormatError, InvalidOption, PersonaeError
from personae.registry import Entry, entries, find
from personae.settings import load_settings
from personae.text.parsing import read_head

_LAST_RESORT = "chat-log"  # any text with colons could be one


def read_dialogues(
    path: str | Path,
    format: str | None = None,  # noqa: A002 - the public word
    **options: Any,
) -> Iterator[Dialogue]:
    """The dialogues of a file, as a stream; its format is detected where none is given.

    `path` may also be relative to the data folder (`PERSONAE_DATA`). Options are those of the
    format's reader (`joined=True` for MSC). Raises UnknownEntry, InvalidOption, and FormatError.
    """
    source = find_data(path)
    entry = _entry(source, format, "dialogue")
    found: Iterator[Dialogue] = _read(entry, source, options)
    return found


def read_personas(
    path: str | Path,
    format: str | None = None,  # noqa: A002 - the public word
    **options: Any,
) -> Iterator[Persona]:
    """The personas of a file (PRODIGy, cards …). Raises as `read_dialogues` does."""
    source = find_data(path)
    found = _read(_entry(source, format, "persona"), source, options)
    return iter((found,)) if isinstance(found, Persona) else iter(found)


def write_dialogues(
    dialogues: Iterable[Dialogue],
    path: str | Path,
    format: str = "dialogues",  # noqa: A002 - the public word
    *,
    overwrite: bool = True,
) -> int:
    """Write dialogues and return how many; the file appears as a whole or not at all.

    Raises UnknownEntry, InvalidOption when the file exists and may not be overwritten or the
    format cannot be written, and FormatError for what the format cannot hold.
    """
    target, module = Path(path), find("format", format).load()
    writer = getattr(module, "write", None)
    if writer is None or module.ENTRY.reads != "dialogue":
        known = ", ".join(writable_formats())
        raise InvalidOption(f"The format {format!r} cannot be written. These can: {known}.")
    if target.is_dir():
        raise InvalidOption(f"{target} is a folder; name a file in it.")
    if target.exists() and not overwrite:
        raise InvalidOption(f"{target} exists. Pass --force to replace it.")
    count = 0

    def counted() -> Iterator[Dialogue]:
        nonlocal count
        for dialogue in dialogues:
            count += 1
            yield dialogue

    _write_whole(writer, counted(), target)
    return count


def dialogue_formats() -> dict[str, Entry]:
    """The formats that hold dialogues, by name; nothing is imported."""
    return _formats("dialogue")


def writable_formats() -> list[str]:
    """The names of the dialogue formats that can be written."""
    return [name for name, entry in dialogue_formats().items() if hasattr(entry.load(), "write")]


def detect(path: str | Path, reads: str = "dialogue") -> Entry:
    """The format that recognises the file. Raises FormatError when none or several do."""
    source = find_data(path)
    head = read_head(source)
    names = [
        name for name, entry in _formats(reads).items() if _recognises(entry.load(), head, source)
    ]
    if len(names) > 1 and _LAST_RESORT in names:
        names.remove(_LAST_RESORT)
    if len(names) == 1:
        return find("format", names[0])
    if source.is_dir():
        files = sorted(file.name for file in source.iterdir() if file.is_file())[:12]
        raise FormatError(f"This is a folder; name one file in it: {', '.join(files)}.", file=path)
    if names:
        raise FormatError(
            f"Several formats recognise this file: {', '.join(names)}. Choose one with --format.",
            file=path,
        )
    raise FormatError(
        f"{_why_unknown(head)}No {reads} format recognises this file. Name one with --format: "
        f"{', '.join(_formats(reads))}.",
        file=path,
    )


def _why_unknown(head: bytes) -> str:
    """What is odd about a file that no format recognises, as a sentence; empty when nothing is."""
    if not head.strip():
        return "The file is empty. "
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "The file is not UTF-8 text. "
    return ""


def find_data(path: str | Path) -> Path:
    """`path` where it exists, else the same path in the data folder. Raises FormatError."""
    here = Path(path)
    folder = load_settings().datasets_dir
    try:
        for candidate in (here, folder / here):
            if candidate.exists():
                return candidate
    except OSError as error:
        raise FormatError(f"The path cannot be used: {error.strerror}.", file=path) from error
    raise FormatError(f"There is no such file, neither here nor in {folder}.", file=path)


def _formats(reads: str) -> dict[str, Entry]:
    return {name: entry for name, entry in entries("format").items() if entry.info.reads == reads}


def _recognises(module: ModuleType, head: bytes, source: Path) -> bool:
    detects = getattr(module, "detects", None)
    return bool(detects and detects(head, source))


def _entry(source: Path, name: str | None, reads: str) -> Entry:
    if name is None:
        return detect(source, reads)
    entry = find("format", name)
    if entry.info.reads != reads:
        other = "cards" if entry.info.reads == "persona" else "data"
        raise InvalidOption(
            f"The format {name!r} holds {entry.info.reads or 'other noun'}s, not {reads}s. "
            f"{reads.capitalize()} formats: {', '.join(_formats(reads))}. "
            f"See `personae {other} --help`."
        )
    return entry


def _read(entry: Entry, source: Path, options: Mapping[str, Any]) -> Any:
    reader = getattr(entry.load(), "read", None)
    if reader is None:
        raise PersonaeError(f"The format {entry.name!r} has no reader.")
    return reader(source, **_checked(entry, reader, options))


def _checked(entry: Entry, reader: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    parameters = inspect.signature(reader).parameters
    known = {
        name: parameter.default
        for name, parameter in parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    for name, value in options.items():
        if name not in known:
            allowed = ", ".join(known) or "none"
            raise InvalidOption(
                f"The format {entry.name!r} has no option {name!r}. Its options: {allowed}."
            )
        if type(value) is not type(known[name]):
            wanted = type(known[name]).__name__
            raise InvalidOption(f"Option {name}={value!r} of {entry.name!r} is not a {wanted}.")
    return dict(options)


def _write_whole(writer: Any, dialogues: Iterator[Dialogue], target: Path) -> None:
    """Write beside the target under another name of the same ending, then rename."""
    written: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.stem[:100]}.", suffix=target.suffix,
                                        dir=target.parent)  # fmt: skip
        os.close(handle)
        written = Path(name)
        writer(dialogues, written)
        written.chmod(0o666 & ~_umask())
        written.replace(target)
    except OSError as error:
        fault = error.strerror or error
        raise FormatError(f"This file cannot be written: {fault}.", file=target) from error
    finally:
        if written is not None:
            written.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
