"""Macros of character cards: `{{char}}`, `{{user}}`, `{{random:a,b}}` and their like (Card V3).

What a macro stands for is never expanded again, so a name that contains macros stays text, and
expansion ends after one pass over the template.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from personae.errors import FormatError

MAX_DEPTH = 16
MAX_CHARS = 1_000_000
MAX_DICE = 100

_BRACES = re.compile(r"\{\{(?!\{)|\}\}")
_TAG = re.compile(r"<(bot|char|user)>", re.IGNORECASE)
_NAME = re.compile(r"\s*(//|[a-z_]+)\s*(:{0,2})", re.IGNORECASE)
_DICE = re.compile(r"(?:([0-9]{0,4})d)?([0-9]{1,12})", re.IGNORECASE)
_COMMA = re.compile(r"(?<!\\),")
_COLONS = re.compile("::")


def expand(
    text: str,
    *,
    char: str,
    user: str,
    original: str = "",
    rng: random.Random | None = None,
    seed: int = 0,
    values: Mapping[str, str] | None = None,
) -> str:
    """`text` with its macros replaced.

    `char` and `user` are names, `original` is what `{{original}}` stands for (the application's own
    prompt), `values` are further macros without arguments (lower-case names). `rng` draws
    `{{random}}` and `{{roll}}`; `{{pick}}` depends on `seed`, the text and the place alone.
    Unknown and unbalanced macros stay as they are, and so does what nests deeper than `MAX_DEPTH`.
    Raises FormatError when the result exceeds `MAX_CHARS`.
    """
    names = {"char": char, "bot": char, "user": user, "original": original, **(values or {})}
    work = _Work(text, _pairs(text), names, rng or random.Random(), seed)
    return _expanded(work, 0, len(text), 0)


def hidden_keys(text: str) -> tuple[str, ...]:
    """What stands in `{{hidden_key:…}}`: unseen, but scanned by a recursive lorebook."""
    found = []
    for piece in _pieces(text, _pairs(text), 0, len(text)):
        if not isinstance(piece, str):
            name, at, _ = _call(text, piece[0] + 2, piece[1])
            if name == "hidden_key":
                found.append(text[at : piece[1]].strip())
    return tuple(found)


def scannable(text: str) -> str:
    """What a lorebook scans of `text`: comments removed, hidden keys in the open."""
    seen: list[str] = []
    for piece in _pieces(text, _pairs(text), 0, len(text)):
        if isinstance(piece, str):
            seen.append(piece)
            continue
        name, at, _ = _call(text, piece[0] + 2, piece[1])
        if name == "hidden_key":
            seen.append(text[at : piece[1]])
        elif name not in ("//", "comment"):
            seen.append(text[piece[0] : piece[1] + 2])
    return "".join(seen)


@dataclass(slots=True)
class _Work:
    """One expansion: what is read, and how much has been written."""

    text: str
    pairs: dict[int, int]
    names: Mapping[str, str]
    rng: random.Random
    seed: int
    written: int = field(default=0)

    def count(self, piece: str) -> str:
        self.written += len(piece)
        if self.written > MAX_CHARS:
            raise FormatError(f"The macros expand to more than {MAX_CHARS} characters.")
        return piece


def _pairs(text: str) -> dict[int, int]:
    """Where each balanced `{{` has its `}}`, in one pass."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for match in _BRACES.finditer(text):
        if match.group() == "{{":
            opened.append(match.start())
        elif opened:
            pairs[opened.pop()] = match.start()
    return pairs


def _pieces(
    text: str, pairs: Mapping[int, int], start: int, end: int
) -> Iterator[str | tuple[int, int]]:
    """Plain text, and the outermost macros as (start of `{{`, start of `}}`), in order."""
    at = start
    while at < end:
        opening = text.find("{{", at, end)
        while opening != -1 and pairs.get(opening, end) >= end:
            opening = text.find("{{", opening + 1, end)
        if opening == -1:
            yield text[at:end]
            return
        if opening > at:
            yield text[at:opening]
        yield opening, pairs[opening]
        at = pairs[opening] + 2


def _expanded(work: _Work, start: int, end: int, depth: int) -> str:
    if depth > MAX_DEPTH:
        return work.count(work.text[start:end])
    written: list[str] = []
    for piece in _pieces(work.text, work.pairs, start, end):
        if isinstance(piece, str):
            written.append(work.count(_TAG.sub(lambda tag: _named(work, tag[1]), piece)))
        else:
            written.append(_macro(work, *piece, depth))
    return "".join(written)


def _named(work: _Work, name: str) -> str:
    return work.names[name.lower()]


def _macro(work: _Work, start: int, end: int, depth: int) -> str:
    """The value of the macro between the braces at `start` and `end`."""
    name, at, is_double = _call(work.text, start + 2, end)
    if at == end and name in work.names:
        return work.count(work.names[name])
    if name in ("//", "comment", "hidden_key"):
        return ""
    if name == "reverse":
        return _expanded(work, at, end, depth + 1)[::-1]
    if name in ("random", "pick"):
        options = _options(work, at, end, is_double)
        chosen = options[_drawn(work, name, start, len(options))]
        return _expanded(work, *chosen, depth + 1).replace("\\,", ",")
    rolled = _rolled(work.rng, work.text[at : min(end, at + 40)]) if name == "roll" else None
    if rolled is not None:
        return work.count(str(rolled))
    return "{{" + _expanded(work, start + 2, end, depth + 1) + "}}"


def _call(text: str, start: int, end: int) -> tuple[str, int, bool]:
    """Name (lower case) of a macro, where its argument starts, and whether after two colons."""
    match = _NAME.match(text, start, end)
    if match is None:
        return "", start, False
    colons = "" if match[1] == "//" else match[2]
    at = match.start(2) + len(colons)
    return match[1].lower(), at, colons == "::"


def _drawn(work: _Work, name: str, start: int, count: int) -> int:
    if name == "random":
        return work.rng.randrange(count)
    place = f"{work.seed}\0{start}\0{work.text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(place).digest()[:8], "big") % count


def _options(work: _Work, start: int, end: int, is_double: bool) -> list[tuple[int, int]]:
    """The ranges of the options in an argument; separators inside nested macros do not count.

    `{{random::a::b}}` separates by colons, `{{random:a,b}}` and `{{random::a,b}}` by commas.
    """
    by_colons = is_double and work.text.find("::", start, end) != -1
    separator = _COLONS if by_colons else _COMMA
    cuts, at = [start], start
    for piece in _pieces(work.text, work.pairs, start, end):
        if isinstance(piece, str):
            for match in separator.finditer(work.text, at, at + len(piece)):
                cuts += [match.start(), match.end()]
            at += len(piece)
        else:
            at = piece[1] + 2
    cuts.append(end)
    return [_trimmed(work.text, *span) for span in zip(cuts[::2], cuts[1::2], strict=True)]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _rolled(rng: random.Random, argument: str) -> int | None:
    """The sum of dice written as `6`, `d6` or `2d6`; None for anything else."""
    match = _DICE.fullmatch(argument.strip())
    if match is None:
        return None
    count, sides = int(match[1] or 1), int(match[2])
    if not 1 <= count <= MAX_DICE or sides < 1:
        return None
    return sum(rng.randint(1, sides) for _ in range(count))
