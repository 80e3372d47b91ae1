"""Reading questionnaires: our YAML, and the JSON of InCharacter (Wang et al. 2024).

Strict, because a wrong key gives figures that look right: an item that no scale keys, a key without
an item, an item twice, or a scale without items is one sentence that says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from personae import questionnaires
from personae.errors import InvalidOption, UnknownEntry
from personae.formats.yaml_text import parse_yaml_text
from personae.questionnaires.types import Item, Norm, Questionnaire, Scale
from personae.text.parsing import Place, Record, decode, parse_json, read_bytes

MAX_BYTES = 4 * 2**20
MAX_DEPTH = 16
MAX_ITEMS = 2_000
MAX_POINTS = 11
MAX_NUMBER = 10**9  # far beyond any scale: whole numbers of a file may be too large for a float
_FIELDS = (
    "name", "title", "license", "source", "range", "reports", "scales", "fillers", "norms",
    "languages",
)  # fmt: skip
# What goes before the items of a questionnaire that InCharacter's file has without it.
_STEMS = {("BFI", "en"): "I see myself as someone who"}
_REPORTS = {"AVG": "mean", "SUM": "sum"}


def load_questionnaire(name: str, language: str = "en") -> Questionnaire:
    """A shipped questionnaire by name, or one from a file by its path.

    Raises UnknownEntry, InvalidOption for a language that it does not have, FormatError.
    """
    if name in questionnaires.names():
        return read_questionnaire(questionnaires.path_of(name), language)
    path = Path(name).expanduser()
    if not path.is_file():
        hint = "A path to a file of yours works, too."
        raise UnknownEntry("questionnaire", name, questionnaires.names(), hint)
    return read_questionnaire(path, language)


def read_questionnaire(source: Path, language: str = "en") -> Questionnaire:
    """The questionnaire of a file in one of its languages. Raises FormatError, InvalidOption."""
    fields = _fields(source)
    place = Place(source)
    if "questions" in fields.fields and "categories" in fields.fields:
        return _checked(_from_incharacter(fields, language), (), place, all_keyed=False)
    return _checked(*_from_ours(fields, language), place)


def languages_of(source: Path) -> tuple[str, ...]:
    """The languages that a file has. Raises FormatError."""
    fields = _fields(source)
    if "languages" in fields.fields:
        return tuple(_mapping(fields, "languages"))
    return ("en", "zh")


def _fields(source: Path) -> Record:
    text = decode(read_bytes(source, MAX_BYTES), Place(source))
    if source.suffix.lower() == ".json":
        value = parse_json(text, Place(source))
    else:
        value, _ = parse_yaml_text(text, source, what="questionnaire", max_depth=MAX_DEPTH)
    return Record.of(value, Place(source), "questionnaire")


def _from_ours(fields: Record, language: str) -> tuple[Questionnaire, tuple[str, ...]]:
    """The questionnaire and the ids of its fillers: items that are asked but not scored."""
    place = fields.place
    for key in fields.fields:
        if key not in _FIELDS:
            raise place.fault(f"There is no field {key!r}; known: {', '.join(_FIELDS)}.")
    known = _mapping(fields, "languages")
    if language not in known:
        raise _no_language(language, known)
    words = Record.of(known[language], place, f"language {language!r}")
    stem = words.text("stem", "")
    items = tuple(
        Item(str(key), _statement(stem, _text(value, f"item {key!r}", place)))
        for key, value in _mapping(words, "items").items()
    )
    low, high = _range(fields.fields.get("range"), place)
    return Questionnaire(
        name=fields.text("name"),
        title=fields.text("title", fields.text("name")),
        language=language,
        low=low,
        high=high,
        options=words.texts("options"),
        items=items,
        scales=tuple(_scale(str(k), v, place) for k, v in _mapping(fields, "scales").items()),
        license=fields.text("license", ""),
        source=fields.text("source", ""),
        reports=fields.text("reports", "mean"),
        norms=_norms(fields),
    ), tuple(map(str, fields.items("fillers")))


def _from_incharacter(fields: Record, language: str) -> Questionnaire:
    """InCharacter's fields: a list of reversed items, categories with a crowd's mean and spread."""
    place = fields.place
    if language not in ("en", "zh"):
        raise _no_language(language, ("en", "zh"))
    low, high = _range(fields.fields.get("range"), place)
    turned = {str(one) for one in fields.items("reverse")}
    stem, items = _STEMS.get((fields.text("name"), language), ""), []
    for key, value in _mapping(fields, "questions").items():
        one = Record.of(value, place, f"question {key!r}")
        question = one.text(f"rewritten_{language}", "")
        items.append(Item(str(key), _statement(stem, one.text(f"origin_{language}")), question))
    scales: list[Scale] = []
    crowd: dict[str, Norm] = {}
    reports = _REPORTS.get(fields.text("compute_mode", "AVG"), "")
    for value in fields.items("categories", required=True):
        one = Record.of(value, place, "category")
        ids = [str(key) for key in one.items("cat_questions")]
        name = one.text("cat_name")
        scales.append(Scale(name, name, _signs((-1 if key in turned else 1, key) for key in ids)))
        norm = _crowd(one, len(ids) if reports == "sum" else 1)
        crowd |= {name: norm} if norm else {}
    _all_known(turned, items, place)
    return Questionnaire(
        name=fields.text("name"),
        title=fields.text("full_name", fields.text("name")),
        language=language,
        low=low,
        high=high,
        options=(),
        items=tuple(items),
        scales=tuple(scales),
        license="see the owner of the questionnaire",
        source="InCharacter",
        reports=reports,
        norms={"crowd": crowd} if crowd else {},
    )


def _all_known(turned: Iterable[str], items: Sequence[Item], place: Place) -> None:
    for key in sorted(set(turned) - {item.id for item in items}):
        raise place.fault(f"The reversed item {key!r} is not there; {_ids(items)}.")


def _crowd(category: Record, divisor: int) -> Norm | None:
    """The first crowd of a category, as of the mean of its items."""
    for value in category.items("crowd")[:1]:
        one = Record.of(value, category.place, "crowd")
        mean, deviation = one.fields.get("mean"), one.fields.get("std")
        if _is_number(mean) and _is_number(deviation) and deviation > 0:
            return Norm(mean / divisor, deviation / divisor)
    return None


def _checked(
    one: Questionnaire, fillers: Sequence[str], place: Place, *, all_keyed: bool = True
) -> Questionnaire:
    """`one`, in which every key has an item, and every item a key. Raises FormatError."""
    _check_items(one, place)
    if not one.scales:
        raise place.fault("This questionnaire has no scales: nothing would be scored.")
    ids = {item.id for item in one.items}
    names = {scale.id for scale in one.scales}
    for scale in one.scales:
        if not scale.keys:
            raise place.fault(f"The scale {scale.id!r} has no items.")
        for key in scale.keys:
            if key not in ids:
                raise place.fault(
                    f"The scale {scale.id!r} keys the item {key!r}, which is not there; "
                    f"{_ids(one.items)}."
                )
        if scale.part_of and scale.part_of not in names:
            raise place.fault(
                f"The scale {scale.id!r} is part of {scale.part_of!r}, which is no scale; "
                f"known: {', '.join(sorted(names))}."
            )
    keyed = {key for scale in one.scales for key in scale.keys} | set(fillers)
    for item in one.items:
        if all_keyed and item.id not in keyed:
            raise place.fault(
                f"The item {item.id!r} belongs to no scale; key it, or name it under fillers."
            )
    for group, known in one.norms.items():
        for scale_id in known:
            if scale_id not in names:
                raise place.fault(f"The norms of {group!r} name the scale {scale_id!r}: no such.")
    return one


def _check_items(one: Questionnaire, place: Place) -> None:
    if not 1 <= len(one.items) <= MAX_ITEMS:
        raise place.fault(f"A questionnaire has 1 to {MAX_ITEMS} items, not {len(one.items)}.")
    if one.options and len(one.options) != len(one.points):
        raise place.fault(
            f"There are {len(one.options)} options for the {len(one.points)} answers from "
            f"{one.low} to {one.high}."
        )
    if one.reports not in _REPORTS.values():
        raise place.fault(f"`reports` is mean or sum, not {one.reports!r}.")
    seen: dict[str, str] = {}
    for item in one.items:
        text = " ".join(item.text.split()).casefold()
        if not text:
            raise place.fault(f"The item {item.id!r} is empty.")
        if text in seen:
            raise place.fault(f"The items {seen[text]!r} and {item.id!r} are the same sentence.")
        seen[text] = item.id


def _scale(name: str, value: object, place: Place) -> Scale:
    one = Record.of(value, place, f"scale {name!r}")
    signed = [_signed(key, name, place) for key in one.items("items")]
    ids = [key for _, key in signed]
    for key in ids:
        if ids.count(key) > 1:
            raise place.fault(f"The scale {name!r} keys the item {key!r} twice.")
    return Scale(name, one.text("title", name), _signs(signed), one.text("part_of", ""))


def _signed(key: object, scale: str, place: Place) -> tuple[int, str]:
    """A key as it is written: -6 is item 6, reversed."""
    if isinstance(key, bool) or not isinstance(key, int | str) or not str(key).strip("- "):
        raise place.fault(f"The scale {scale!r} has the key {key!r}; write 6, or -6 if reversed.")
    text = str(key)
    return (-1, text[1:]) if text.startswith("-") else (1, text)


def _signs(signed: Iterable[tuple[int, str]]) -> dict[str, int]:
    return {key: sign for sign, key in signed}


def _norms(fields: Record) -> dict[str, dict[str, Norm]]:
    """Norms are written as mean and deviation of a scale's sum, as the tables print them."""
    if "norms" not in fields.fields:
        return {}
    place = fields.place
    sizes = {
        str(name): len(Record.of(value, place, f"scale {name!r}").items("items"))
        for name, value in _mapping(fields, "scales").items()
    }
    found: dict[str, dict[str, Norm]] = {}
    for group, scales in _mapping(fields, "norms").items():
        found[str(group)] = {}
        for name, pair in Record.of(scales, place, f"norms of {group!r}").fields.items():
            items = sizes.get(str(name), 0) or 1
            mean, deviation = _pair(pair, f"norm of {name!r} in {group!r}", place)
            if deviation <= 0:
                raise place.fault(f"The norm of {name!r} in {group!r} has no spread above 0.")
            found[str(group)][str(name)] = Norm(mean / items, deviation / items)
    return found


def _range(value: object, place: Place) -> tuple[int, int]:
    low, high = _pair(value, "range", place)
    if low != int(low) or high != int(high) or not 1 <= high - low < MAX_POINTS:
        raise place.fault(
            f"The range is two whole numbers, low and high, with 2 to {MAX_POINTS} answers, not "
            f"{value!r}."
        )
    return int(low), int(high)


def _pair(value: object, what: str, place: Place) -> tuple[float, float]:
    match value:
        case [first, second] if _is_number(first) and _is_number(second):
            return float(first), float(second)
    raise place.fault(f"The {what} is two numbers, not {value!r}.")


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and abs(value) <= MAX_NUMBER


def _mapping(fields: Record, key: str) -> Mapping[Any, Any]:
    value = fields.fields.get(key)
    if not isinstance(value, dict) or not value:
        raise fields.place.fault(f"The field {key!r} is missing, or no list of names and values.")
    return value


def _text(value: object, what: str, place: Place) -> str:
    if not isinstance(value, str):
        raise place.fault(f"The {what} is {value!r}, not a sentence.")
    return value


def _statement(stem: str, text: str) -> str:
    """`Make friends easily.` with the stem `I`: what the person says."""
    if not stem or not text:
        return text
    return f"{stem} {text[0].lower()}{text[1:]}"


def _ids(items: Sequence[Item]) -> str:
    shown = [item.id for item in items]
    return f"items: {', '.join(shown[:3])} … {shown[-1]}" if len(shown) > 4 else f"items: {shown}"


def _no_language(language: str, known: Iterable[object]) -> InvalidOption:
    return InvalidOption(
        f"The questionnaire has no language {language!r}; it has: {', '.join(map(str, known))}."
    )
