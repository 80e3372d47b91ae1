"""Which of two answers to a value-laden question a person likes better: planted, so it is known.

What a person likes follows from one attribute of theirs and from nothing else. Neither sex, race,
ancestry, health nor politics decide anything: a likely taste is not planted as a group's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from personae.populations import shipped
from personae.populations.people import TRAITS, Citizen

# The values of an attribute on the first side of its questions, and on the second.
SIDES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "household": (
        ("with children", "with a spouse and children", "with a partner and children"),
        ("alone", "with flatmates", "with a partner", "with a spouse"),
    ),
    "place": (("a city",), ("the country",)),
    "religion": (("Protestant", "Catholic"), ("none",)),
    "employment": (("works full-time",), ("retired",)),
    "income": (("under $15,000", "$15,000-30,000"), ("$100,000-150,000", "over $150,000")),
    **dict.fromkeys(TRAITS, (("high",), ("low",))),
    "tradition": (("keeps",), ("changes",)),
    "nature": (("first",), ("comfort",)),
    "community": (("together",), ("independent",)),
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question, the attribute that decides, and the answer for each of its two sides."""

    id: str
    text: str
    attribute: str
    answers: tuple[str, str]

    def preferred(self, citizen: Citizen) -> int | None:
        """0 or 1: the answer that a person likes better; None where they have no side."""
        value = citizen.facts().get(self.attribute)
        for at, side in enumerate(SIDES[self.attribute]):
            if value in side:
                return at
        return None


def prompts() -> Iterator[Prompt]:
    """The shipped questions."""
    for axis in shipped("preferences")["axes"]:
        for number, one in enumerate(axis["prompts"]):
            first, second = one["answers"]
            name = f"{axis['attribute']}:{number}"
            yield Prompt(name, one["text"], axis["attribute"], (first, second))
