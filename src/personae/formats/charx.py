"""CHARX: a character card V3 with its assets in a ZIP archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from personae.data import Persona
from personae.errors import FormatError
from personae.formats.card_assets import (
    CARD_MEMBER,
    EMBEDDED,
    IN_CHUNK,
    belongings_of,
    is_archive,
    with_locations,
    with_picture,
)
from personae.formats.card_fields import parse_card_json
from personae.formats.character_card import (
    Clock,
    card_faults,
    card_from_persona,
    only_one,
    persona_from_card,
)
from personae.media.archive import packed, read_members
from personae.media.atomic_file import write_atomically
from personae.registry import EntryInfo
from personae.text.parsing import Place, dump_json

ENTRY = EntryInfo(reads="persona", extensions=(".charx",))

_MAX_DEFLATED_BYTES = 1024 * 1024  # larger cards are stored, so that no reader takes them for bombs


def detects(head: bytes, path: Path) -> bool:
    """Whether the file is a ZIP archive named `.charx`, or one that begins with a card."""
    return is_archive(head) and (path.suffix.lower() == ".charx" or CARD_MEMBER.encode() in head)


def read(source: Path) -> Iterator[Persona]:
    """The character in the archive. Raises FormatError."""
    yield persona_from_card(read_card(source), file=source)


def read_card(source: Path) -> Any:
    """The card's JSON, unchecked. Raises FormatError."""
    members = read_members(source)
    if CARD_MEMBER not in members:
        raise FormatError(f"This archive holds no {CARD_MEMBER}.", file=source)
    return parse_card_json(members[CARD_MEMBER], Place(source))


def faults(source: Path) -> tuple[str, ...]:
    """Everything that is wrong in the card, each with its place."""
    return card_faults(read_card(source))


def write(
    personas: Iterable[Persona],
    target: Path,
    *,
    version: int = 3,
    clock: Clock | None = None,
    origin: Path | None = None,
) -> None:
    """One persona with the assets of `origin`, the file it came from, byte for byte.

    The picture of a PNG becomes the main icon. Raises FormatError, also for `version` other than 3.
    """
    if version != 3:
        raise FormatError("A CHARX archive holds a card of version 3.", file=target)
    card = card_from_persona(only_one(personas, target), clock=clock)
    beside = belongings_of(origin)
    files = dict(beside.files)
    card = with_locations(card, IN_CHUNK, EMBEDDED) if files else card
    card = with_picture(card, files, beside.picture)
    content = dump_json(card, Place(target), indent=2).encode()
    compress = (CARD_MEMBER,) if len(content) <= _MAX_DEFLATED_BYTES else ()
    write_atomically(target, packed({CARD_MEMBER: content, **files}, compress))
