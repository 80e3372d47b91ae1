"""Stand-alone lorebooks: `lorebook_v3` JSON, bare character books, SillyTavern world info.

Keys that we do not know are kept in the entry's extensions under `personae:unknown` and written
back to where they were; so are decorators whose fallback chains say more than we keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from personae.data import JsonObject, Lorebook, LoreEntry
from personae.errors import FormatError
from personae.formats.card_fields import MAX_CARD_BYTES, Fields, parse_card_json
from personae.media.atomic_file import write_atomically
from personae.registry import EntryInfo
from personae.text.lorebook import parse_decorators
from personae.text.parsing import Place, dump_json, head_keys, kind_of, read_bytes

ENTRY = EntryInfo(reads="lorebook", extensions=(".json",))
SPEC = "lorebook_v3"
UNKNOWN = "personae:unknown"

_DECORATORS = "@@"  # under UNKNOWN: the decorator lines as they were written
_BOOK_KEYS = frozenset(Lorebook.model_fields)
_ENTRY_KEYS = frozenset(LoreEntry.model_fields) - {"decorators"}
_POSITIONS: tuple[Literal["before_char", "after_char"], ...] = ("before_char", "after_char")

# SillyTavern's names in world-info files, and those it uses itself in a card's entry extensions.
_WORLD_INFO = {
    "position": "position", "displayIndex": "display_index", "probability": "probability",
    "useProbability": "useProbability", "depth": "depth", "selectiveLogic": "selectiveLogic",
    "group": "group", "scanDepth": "scan_depth", "matchWholeWords": "match_whole_words",
    "caseSensitive": "case_sensitive", "role": "role", "excludeRecursion": "exclude_recursion",
    "preventRecursion": "prevent_recursion", "vectorized": "vectorized", "sticky": "sticky",
    "cooldown": "cooldown", "delay": "delay", "automationId": "automation_id",
}  # fmt: skip


def detects(head: bytes, path: Path) -> bool:
    """Whether the file begins like a lorebook and not like a card that holds one."""
    keys = head_keys(head)
    is_card = b"chara_card" in head or "first_mes" in keys or "char_name" in keys
    return not is_card and (SPEC.encode() in head or "entries" in keys)


def read(source: Path) -> Iterator[Lorebook]:
    """The lorebook of the file. Raises FormatError."""
    place = Place(source)
    value = parse_card_json(read_bytes(source, MAX_CARD_BYTES), place)
    faults: list[str] = []
    book = lorebook_from_json(value, faults)
    if faults:
        raise place.fault(faults[0] + ".")
    yield book


def write(books: Iterable[Lorebook], target: Path) -> None:
    """One lorebook as `lorebook_v3` JSON. Raises FormatError for more or fewer than one."""
    found = list(books)
    if len(found) != 1:
        raise FormatError(f"A lorebook file holds one lorebook, not {len(found)}.", file=target)
    value = {"spec": SPEC, "data": book_from_lorebook(found[0])}
    write_atomically(target, dump_json(value, Place(target), indent=2).encode())


def lorebook_from_json(value: object, faults: list[str]) -> Lorebook:
    """A lorebook from any of the three shapes; adds to `faults` what has the wrong type."""
    if isinstance(value, dict) and isinstance(value.get("data"), dict) and "entries" not in value:
        value = value["data"]
    if not isinstance(value, dict) or not isinstance(value.get("entries"), dict | list):
        faults.append("this is not a lorebook: it has no entries")
        return Lorebook()
    if isinstance(value["entries"], dict):
        value = {**value, "entries": [_from_world_info(one) for one in value["entries"].values()]}
    return lorebook_from_book(value, "", faults)


def lorebook_from_book(value: object, where: str, faults: list[str]) -> Lorebook:
    """A card's `character_book`; adds to `faults` what has the wrong type, named by place."""
    if not isinstance(value, dict):
        faults.append(f"{where} must be an object, but is {kind_of(value)}")
        return Lorebook()
    fields = Fields(value, where, faults)
    entries = [
        _entry(one, fields.place(f"entries[{index}]"), faults)
        for index, one in enumerate(fields.items("entries"))
    ]
    return Lorebook(
        entries=tuple(entry for entry in entries if entry is not None),
        name=fields.text("name"),
        description=fields.text("description"),
        scan_depth=fields.count("scan_depth"),
        token_budget=fields.count("token_budget"),
        recursive_scanning=fields.flag("recursive_scanning"),
        extensions=_with_unknown(fields.mapping("extensions"), _rest(value, _BOOK_KEYS)),
    )


def book_from_lorebook(book: Lorebook) -> JsonObject:
    """The `character_book` object that `lorebook_from_book` reads back as `book`."""
    extensions, unknown = _without_unknown(book.extensions)
    optional = {
        "name": book.name, "description": book.description, "scan_depth": book.scan_depth,
        "token_budget": book.token_budget, "recursive_scanning": book.recursive_scanning,
    }  # fmt: skip
    return {
        **unknown,
        **{key: value for key, value in optional.items() if value not in ("", None)},
        "extensions": extensions,
        "entries": [_book_entry(entry) for entry in book.entries],
    }


def completed_book(book: JsonObject, version: int) -> JsonObject:
    """`book` with the fields that the specification demands, where it lacks them."""
    required: JsonObject = {
        "keys": [], "content": "", "extensions": {}, "enabled": True, "insertion_order": 0,
    }  # fmt: skip
    if version >= 3:
        required["use_regex"] = False
    entries = [
        {**entry, **{key: value for key, value in required.items() if entry.get(key) is None}}
        for entry in book.get("entries") or ()
    ]
    extensions = {} if book.get("extensions") is None else book["extensions"]
    return {**book, "extensions": extensions, "entries": entries}


def without_decorators(book: JsonObject) -> JsonObject:
    """`book` as a V2 reader should see it: no decorators in the contents that are text."""
    entries = [
        {**entry, "content": parse_decorators(entry["content"])[1]}
        if isinstance(entry["content"], str)
        else entry
        for entry in book["entries"]
    ]
    return {**book, "entries": entries}


def _entry(value: object, where: str, faults: list[str]) -> LoreEntry | None:
    if not isinstance(value, dict):
        faults.append(f"{where} must be an object, but is {kind_of(value)}")
        return None
    fields = Fields(value, where, faults)
    written = fields.text("content")
    decorators, content = parse_decorators(written)
    unknown = _rest(value, _ENTRY_KEYS)
    if _decorated(decorators, content) != written:
        unknown[_DECORATORS] = written.removesuffix(content)
    return LoreEntry(
        content=content,
        keys=fields.words("keys"),
        secondary_keys=fields.words("secondary_keys"),
        name=fields.text("name"),
        comment=fields.text("comment"),
        id=fields.text("id"),
        enabled=fields.flag("enabled", True),
        constant=fields.flag("constant"),
        selective=fields.flag("selective"),
        use_regex=fields.flag("use_regex"),
        case_sensitive=fields.flag("case_sensitive"),
        insertion_order=fields.number("insertion_order") or 0,
        priority=fields.number("priority") or 0,
        position=_position(value.get("position")),
        decorators=decorators,
        extensions=_with_unknown(fields.mapping("extensions"), unknown),
    )


def _position(value: object) -> Literal["before_char", "after_char"]:
    # Some editors write SillyTavern's number, or leave it empty: not worth refusing a card.
    if value == 1 or value == _POSITIONS[1]:
        return _POSITIONS[1]
    return _POSITIONS[0]


def _book_entry(entry: LoreEntry) -> JsonObject:
    extensions, unknown = _without_unknown(entry.extensions)
    written = unknown.pop(_DECORATORS, None)
    if not isinstance(written, str) or parse_decorators(written + entry.content) != (
        entry.decorators,
        entry.content,
    ):
        written = _decorated(entry.decorators, "")
    optional = {
        "name": entry.name, "comment": entry.comment, "id": _numeric(entry.id),
        "priority": _numeric(entry.priority), "selective": entry.selective,
        "secondary_keys": list(entry.secondary_keys),
    }  # fmt: skip
    return {
        **unknown,
        "keys": list(entry.keys),
        "content": written + entry.content,
        "extensions": extensions,
        "enabled": entry.enabled,
        "insertion_order": _numeric(entry.insertion_order),
        "use_regex": entry.use_regex,
        "constant": entry.constant,
        "case_sensitive": entry.case_sensitive,
        "position": entry.position,
        **{key: value for key, value in optional.items() if value or (key, value) == ("id", 0)},
    }


def _numeric(value: float | str) -> float | str:
    """`3.0` and the id `"3"` as the number 3, which is what other applications write."""
    if isinstance(value, str):
        is_number = value.isascii() and value.isdigit() and str(int(value[:18])) == value
        return int(value) if is_number else value
    return int(value) if float(value).is_integer() else value


def _decorated(decorators: Iterable[tuple[str, str]], content: str) -> str:
    lines = [f"@@{name} {value}".rstrip() for name, value in decorators]
    return "\n".join([*lines, content])


def _rest(value: JsonObject, known: frozenset[str]) -> JsonObject:
    return {key: part for key, part in value.items() if key not in known}


def _with_unknown(extensions: JsonObject, unknown: JsonObject) -> JsonObject:
    return {**extensions, UNKNOWN: unknown} if unknown else dict(extensions)


def _without_unknown(extensions: JsonObject) -> tuple[JsonObject, JsonObject]:
    unknown = extensions.get(UNKNOWN)
    if not isinstance(unknown, dict):
        return dict(extensions), {}
    return {key: part for key, part in extensions.items() if key != UNKNOWN}, dict(unknown)


def _from_world_info(entry: Any) -> Any:
    """An entry of a SillyTavern world-info file as a card's entry; wrong types are left as such."""
    if not isinstance(entry, dict):
        return entry
    renamed = {
        "key": "keys", "keysecondary": "secondary_keys", "uid": "id", "order": "insertion_order",
    }  # fmt: skip
    own: JsonObject = {}
    extensions: JsonObject = {"selectiveLogic": 0}
    for key, value in entry.items():
        if key in _WORLD_INFO:
            extensions[_WORLD_INFO[key]] = value
        elif key == "disable":
            own["enabled"] = not value
        elif key != "extensions":
            own[renamed.get(str(key), str(key))] = value
    if type(entry.get("position")) is int:
        own["position"] = _POSITIONS[min(1, max(0, entry["position"]))]
    own["case_sensitive"] = entry.get("caseSensitive")
    inherited = entry.get("extensions")
    own["extensions"] = {**(inherited if isinstance(inherited, dict) else {}), **extensions}
    return own
