"""Reading the fields of character cards: every wrong type is noted with its place."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from personae.data import Example, JsonObject
from personae.errors import FormatError
from personae.text.parsing import Place, decode, kind_of, parse_json

MAX_CARD_BYTES = 16 * 2**20
MAX_ITEMS = 10_000

_ESCAPES = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_START = re.compile(r"<START>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of a card. Reading a field of the wrong type notes a fault and gives the default.

    A field that is null counts as missing: many editors write that.
    """

    values: Mapping[str, Any]
    where: str = ""
    faults: list[str] = field(default_factory=list)

    def place(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def text(self, key: str) -> str:
        """A string; a number is taken as its digits (`character_version: 1.1`)."""
        value = self.values.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        return value if isinstance(value, str) else self._wrong(key, value, "text", "")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; nulls in it are left out."""
        items = [item for item in self.items(key) if item is not None]
        if all(isinstance(item, str) for item in items):
            return tuple(items)
        wrong = next(item for item in items if not isinstance(item, str))
        self.faults.append(f"{self.place(key)} must be a list of texts, but holds {kind_of(wrong)}")
        return ()

    def words(self, key: str) -> tuple[str, ...]:
        """A list of strings, or one string with commas."""
        value = self.values.get(key)
        if isinstance(value, str):
            return tuple(word.strip() for word in value.split(",") if word.strip())
        return self.texts(key)

    def items(self, key: str) -> list[Any]:
        """A list of anything."""
        value = self.values.get(key)
        found: list[Any] = (
            value if isinstance(value, list) else self._wrong(key, value, "a list", [])
        )
        if len(found) > MAX_ITEMS:
            self.faults.append(f"{self.place(key)} holds more than {MAX_ITEMS} items")
            return []
        return found

    def mapping(self, key: str) -> JsonObject:
        """A JSON object."""
        value = self.values.get(key)
        return value if isinstance(value, dict) else self._wrong(key, value, "an object", {})

    def flag(self, key: str, default: bool = False) -> bool:
        """true or false; 1 and 0 are understood."""
        value = self.values.get(key)
        if value in (0, 1) and isinstance(value, int):
            return bool(value)
        return bool(self._wrong(key, value, "true or false", default))

    def number(self, key: str, default: float | None = None) -> float | None:
        """A finite number."""
        value = self.values.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                if math.isfinite(value):
                    return float(value)
            except OverflowError:  # an integer beyond the range of floats
                pass
        found: float | None = self._wrong(key, value, "a number", default)
        return found

    def count(self, key: str) -> int | None:
        """A whole number; a negative one, with which some editors say "no limit", is None."""
        value = self.number(key)
        return None if value is None or value < 0 else int(value)

    def _wrong(self, key: str, value: object, wanted: str, default: Any) -> Any:
        if value is not None:
            self.faults.append(f"{self.place(key)} must be {wanted}, but is {kind_of(value)}")
        return default


def parse_card_json(content: bytes, place: Place) -> Any:
    """The JSON of a card: UTF-8, else Latin-1; half surrogate pairs become U+FFFD.

    Raises FormatError beyond the limits of size and depth, and for what is not JSON.
    """
    if len(content) > MAX_CARD_BYTES:
        raise place.fault(f"This card has {len(content)} bytes; at most {MAX_CARD_BYTES} are read.")
    try:
        text = decode(content, place)
    except FormatError:
        text = content.decode("latin-1")  # what old editors wrote
    return parse_json(_ESCAPES.sub(_mended, text), place)


def parse_examples(text: str, names: tuple[str, ...] = ()) -> tuple[Example, ...]:
    """`mes_example` as exchanges: blocks after `<START>`, lines with `{{user}}:` or `{{char}}:`.

    `names` are the character's; a line without a speaker continues the one before, and what comes
    before the first speaker of a block is the character's.
    """
    speakers = "|".join(re.escape(name) for name in names if 0 < len(name) <= 200)
    own = rf"\{{\{{char\}}\}}|<bot>|<char>{'|' if speakers else ''}{speakers}"
    line = re.compile(rf"\s*(?:({own})|(\{{\{{user\}}\}}|<user>|you))\s*:[ \t]*(.*)", re.IGNORECASE)
    examples = []
    for block in _START.split(text):
        turns: list[tuple[str, str]] = []
        for written in block.strip().split("\n"):
            match = line.fullmatch(written.rstrip("\r"))
            if match is not None:
                turns.append(("{{char}}" if match[1] else "{{user}}", match[3]))
            elif turns:
                speaker, said = turns[-1]
                turns[-1] = (speaker, f"{said}\n{written}")
            elif written.strip():
                turns.append(("{{char}}", written))
        kept = tuple((speaker, said.strip()) for speaker, said in turns if said.strip())
        if kept:
            examples.append(Example(turns=kept))
    return tuple(examples)


def render_examples(examples: tuple[Example, ...]) -> str:
    """The inverse of `parse_examples`."""
    blocks = (
        "\n".join(["<START>", *(f"{speaker}: {said}" for speaker, said in example.turns)])
        for example in examples
    )
    return "\n".join(blocks)


def _mended(match: re.Match[str]) -> str:
    return "\\ufffd" if match[1] else match[0]
