"""Personas by name or path: shipped characters, stored personas, and files of any known format."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from personae.errors import FormatError, InvalidOption, UnknownEntry
from personae.registry import Entry, entries, find
from personae.settings import from_home

if TYPE_CHECKING:
    from personae.data import Persona

ROLE_PREFIX = "role:"


class PersonaSource(Protocol):
    """The part of a store that looks personas up."""

    def find_persona(self, name: str, /) -> Persona | None: ...

    def persona_names(self) -> Sequence[str]: ...


def load_persona(card: str | Path, *, store: PersonaSource | None = None) -> Persona:
    """The persona that `card` names: a file, a shipped character, or one in the store.

    `role:` and a role's file or name (`role:phone-companion`) is who holds that role. Raises
    FormatError for a file that is not a card or holds several personas, InvalidOption for
    a URL, and UnknownEntry with the nearest names for anything else.
    """
    from personae import characters

    name = str(card)
    if name.startswith(ROLE_PREFIX):
        from personae.formats.role_file import open_role, persona_of

        return persona_of(open_role(name.removeprefix(ROLE_PREFIX)))
    if "://" in name:
        raise InvalidOption(
            f"{name[:200]!r} is a URL, and personae fetches nothing: download the card and give "
            "its path."
        )
    path = card_path(card)
    if path is not None:
        return _only_persona(path)
    if name in characters.names():
        return _only_persona(characters.path_of(name))
    stored = store.find_persona(name) if store is not None else None
    if stored is not None:
        return stored
    known = {*characters.names(), *(store.persona_names() if store is not None else ())}
    raise UnknownEntry("character", name, known, "See `personae list characters`.")


def card_path(card: str | Path) -> Path | None:
    """The file that `card` means, or None where it is a name.

    What exists is a file; so is what looks like one. Raises FormatError when that does not exist,
    InvalidOption for the home folder of nobody.
    """
    path = from_home(card)
    try:
        if path.is_file():
            return path
        looks_like_path = isinstance(card, Path) or len(path.parts) > 1
        if looks_like_path or path.suffix.lower() in _known_endings():
            if path.exists():
                raise FormatError("This is not a file with a card.", file=path)
            raise FormatError("There is no such file.", file=path)
    except (OSError, ValueError) as error:  # a name too long, or with a NUL byte
        fault = getattr(error, "strerror", None) or error
        raise FormatError(f"This is not the name of a file: {fault}.") from error
    return None


def read_personas(path: str | Path, format: str | None = None) -> Iterator[Persona]:  # noqa: A002
    """The personas of a file, in the given format or the one that recognises the file.

    Raises UnknownEntry, InvalidOption, and FormatError for what the format cannot read.
    """
    from personae.formats import reading

    return reading.read_personas(path, format)


def write_personas(
    personas: Iterable[Persona],
    path: str | Path,
    format: str | None = None,  # noqa: A002
    **options: Any,
) -> None:
    """Write personas in the given format, or that of the path's ending; all or nothing.

    `options` are those of the format's `write` (`version`, `clock`, `origin`); those that it does
    not have are left out when they are None. Raises UnknownEntry, InvalidOption, FormatError.
    """
    target = Path(path)
    entry = writer_of(target, format)
    write = entry.load().write
    known = inspect.signature(write).parameters
    given = {key: value for key, value in options.items() if value is not None or key in known}
    for key in given:
        if key not in known and key != "origin":
            raise InvalidOption(f"The format {entry.name!r} has no option {key!r}.")
    taken = {key: value for key, value in given.items() if key in known and value is not None}
    write(personas, target, **taken)


def writer_of(target: Path, name: str | None = None) -> Entry:
    """The format to write `target` in. Raises UnknownEntry, InvalidOption."""
    writable = [entry for entry in _persona_formats() if _can_write(entry.load())]
    names = ", ".join(entry.name for entry in writable)
    if name is not None:
        entry = _persona_format(name)
        if entry in writable:
            return entry
        raise InvalidOption(f"The format {name!r} can be read, not written. Writable: {names}.")
    for entry in writable:
        if _has_ending(target, entry):
            return entry
    raise InvalidOption(
        f"The ending of {target.name!r} names no format to write. Choose one of: {names}."
    )


def _only_persona(path: Path) -> Persona:
    found = read_personas(path)
    first = next(found, None)
    if first is None:
        raise FormatError("This file holds no persona.", file=path)
    if next(found, None) is not None:
        raise FormatError(
            "This file holds several personas: `personae cards convert` needs one.", file=path
        )
    return first


def _persona_formats() -> list[Entry]:
    return [entry for entry in entries("format").values() if entry.info.reads == "persona"]


def _persona_format(name: str) -> Entry:
    entry = find("format", name)
    if entry.info.reads != "persona":
        known = ", ".join(one.name for one in _persona_formats())
        raise InvalidOption(f"The format {name!r} holds no personas. Those that do: {known}.")
    return entry


def _known_endings() -> set[str]:
    return {
        f".{end.rpartition('.')[2]}" for one in _persona_formats() for end in one.info.extensions
    }


def _has_ending(path: Path, entry: Entry) -> bool:
    return path.name.lower().endswith(entry.info.extensions) if entry.info.extensions else False


def _can_write(module: ModuleType) -> bool:
    return callable(getattr(module, "write", None))
