"""Character cards in PNG and APNG pictures: `ccv3`, and `chara` for older applications."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from personae.data import JsonObject, Persona
from personae.formats.card_assets import (
    CHUNK_PREFIX,
    EMBEDDED,
    IN_CHUNK,
    KEYWORDS,
    belongings_of,
    card_text,
    main_icon,
    picture_for,
    with_locations,
)
from personae.formats.card_fields import parse_card_json
from personae.formats.character_card import (
    Clock,
    backfill,
    card_faults,
    card_from_persona,
    only_one,
    persona_from_card,
)
from personae.media.atomic_file import write_atomically
from personae.media.png import is_png, with_texts
from personae.registry import EntryInfo
from personae.text.parsing import Place, dump_json

ENTRY = EntryInfo(reads="persona", extensions=(".png", ".apng"))


def detects(head: bytes, path: Path) -> bool:
    """Whether the file is a PNG; whether it holds a card is known when it is read."""
    return is_png(head)


def read(source: Path) -> Iterator[Persona]:
    """The character in the picture. Raises FormatError."""
    yield persona_from_card(read_card(source), file=source)


def read_card(source: Path) -> Any:
    """The card's JSON, unchecked; `ccv3` before `chara`. Raises FormatError."""
    return parse_card_json(card_text(source)[0], Place(source))


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
    """One persona in a picture: that of `origin`, the file it came from, or a plain one.

    Version 3 writes `ccv3` and a V2 card for older applications; 1 and 2 write `chara` alone. The
    assets of `origin` come along. Raises FormatError.
    """
    persona = only_one(personas, target)
    card = card_from_persona(persona, version, clock=clock)
    beside = belongings_of(origin)
    picture = picture_for(persona.name, beside.picture or main_icon(card, beside.files))
    card = with_locations(card, EMBEDDED, IN_CHUNK) if beside.files else card
    cards = {"ccv3": card, "chara": backfill(card)} if version == 3 else {"chara": card}
    texts = {keyword: _packed(one, target) for keyword, one in cards.items()}
    for path, content in beside.files.items():
        texts[CHUNK_PREFIX + path] = base64.b64encode(content)
    write_atomically(target, with_texts(picture, texts, drop=KEYWORDS, source=target))


def _packed(card: JsonObject, target: Path) -> bytes:
    return base64.b64encode(dump_json(card, Place(target)).encode())
