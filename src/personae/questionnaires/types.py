"""What a questionnaire is: statements, the scales that key them, and how people score on these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Item:
    """One statement to agree with, in the first person ("I make friends easily.").

    `question` is how an interviewer would put it, where the file says so.
    """

    id: str
    text: str
    question: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One item answered: `value` on the questionnaire's range, None where nothing was said of it.

    `probabilities` are those of the answers from lowest to highest, where the model told them;
    `value` is then their mean. `text` is what was said.
    """

    item: str
    value: float | None
    probabilities: tuple[float, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """What some of the items measure. `keys` are their ids: +1, or -1 where agreeing is the low
    pole. `part_of` names the scale that this one is a facet of."""

    id: str
    title: str
    keys: Mapping[str, int]
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class Norm:
    """How a group of people scores on a scale: mean and standard deviation of the items' mean."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Items in one language, answered from `low` to `high`, whose labels are `options`.

    `norms`: the name of a group of people to the scales that are known of it. `reports` is what
    the authors report of a scale, the items' mean or their sum.
    """

    name: str
    title: str
    language: str
    low: int
    high: int
    options: tuple[str, ...]
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    license: str = ""
    source: str = ""
    reports: str = "mean"
    norms: Mapping[str, Mapping[str, Norm]] = field(default_factory=dict)

    @property
    def points(self) -> tuple[int, ...]:
        """The possible answers, from lowest to highest."""
        return tuple(range(self.low, self.high + 1))

    @property
    def domains(self) -> tuple[Scale, ...]:
        """The scales that are not facets of others."""
        return tuple(scale for scale in self.scales if not scale.part_of)

    def reversed(self, answer: float) -> float:
        """What an answer counts for where agreeing is the low pole."""
        return self.low + self.high - answer
