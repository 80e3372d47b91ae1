"""Methods as a command names them: `plain,guard:draws=2`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from personae.lm.types import LanguageModel


@dataclass(frozen=True, slots=True)
class Way:
    """A method with options, under the name that its runs and the tables have."""

    name: str
    method: str
    options: Mapping[str, Any]


def ways_named(methods: str) -> list[Way]:
    """`plain,guard:draws=2` as methods and options, checked. Raises UnknownEntry, InvalidOption."""
    from personae.errors import InvalidOption
    from personae.registry import check_options, find, parse_options

    found = {}
    for text in methods.split(","):
        name, *given = (piece.strip() for piece in text.split(":"))
        if not name and not given:
            continue
        entry = find("method", name)
        options = parse_options(given)
        check_options(entry, options)
        label = "-".join([entry.name, *given])
        if "/" in label:
            raise InvalidOption(f"{text!r} cannot name a folder: an option's value has no slash.")
        found[label] = Way(label, entry.name, options)
    if not found:
        raise InvalidOption("Name at least one method: --methods plain,guard")
    return list(found.values())


def open_model_for(ways: Sequence[Way], name: str) -> LanguageModel:
    """The model of a `--model` flag, with as many slots as the methods keep prompts warm.

    Replayable requests run one at a time in the embedded engine: more slots only cost memory.
    """
    from personae.cli.opening import open_named_model
    from personae.registry import find

    slots = max(find("method", way.method).info.slots for way in ways)
    return open_named_model(name, slots=slots, method=ways[0].method)
