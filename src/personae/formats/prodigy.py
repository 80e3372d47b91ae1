"""PRODIGy characters: film characters with gender, MBTI type and a first-person biography."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from personae.data import Persona, Provenance, Traits
from personae.registry import EntryInfo
from personae.text.parsing import Place, Record, parse_json, read_text

ENTRY = EntryInfo(
    systems=("S028",),
    paper="PRODIGy: a PROfile-based DIalogue Generation dataset (Occhipinti et al., 2024)",
    reads="persona",
    extensions=(".json",),
)

_LETTERS = (
    {"extrovert": "E", "introvert": "I"},
    {"sensor": "S", "intuitive": "N"},
    {"thinker": "T", "feeler": "F"},
    {"judger": "J", "perceiver": "P"},
)


def detects(head: bytes, path: Path) -> bool:
    """Whether the file begins like a map of characters with a type and a biography."""
    is_object = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    return is_object and all(
        key in head for key in (b'"character_name"', b'"mbti"', b'"biography"', b'"movie_name"')
    )


def read(source: Path) -> Iterator[Persona]:
    """The characters; the record with both lists of paraphrases stays in `card`, verbatim."""
    place = Place(source)
    characters = Record.of(parse_json(read_text(source), place), place, "file")
    for uid, value in characters.fields.items():
        if not isinstance(value, dict):
            raise place.fault(f"The character {uid!r} is not an object.")
        try:
            yield _persona(uid, Record(value, place))
        except ValueError as error:
            raise place.fault(f"The character {uid!r}: {error}.") from error


def paraphrases(persona: Persona) -> tuple[tuple[str, ...], ...]:
    """The two rewordings of the biography, in its order; shorter where the data set lacks some."""
    return tuple(
        tuple(line for line in persona.card.get(key, ()) if isinstance(line, str))
        for key in ("paraphrasis_1", "paraphrasis_2")
    )


def mbti_type(words: str) -> str:
    """`extrovert, sensor, feeler, judger` as `ESFJ`. Raises ValueError on other words."""
    parts = [word.strip().lower() for word in words.split(",")]
    letters = [known.get(part, "") for known, part in zip(_LETTERS, parts, strict=False)]
    if len(parts) != 4 or "" in letters:
        raise ValueError(f"{words[:60]!r} is not an MBTI type in four words")
    return "".join(letters)


def _persona(uid: str, record: Record) -> Persona:
    card: dict[str, Any] = record.fields
    attributes = {key: record.text(key) for key in ("gender", "movie_name") if key in card}
    return Persona(
        name=record.text("character_name"),
        id=f"prodigy-{uid}",
        statements=record.texts("biography"),
        traits=Traits(mbti=mbti_type(record.text("mbti"))),
        attributes={key.removesuffix("_name"): value for key, value in attributes.items()},
        provenance=Provenance(creator="PRODIGy", sources=("LanD-FBK/prodigy-dataset",)),
        card=card,
    )
