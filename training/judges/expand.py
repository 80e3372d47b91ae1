"""Sentences out of patterns: `[a|b|]` is one of those, `{slot}` a word of that list."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

Label = TypeVar("Label", bound=str)
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


def expanded(pattern: str, slots: Mapping[str, Sequence[str]], rng: random.Random) -> str:
    """One sentence of the pattern. Choices nest; a slot's words may be patterns themselves."""
    text = pattern
    while found := _SLOT.search(text) or _CHOICE.search(text):
        given = slots[found[1]] if found.re is _SLOT else found[1].split("|")
        text = text[: found.start()] + rng.choice(list(given)) + text[found.end() :]
    text = re.sub(r"\s+([,.!?])", r"\1", " ".join(text.split()))
    return re.sub(r"\ba (?=[aeiouAEIO])", "an ", text)


def sentences(
    patterns: Sequence[str],
    slots: Mapping[str, Sequence[str]],
    each: int,
    rng: random.Random,
    name: str,
) -> list[tuple[str, str]]:
    """Up to `each` different sentences a pattern, with the pattern's name as their group."""
    found: dict[str, str] = {}
    for number, pattern in enumerate(patterns):
        made = {dressed(expanded(pattern, slots, rng), rng) for _ in range(each)}
        found |= {text: f"{name}-{number}" for text in sorted(made) if text not in found}
    return list(found.items())


def by_label(
    patterns: Mapping[Label, Sequence[str]],
    slots: Mapping[str, Sequence[str]],
    each: int,
    rng: random.Random,
) -> list[tuple[str, Label, str]]:
    """(sentence, label, group); a group's sentences are of one pattern."""
    return [
        (text, label, group)
        for label, own in patterns.items()
        for text, group in sentences(own, slots, each, rng, label)
    ]


def dressed(text: str, rng: random.Random) -> str:
    """As people type: a capital or not, an end mark or not."""
    drawn = rng.random()
    if drawn < 0.25:
        text = text.lower()
    elif drawn < 0.28:
        text = text.upper()
    else:
        text = text[:1].upper() + text[1:]
    if text.endswith(".") and rng.random() < 0.3:
        text = text[:-1] + rng.choice(["", "", "!", "..."])
    return text
