"""Our own card: YAML or JSON with exactly the fields of a Persona."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from personae.data import Persona
from personae.errors import FormatError
from personae.formats.character_card import only_one
from personae.media.atomic_file import write_atomically
from personae.registry import EntryInfo
from personae.text.parsing import Place, decode, dump_json, head_keys, parse_json, read_bytes

ENTRY = EntryInfo(reads="persona", extensions=(".yaml", ".yml"))
MAX_BYTES = 4 * 2**20
MAX_DEPTH = 64
MAX_NODES = 200_000

_FOREIGN = frozenset(
    {"spec", "data", "first_mes", "mes_example", "char_name", "bio", "turns", "persona"}
)
_OWN = frozenset(Persona.model_fields) - {"name", "description", "personality", "scenario", "tags"}
_UNICODE_BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")
_RESOLVED = {  # the plain scalars that are no text: less than YAML 1.1, where `no` is false
    "tag:yaml.org,2002:bool": ("true", "True", "TRUE", "false", "False", "FALSE"),
    "tag:yaml.org,2002:null": ("~", "null", "Null", "NULL", ""),
}


def detects(head: bytes, path: Path) -> bool:
    """Whether the file is YAML by its name, or JSON with fields that only a Persona has."""
    if path.suffix.lower() in (".yaml", ".yml"):
        return True
    keys = head_keys(head)
    return "name" in keys and bool(keys & _OWN) and not keys & _FOREIGN


def read(source: Path) -> Iterator[Persona]:
    """The persona of the file. Raises FormatError with the line of the first fault."""
    value, lines = _loaded(source)
    try:
        yield Persona.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise FormatError(_sentence(fault), file=source, line=_line(fault, lines)) from error


def faults(source: Path) -> tuple[str, ...]:
    """Everything that is wrong in the file, each with its field and line."""
    value, lines = _loaded(source)
    try:
        Persona.model_validate(value)
    except ValidationError as error:
        return tuple(
            f"{_sentence(fault)[:-1]} (line {_line(fault, lines) or '?'})."
            for fault in error.errors(include_url=False)
        )
    return ()


def write(personas: Iterable[Persona], target: Path) -> None:
    """One persona: JSON where the name ends in `.json`, else YAML. Raises FormatError."""
    value = only_one(personas, target).to_dict()
    place = Place(target)
    if target.suffix.lower() == ".json":
        text = dump_json(value, place, indent=2) + "\n"
    else:
        dump_json(value, place)  # refuses what is no JSON value
        text = yaml.dump(value, Dumper=_dumper(), allow_unicode=True, sort_keys=False, width=100)
    write_atomically(target, text.encode())


def _loaded(source: Path) -> tuple[Any, Mapping[tuple[Any, ...], int]]:
    """The value of the file, and the line of each of its parts (none for JSON)."""
    text = decode(read_bytes(source, MAX_BYTES), Place(source))
    if text.lstrip()[:1] == "{" and source.suffix.lower() == ".json":
        return _with_texts(parse_json(text, Place(source)), source), {}
    lines: dict[tuple[Any, ...], int] = {}
    try:
        _check_events(text, source)
        loader = _loader()(text)
        try:
            node = loader.get_single_node()
            value = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise _yaml_fault(error, source) from error
    except (ValueError, RecursionError) as error:
        raise FormatError(f"This is not YAML: {error}.", file=source) from error
    _note_lines(node, (), lines)
    return _with_texts(value, source), lines


def _with_texts(value: Any, source: Path) -> Any:
    """`value`, with numbers among the attributes as text: `age: 34` is what people write."""
    if not isinstance(value, dict):
        raise FormatError("This card is not a list of fields (name: …).", file=source)
    attributes = value.get("attributes")
    if isinstance(attributes, dict):
        texts = {
            key: str(part) if type(part) in (int, float) else part
            for key, part in attributes.items()
        }
        return {**value, "attributes": texts}
    return value


def _check_events(text: str, source: Path) -> None:
    """Refuse aliases, deep nesting and too many nodes while the parser has built nothing yet."""
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=_loader())):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent):
            raise FormatError("Cards do not use YAML aliases (*name).", file=source, line=line)
        if getattr(event, "tag", None) not in (None, "!"):
            raise FormatError("Cards do not use YAML tags (!name).", file=source, line=line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            what = f"{MAX_DEPTH} levels" if depth > MAX_DEPTH else f"{MAX_NODES} values"
            raise FormatError(f"This card holds more than {what}.", file=source, line=line)


@cache
def _dumper() -> Any:
    """A safe dumper that escapes the line breaks of Unicode, which YAML would fold away."""

    class CardDumper(yaml.SafeDumper):
        def represent_text(self, text: str) -> Any:
            style = '"' if _UNICODE_BREAKS.search(text) else None
            return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    CardDumper.add_representer(str, CardDumper.represent_text)
    return CardDumper


@cache
def _loader() -> Any:
    """A safe loader in which only true, false, null and numbers are not text."""
    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class CardLoader(base):  # type: ignore[misc]
        yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - yaml's own protocol

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen: set[Any] = set()
            for key, _ in node.value:
                if key.tag == "tag:yaml.org,2002:str" and key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the field {key.value!r} occurs twice", key.start_mark
                    )
                seen.add(key.value if isinstance(key.value, str) else None)
            return super().construct_mapping(node, deep=deep)

        def construct_finite(self, node: Any) -> float:
            number = float(self.construct_scalar(node))
            if not math.isfinite(number):
                raise yaml.constructor.ConstructorError(
                    None, None, f"{node.value!r} is too large a number", node.start_mark
                )
            return number

    CardLoader.add_constructor("tag:yaml.org,2002:float", CardLoader.construct_finite)

    for tag, words in _RESOLVED.items():
        pattern = re.compile(f"^(?:{'|'.join(map(re.escape, words))})$")
        CardLoader.add_implicit_resolver(tag, pattern, [*{word[:1] for word in words}])
    digits = [*"-+0123456789."]
    CardLoader.add_implicit_resolver(
        "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]{0,4000})$"), digits
    )
    CardLoader.add_implicit_resolver(
        "tag:yaml.org,2002:float",
        re.compile(r"^[-+]?(?:[0-9]{1,400}\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]{1,3})?$"),
        digits,
    )
    return CardLoader


def _note_lines(node: Any, place: tuple[Any, ...], lines: dict[tuple[Any, ...], int]) -> None:
    if node is None:
        return
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, part in node.value:
            _note_lines(part, (*place, key.value if isinstance(key.value, str) else None), lines)
            lines[*place, key.value if isinstance(key.value, str) else None] = (
                key.start_mark.line + 1
            )
    elif isinstance(node, yaml.SequenceNode):
        for index, part in enumerate(node.value):
            _note_lines(part, (*place, index), lines)


def _line(fault: Any, lines: Mapping[tuple[Any, ...], int]) -> int | None:
    """The line of the innermost part of the place that the file has."""
    place = tuple(fault["loc"])
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)


def _sentence(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"]) or "the whole"
    return f"Not a valid persona: {place}: {fault['msg']}."


def _yaml_fault(error: yaml.YAMLError, source: Path) -> FormatError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is damaged"
    line = mark.line + 1 if mark is not None else None
    return FormatError(f"This is not YAML as cards use it: {problem}.", file=source, line=line)
