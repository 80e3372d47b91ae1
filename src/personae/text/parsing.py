"""Reading strangers' files within limits: bytes, lines, JSON, JSON Lines, and typed fields.

Every function raises FormatError, with the file and the line where they are known, and nothing
else. Limits: bytes a file, bytes a line, depth of nesting; text must be UTF-8, and JSON must be
JSON (no NaN, no infinite numbers, no half surrogate pairs).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from personae.errors import FormatError

MAX_FILE_BYTES = 256 * 2**20
MAX_LINE_BYTES = 16 * 2**20
MAX_DEPTH = 64
HEAD_BYTES = 64 * 2**10

_SPACE = re.compile(r"[ \t\r\n]*")
_KEY = re.compile(r'"([^"\\]{1,64})"\s*:')
_HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file: what an error names."""

    file: Path | None = None
    line: int | None = None

    def fault(self, message: str) -> FormatError:
        """The error to raise for what stands here."""
        return FormatError(message, file=self.file, line=self.line)


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object from a file; its fields are read with their types checked."""

    fields: dict[str, Any]
    place: Place = Place()

    @classmethod
    def of(cls, value: object, place: Place, what: str = "record") -> Record:
        """`value` as a record. Raises FormatError when it is not a JSON object."""
        if not isinstance(value, dict):
            raise place.fault(f"The {what} is {kind_of(value)}, not an object.")
        return cls(value, place)

    def text(self, key: str, default: str | None = None) -> str:
        """A string field. Raises FormatError when it is missing (without default) or no string."""
        value = self.fields.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self._wrong(key, value, "a string")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; missing is empty."""
        for value in (values := self.items(key)):
            if not isinstance(value, str):
                raise self._wrong(key, value, "a list of strings", inside=True)
        return tuple(values)

    def items(self, key: str, *, required: bool = False) -> list[Any]:
        """A list field; missing is empty unless it is required."""
        value = self.fields.get(key)
        if value is None and not required:
            return []
        if not isinstance(value, list):
            raise self._wrong(key, value, "a list")
        return value

    def record(self, key: str) -> Record:
        """A field that is an object; missing is empty."""
        value = self.fields.get(key)
        return Record.of({} if value is None else value, self.place, f"field {key!r}")

    def records(self, key: str, *, required: bool = False) -> list[Record]:
        """A list of objects."""
        items = self.items(key, required=required)
        return [Record.of(item, self.place, f"item of {key!r}") for item in items]

    def pairs(self, key: str) -> list[tuple[str, str]]:
        """A list of two-string lists: `[["hello", "hi"], …]`."""
        pairs = []
        for item in self.items(key, required=True):
            if not (isinstance(item, list) and len(item) == 2 and all(map(_is_text, item))):
                raise self._wrong(key, item, "a list of pairs of strings", inside=True)
            pairs.append((item[0], item[1]))
        return pairs

    def rest(self, *known: str) -> dict[str, Any]:
        """The fields other than `known`."""
        return {key: value for key, value in self.fields.items() if key not in known}

    def _wrong(self, key: str, value: object, wanted: str, *, inside: bool = False) -> FormatError:
        if value is None and not inside:
            return self.place.fault(f"The field {key!r} is missing; it must be {wanted}.")
        found = f"holds {kind_of(value)}" if inside else f"is {kind_of(value)}"
        return self.place.fault(f"The field {key!r} {found}; it must be {wanted}.")


def kind_of(value: object) -> str:
    """What a JSON value is, in words: `a list`, `a number` …"""
    kinds: dict[type, str] = {
        dict: "an object", list: "a list", str: "a string", bool: "true or false",
        int: "a number", float: "a number", type(None): "null",
    }  # fmt: skip
    return kinds.get(type(value), type(value).__name__)


def read_bytes(path: Path, limit_bytes: int = MAX_FILE_BYTES) -> bytes:
    """The file's content. Raises FormatError when it is unreadable or larger than the limit."""
    try:
        with path.open("rb") as file:
            content = file.read(limit_bytes + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    if len(content) > limit_bytes:
        raise FormatError(f"The file is larger than {_size(limit_bytes)}.", file=path)
    return content


def read_head(path: Path) -> bytes:
    """The first 64 KB of the file: what formats are recognised by; empty for a folder."""
    if path.is_dir():
        return b""
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise _unreadable(path, error) from error


def decode(content: bytes, place: Place) -> str:
    """UTF-8 text without its byte order mark. Raises FormatError on other encodings."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content.count(b"\n", 0, error.start)
        line = before + 1 if place.line is None else place.line + before
        wrong = content[error.start]
        raise Place(place.file, line).fault(
            f"This is not UTF-8 text: byte 0x{wrong:02x} cannot stand here. Convert it to UTF-8."
        ) from error


def yaml_fault(error: Exception, file: str | Path | None, what: str = "YAML") -> FormatError:
    """What PyYAML, or Python while it built values, refused in a file, with its line if known."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None)
    problem = problem or str(error).partition("\n")[0] or "it is damaged"
    line = mark.line + 1 if mark is not None else None
    return FormatError(f"This is not {what}: {problem}.", file=file, line=line)


def read_text(path: Path, limit_bytes: int = MAX_FILE_BYTES) -> str:
    """The file as UTF-8 text, within the limit."""
    return decode(read_bytes(path, limit_bytes), Place(path))


def lines(path: Path, limit_bytes: int = MAX_LINE_BYTES) -> Iterator[tuple[Place, str]]:
    """The lines of a text file with their places, without line ends, as a stream."""
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(limit_bytes + 1):
                number += 1
                place = Place(path, number)
                if len(line) > limit_bytes:
                    raise place.fault(f"The line is longer than {_size(limit_bytes)}.")
                yield place, decode(line, place).rstrip("\r\n")
    except OSError as error:
        raise _unreadable(path, error) from error


def parse_json(text: str | bytes, place: Place, max_depth: int = MAX_DEPTH) -> Any:
    """One JSON value. Raises FormatError when it is not JSON, or nested deeper than the limit."""
    if isinstance(text, bytes):
        text = decode(text, place)
    value, end = _decode_value(text, _skip_space(text, 0), place, max_depth)
    if _skip_space(text, end) != len(text):
        raise _at(text, end, place).fault("There is more text after the JSON value.")
    return value


def json_values(path: Path, max_depth: int = MAX_DEPTH) -> Iterator[tuple[Place, Any]]:
    """The elements of a JSON array, or the JSON values that follow each other in the file.

    The text is held in memory, the values come one at a time; places name their first lines.
    """
    text = read_text(path)
    at = _skip_space(text, 0)
    is_array = text[at : at + 1] == "["
    if not is_array:
        yield from _values_in_a_row(text, at, path, max_depth)
        return
    at, line, counted = _skip_space(text, at + 1), 1, 0
    closed = text[at : at + 1] == "]"
    at = _skip_space(text, at + 1) if closed else at
    while not closed:
        line, counted = line + text.count("\n", counted, at), at
        value, at = _decode_value(text, at, Place(path, line), max_depth, whole=path)
        yield Place(path, line), value
        at = _skip_space(text, at)
        mark = text[at : at + 1]
        if mark not in (",", "]"):
            raise _at(text, at, Place(path)).fault("The JSON array ends here without ']'.")
        closed, at = mark == "]", _skip_space(text, at + 1)
    if at != len(text):
        raise _at(text, at, Place(path)).fault("There is more text after the JSON array.")


def json_lines(path: Path, max_depth: int = MAX_DEPTH) -> Iterator[tuple[Place, Any]]:
    """The values of a JSON Lines file with their places, as a stream; blank lines are skipped."""
    for place, line in lines(path):
        if line.strip():
            yield place, parse_json(line, place, max_depth)


def json_records(path: Path, max_depth: int = MAX_DEPTH) -> Iterator[Record]:
    """The objects of a JSON Lines file, of a JSON array, or the one object that the file is."""
    head = read_head(path).removeprefix(b"\xef\xbb\xbf").lstrip()
    first_line = head.partition(b"\n")[0].rstrip()
    is_lines = head.startswith(b"{") and (first_line.endswith(b"}") or b"\n" not in head)
    values = json_lines(path, max_depth) if is_lines else json_values(path, max_depth)
    for place, value in values:
        yield Record.of(value, place)


def head_record(head: bytes) -> Any:
    """The first record at the head of a JSON array or JSON Lines file; None when it is cut."""
    text = head.decode("utf-8-sig", errors="ignore")
    at = _skip_space(text, 0)
    if text[at : at + 1] == "[":
        at = _skip_space(text, at + 1)
    try:
        return json.JSONDecoder().raw_decode(text, at)[0]
    except (ValueError, RecursionError):
        return None


def head_keys(head: bytes) -> frozenset[str]:
    """The keys of the first record at the head of a JSON file; of all records when it is cut."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
        return frozenset()
    record = head_record(head)
    if isinstance(record, dict):
        return frozenset(record)
    if record is not None:
        return frozenset()
    return frozenset(_KEY.findall(head.decode("utf-8", errors="ignore")))


def is_deeper(value: object, max_depth: int) -> bool:
    """Whether lists and objects are nested more than `max_depth` levels deep."""
    level = _containers([value])
    for _ in range(max_depth):
        if not level:
            return False
        level = [child for parent in level for child in _containers(_children(parent))]
    return bool(level)


def dump_json(value: Any, place: Place = Place(), *, indent: int | None = None) -> str:
    """`value` as JSON text, readable by every parser. Raises FormatError where it has no such."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
        text.encode("utf-8")
    except (ValueError, TypeError, RecursionError) as error:
        raise place.fault(f"This value cannot be written as JSON: {error}.") from error
    return text


def _containers(values: Iterable[object]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]


def _children(parent: Any) -> Iterable[object]:
    return parent.values() if isinstance(parent, dict) else parent


def _values_in_a_row(text: str, at: int, path: Path, max_depth: int) -> Iterator[tuple[Place, Any]]:
    line, counted = 1, 0
    while at < len(text):
        line, counted = line + text.count("\n", counted, at), at
        value, at = _decode_value(text, at, Place(path, line), max_depth, whole=path)
        yield Place(path, line), value
        at = _skip_space(text, at)


def _decode_value(
    text: str, at: int, place: Place, max_depth: int, *, whole: Path | None = None
) -> tuple[Any, int]:
    """The JSON value at `at`, and where it ends; `whole` is set when `text` is a whole file."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        fault_place = _at(text, error.pos, Place(whole) if whole else place)
        raise fault_place.fault(f"This is not JSON: {_lower_first(error.msg)}.") from error
    except ValueError as error:  # our own refusals, and Python's limit of digits
        reason = str(error).partition(";")[0]
        raise place.fault(f"A number cannot be read: {reason}.") from error
    except RecursionError as error:
        raise place.fault(f"The JSON is nested deeper than {max_depth} levels.") from error
    if is_deeper(value, max_depth):
        raise place.fault(f"The JSON is nested deeper than {max_depth} levels.")
    if _HALF_PAIR.search(text, at, end):
        _refuse_half_pairs(value, place)
    return value, end


def _refuse_half_pairs(value: object, place: Place) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise place.fault("A string holds half of a surrogate pair, which is no text.") from error


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:40]} is too large a number")
    return number


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _at(text: str, position: int, place: Place) -> Place:
    """The place of a character of `text`, whose first line is the place's line."""
    first = 1 if place.line is None else place.line
    return Place(place.file, first + text.count("\n", 0, position))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _size(count: int) -> str:
    return f"{count // 2**20} MB" if count >= 2**20 else f"{count} bytes"


def _unreadable(path: Path, error: OSError) -> FormatError:
    if isinstance(error, FileNotFoundError):
        return FormatError("There is no such file.", file=path)
    if isinstance(error, IsADirectoryError):
        return FormatError("This is a folder, not a file.", file=path)
    return FormatError(f"The file cannot be read: {error.strerror or error}.", file=path)
