"""Character cards V1, V2 and V3 as JSON: nothing of an imported card is lost.

The imported data object stays verbatim in `Persona.card`; an export writes it again and changes
only the fields that the persona has changed. What cards have no field for goes to
`extensions["personae"]`. What stood around the data object (its specification, keys that other
applications put there) is kept under `card["personae:envelope"]`.

Source: malfoyslastname/character-card-spec-v2, kwaroran/character-card-spec-v3.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from personae.data import JsonObject, Persona, stable_id
from personae.errors import FormatError
from personae.formats.card_fields import (
    MAX_CARD_BYTES,
    Fields,
    parse_card_json,
    parse_examples,
    render_examples,
)
from personae.formats.lorebook import (
    book_from_lorebook,
    completed_book,
    lorebook_from_book,
    without_decorators,
)
from personae.media.atomic_file import write_atomically
from personae.registry import EntryInfo
from personae.text.parsing import HEAD_BYTES, Place, dump_json, head_keys, kind_of, read_bytes

ENTRY = EntryInfo(reads="persona", extensions=(".json",))
ENVELOPE = "personae:envelope"
NEWEST_VERSION = 3.0
MAX_NAME_CHARS = 1_000
BACKFILL_WARNING = (
    "This is a Character Card V3 that was loaded as Character Card V2. Use an application that "
    "understands V3 to get all of it."
)

Clock = Callable[[], datetime]

_SPECS = {2: ("chara_card_v2", "2.0"), 3: ("chara_card_v3", "3.0")}
_PLAIN_TEXTS = {  # field of the card: field of the persona
    "name": "name", "description": "description", "personality": "personality",
    "scenario": "scenario", "system_prompt": "system_prompt",
    "post_history_instructions": "post_history_instructions", "character_version": "version",
}  # fmt: skip
_V1_KEYS = ("name", "description", "personality", "scenario", "first_mes", "mes_example")
_V2_TEXTS = (
    *_V1_KEYS, "creator_notes", "system_prompt", "post_history_instructions", "creator",
    "character_version",
)  # fmt: skip
_V2_LISTS = ("alternate_greetings", "tags")
_CARD_KEYS = frozenset({*_V2_TEXTS, *_V2_LISTS, "data", "spec", "spec_version", "nickname"})
_PYGMALION = {
    "char_name": "name", "char_persona": "description", "world_scenario": "scenario",
    "char_greeting": "first_mes", "example_dialogue": "mes_example",
}  # fmt: skip
_OURS = (
    "statements", "style", "language", "traits", "attributes", "knowledge", "utterances", "tools",
    "events",
)  # fmt: skip
_OUR_PROVENANCE = ("license", "real_person", "consent")
_ID_KEYS = ("name", "creator", *_V1_KEYS[1:])


def detects(head: bytes, path: Path) -> bool:
    """Whether the file begins like a character card in JSON."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"{":
        return False
    keys = head_keys(head)
    if b"chara_card_v" in head and keys & {"spec", "data", "spec_version"}:
        return True
    if "data" in keys and b'"first_mes"' in head:
        return True
    if len(head) >= HEAD_BYTES and keys and keys <= _CARD_KEYS:
        return True  # a long text hides the other fields
    is_first = "name" in keys and bool(keys & {"first_mes", "mes_example"})
    return is_first or ("char_name" in keys and bool(keys & {"char_persona", "char_greeting"}))


def read(source: Path) -> Iterator[Persona]:
    """The character of the card. Raises FormatError."""
    yield persona_from_card(read_card(source), file=source)


def read_card(source: Path) -> Any:
    """The card's JSON, unchecked. Raises FormatError."""
    return parse_card_json(read_bytes(source, MAX_CARD_BYTES), Place(source))


def faults(source: Path) -> tuple[str, ...]:
    """Everything that is wrong in the file, each with its place in the card."""
    return card_faults(read_card(source))


def write(
    personas: Iterable[Persona], target: Path, *, version: int = 3, clock: Clock | None = None
) -> None:
    """One persona as a V3 card (or V1, V2). Raises FormatError for more or fewer than one."""
    card = card_from_persona(only_one(personas, target), version, clock=clock)
    write_atomically(target, dump_json(card, Place(target), indent=2).encode())


def only_one(personas: Iterable[Persona], target: Path) -> Persona:
    """The persona to write. Raises FormatError for more or fewer than one."""
    found = list(personas)
    if len(found) != 1:
        raise FormatError(f"A card holds one persona, not {len(found)}.", file=target)
    return found[0]


def persona_from_card(card: object, *, file: Path | None = None) -> Persona:
    """The persona of a card in any version. Raises FormatError naming the first wrong field."""
    persona, found = _read(card)
    if persona is None or found:
        raise FormatError(_sentence(found[0]), file=file)
    return persona


def card_faults(card: object) -> tuple[str, ...]:
    """Everything that is wrong in a card, each with its place."""
    return tuple(_sentence(fault) for fault in _read(card)[1])


def notes_of(persona: Persona) -> tuple[str, ...]:
    """What a user should know of the imported card: the version it was written for."""
    envelope = persona.card.get(ENVELOPE)
    if not isinstance(envelope, dict):
        return ()
    written = envelope.get("spec_version")
    try:
        version = float(str(written))
    except ValueError:
        return (f"The card gives its version as {written!r}, which is not a number.",)
    if version > NEWEST_VERSION:
        return (
            f"The card was written for version {written}, newer than {NEWEST_VERSION}: "
            f"what is new in it is kept but not understood.",
        )
    return ()


def card_from_persona(
    persona: Persona, version: int = 3, *, clock: Clock | None = None
) -> JsonObject:
    """The card object of a persona, V3 unless `version` says 1 or 2.

    Required fields are all there, `source` is only appended to, and V3 cards carry the time of
    `clock` (now) as `modification_date`. Raises FormatError for another version.
    """
    if version not in (1, 2, 3):
        raise FormatError(f"There is no character card version {version}: choose 1, 2 or 3.")
    base = {key: copy.deepcopy(part) for key, part in persona.card.items() if key != ENVELOPE}
    data = _overlaid(base, persona)
    _complete(data, version)
    if version == 3:
        now = int((clock or _now)().timestamp())
        if not base:
            data["creation_date"] = now
        data["modification_date"] = now
    around = _around(persona, base, data)
    if version == 1:
        return {**around, **data}
    spec, spec_version = _SPECS[version]
    return {"spec": spec, "spec_version": spec_version, "data": data, **around}


def backfill(card: JsonObject) -> JsonObject:
    """The V2 card that goes beside a V3 card in a PNG: with a warning, without decorators."""
    data = dict(card["data"])
    notes = data.get("creator_notes") or ""
    data["creator_notes"] = f"{BACKFILL_WARNING}\n\n{notes}".strip()
    if data.get("character_book") is not None:
        data["character_book"] = without_decorators(data["character_book"])
    spec, spec_version = _SPECS[2]
    return {**card, "spec": spec, "spec_version": spec_version, "data": data}


def _now() -> datetime:
    return datetime.now(UTC)


def _sentence(fault: str) -> str:
    return f"Not a valid character card: {fault}."


def _read(card: object) -> tuple[Persona | None, list[str]]:
    """The persona, or None, and everything that is wrong."""
    data, envelope, fault = _unwrapped(card)
    if fault:
        return None, [fault]
    found: list[str] = []
    values = _values(data, found)
    if not values["name"].strip():
        found.append("name is missing")
    elif len(values["name"]) > MAX_NAME_CHARS:
        found.append(f"name has more than {MAX_NAME_CHARS} characters")
    stored = {**data, ENVELOPE: envelope} if envelope else data
    try:
        persona = Persona.model_validate({**values, "card": stored})
    except ValidationError as error:
        return None, found + [_our_fault(part) for part in error.errors(include_url=False)]
    return persona, found


def _unwrapped(card: object) -> tuple[JsonObject, JsonObject, str]:
    """The data object, what stands around it, and what is wrong with the whole."""
    if not isinstance(card, dict):
        return {}, {}, f"the whole must be an object, but is {kind_of(card)}"
    spec, data = card.get("spec"), card.get("data")
    if isinstance(spec, str) and spec.startswith("lorebook"):
        return {}, {}, "this is a lorebook, not a character"
    if isinstance(data, dict):
        rest = {key: part for key, part in card.items() if key != "data"}
        return data, rest, ""
    if isinstance(spec, str) and spec.startswith("chara_card"):
        return {}, {}, f"data must be an object, but is {kind_of(data)}"
    renamed = {new: card[old] for old, new in _PYGMALION.items() if old in card}
    flat = {**renamed, **card}
    if "name" not in flat or not any(key in flat for key in _V1_KEYS[1:]):
        return {}, {}, "it has none of the fields of a card (spec and data, or name and first_mes)"
    return flat, {}, ""


def _values(data: JsonObject, found: list[str]) -> JsonObject:
    """The fields of the persona that a card's data object says; adds what is wrong to `found`."""
    fields = Fields(data, "", found)
    values: JsonObject = {ours: fields.text(key) for key, ours in _PLAIN_TEXTS.items()}
    values["nickname"] = fields.text("nickname")
    greetings = (fields.text("first_mes"), *fields.texts("alternate_greetings"))
    values["greetings"] = tuple(greeting for greeting in greetings if greeting)
    values["group_greetings"] = fields.texts("group_only_greetings")
    values["tags"] = fields.words("tags")
    names = tuple(name for name in (values["name"], values["nickname"]) if name)
    values["examples"] = parse_examples(fields.text("mes_example"), names)
    if data.get("character_book") is not None:
        values["lorebook"] = lorebook_from_book(data["character_book"], "character_book", found)
    extensions = Fields(fields.mapping("extensions"), "extensions", found)
    ours = Fields(extensions.mapping("personae"), "extensions.personae", found)
    values |= {key: ours.values[key] for key in _OURS if ours.values.get(key) is not None}
    provenance = ours.mapping("provenance")
    values["provenance"] = {
        **{key: provenance[key] for key in _OUR_PROVENANCE if provenance.get(key) is not None},
        "creator": fields.text("creator"),
        "sources": fields.words("source"),
    }
    values["id"] = ours.text("id") or _derived_id(data)
    return values


def _our_fault(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    is_ours = fault["loc"][:1] and fault["loc"][0] in (*_OURS, "provenance")
    return f"{'extensions.personae.' if is_ours else ''}{place}: {fault['msg']}"


def _derived_id(data: JsonObject) -> str:
    """An id that is the same for every version and container of a card."""
    texts = [data[key] if isinstance(data.get(key), str) else "" for key in _ID_KEYS]
    slug = re.sub(r"[^a-z0-9]+", "-", texts[0].lower()).strip("-")[:40]
    return stable_id(slug or "persona", *texts)


def _seen(base: JsonObject) -> Persona:
    """What `base` says, as far as it is valid: what an export compares with."""
    values = _values(base, [])
    try:
        return Persona.model_validate(values)
    except ValidationError:
        values = {key: part for key, part in values.items() if key not in (*_OURS, "provenance")}
        return Persona.model_validate(values)


def _overlaid(base: JsonObject, persona: Persona) -> JsonObject:
    """The data object: `base`, with the fields that the persona has changed."""
    seen, data = _seen(base), dict(base)

    def put(key: str, new: Any, old: Any, written: Any, kind: type) -> None:
        if new != old or (key in data and not isinstance(data[key], kind)):
            data[key] = written

    for key, ours in _PLAIN_TEXTS.items():
        new = getattr(persona, ours)
        put(key, new, getattr(seen, ours), new, str)
    put("nickname", persona.nickname, seen.nickname, persona.nickname, str)
    put("creator", persona.provenance.creator, seen.provenance.creator,
        persona.provenance.creator, str)  # fmt: skip
    put("tags", persona.tags, seen.tags, list(persona.tags), list)
    put("group_only_greetings", persona.group_greetings, seen.group_greetings,
        list(persona.group_greetings), list)  # fmt: skip
    put("mes_example", persona.examples, seen.examples, render_examples(persona.examples), str)
    if persona.greetings != seen.greetings:
        data["first_mes"] = persona.greetings[0] if persona.greetings else ""
        data["alternate_greetings"] = list(persona.greetings[1:])
    _overlay_sources(data, persona, seen)
    _overlay_book(data, persona, seen)
    _overlay_ours(data, persona, seen)
    return data


def _overlay_sources(data: JsonObject, persona: Persona, seen: Persona) -> None:
    known = seen.provenance.sources
    new = [source for source in persona.provenance.sources if source not in known]
    if new or ("source" in data and not isinstance(data["source"], list)):
        data["source"] = [*known, *new]


def _overlay_book(data: JsonObject, persona: Persona, seen: Persona) -> None:
    if persona.lorebook == seen.lorebook and (
        persona.lorebook is None or isinstance(data.get("character_book"), dict)
    ):
        return
    if persona.lorebook is None:
        data.pop("character_book", None)
    else:
        data["character_book"] = book_from_lorebook(persona.lorebook)


def _overlay_ours(data: JsonObject, persona: Persona, seen: Persona) -> None:
    """Our part of the extensions, where it differs from what is there."""
    extensions = data["extensions"] if isinstance(data.get("extensions"), dict) else {}
    there = extensions.get("personae")
    ours: JsonObject = dict(there) if isinstance(there, dict) else {}
    new, old = _our_part(persona), _our_part(seen)
    for key in new.keys() | old.keys():
        if new.get(key) == old.get(key):
            continue
        if key in new:
            ours[key] = new[key]
        else:
            ours.pop(key, None)
    if persona.id == _derived_id(data):
        ours.pop("id", None)
    else:
        ours["id"] = persona.id
    if ours != there and (ours or "personae" in extensions):
        data["extensions"] = {**extensions, "personae": ours}


def _our_part(persona: Persona) -> JsonObject:
    whole = persona.model_copy(update={"card": {}}).to_dict()
    part = {key: whole[key] for key in _OURS if key in whole}
    provenance = whole.get("provenance", {})
    kept = {key: provenance[key] for key in _OUR_PROVENANCE if key in provenance}
    return {**part, "provenance": kept} if kept else part


def _complete(data: JsonObject, version: int) -> None:
    """Add the fields that the version demands, with their defaults."""
    texts = _V1_KEYS if version == 1 else _V2_TEXTS
    defaults: JsonObject = dict.fromkeys(texts, "")
    if version > 1:
        defaults |= {key: [] for key in _V2_LISTS} | {"extensions": {}}
    if version == 3:
        defaults["group_only_greetings"] = []
    for key, default in defaults.items():
        if not isinstance(data.get(key), type(default)):
            data[key] = default
    if isinstance(data.get("character_book"), dict):
        data["character_book"] = completed_book(data["character_book"], version)


def _around(persona: Persona, base: JsonObject, data: JsonObject) -> JsonObject:
    """The keys beside the data object; copies of fields, as SillyTavern writes them, follow."""
    envelope = persona.card.get(ENVELOPE)
    if not isinstance(envelope, dict):
        return {}
    around = {}
    for key, part in envelope.items():
        if key not in ("spec", "spec_version", "data"):
            is_copy = key in base and part == base[key] and key in data
            around[key] = data[key] if is_copy else copy.deepcopy(part)
    return around
