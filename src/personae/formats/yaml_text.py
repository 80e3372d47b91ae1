"""YAML that people write, read with the line of each part: what cards and roles share.

Only true, false, null and numbers are not text. Aliases, tags, fields that occur twice, and what is
nested too deep or holds too many values are refused while nothing is built yet.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from personae.errors import FormatError
from personae.text.parsing import yaml_fault

MAX_NODES = 200_000
Lines: TypeAlias = Mapping[tuple[Any, ...], int]

_RESOLVED = {  # the plain scalars that are no text: less than YAML 1.1, where `no` is false
    "tag:yaml.org,2002:bool": ("true", "True", "TRUE", "false", "False", "FALSE"),
    "tag:yaml.org,2002:null": ("~", "null", "Null", "NULL", ""),
}


def parse_yaml_text(text: str, source: Path, *, what: str, max_depth: int) -> tuple[Any, Lines]:
    """The value of a text and the line of each of its parts; `what` it is ("card") is for errors.

    Raises FormatError, with the line where it is known.
    """
    try:
        _check_events(text, source, what, max_depth)
        loader = _loader()(text)
        try:
            node = loader.get_single_node()
            value = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise yaml_fault(error, source, f"YAML as {what}s use it") from error
    except (ValueError, RecursionError) as error:
        raise yaml_fault(error, source) from error
    lines: dict[tuple[Any, ...], int] = {}
    _note_lines(node, (), lines)
    return value, lines


def line_of(fault: Any, lines: Lines) -> int | None:
    """The line of the innermost part that the text has of the place of pydantic's `fault`."""
    place = tuple(fault["loc"])
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)


def sentence_of(fault: Any, what: str) -> str:
    """Pydantic's `fault` of a `what` ("persona") as one sentence."""
    place = ".".join(str(part) for part in fault["loc"]) or "the whole"
    return f"Not a valid {what}: {place}: {fault['msg']}."


def _check_events(text: str, source: Path, what: str, max_depth: int) -> None:
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=_loader())):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent):
            message = f"{what.capitalize()}s do not use YAML aliases (*name)."
            raise FormatError(message, file=source, line=line)
        if getattr(event, "tag", None) not in (None, "!"):
            message = f"{what.capitalize()}s do not use YAML tags (!name)."
            raise FormatError(message, file=source, line=line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > max_depth or nodes > MAX_NODES:
            most = f"{max_depth} levels" if depth > max_depth else f"{MAX_NODES} values"
            raise FormatError(f"This {what} holds more than {most}.", file=source, line=line)


@cache
def _loader() -> Any:
    """A safe loader in which only true, false, null and numbers are not text."""
    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class TextLoader(base):  # type: ignore[misc]
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

    TextLoader.add_constructor("tag:yaml.org,2002:float", TextLoader.construct_finite)

    for tag, words in _RESOLVED.items():
        pattern = re.compile(f"^(?:{'|'.join(map(re.escape, words))})$")
        TextLoader.add_implicit_resolver(tag, pattern, [*{word[:1] for word in words}])
    digits = [*"-+0123456789."]
    TextLoader.add_implicit_resolver(
        "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]{0,4000})$"), digits
    )
    TextLoader.add_implicit_resolver(
        "tag:yaml.org,2002:float",
        re.compile(r"^[-+]?(?:[0-9]{1,400}\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]{1,3})?$"),
        digits,
    )
    return TextLoader


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
