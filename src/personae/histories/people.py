"""Who a simulated user is: what does not change, and the cliché that people would have of them."""

from __future__ import annotations

import random
from dataclasses import dataclass

from personae.data import Persona
from personae.histories.topics import GROUPS
from personae.histories.wording import AGES, JOBS, NAMES, TOWNS


@dataclass(frozen=True, slots=True)
class Person:
    """A user; `group` is whom cliché takes them for, and nothing that they like follows from it."""

    id: str
    name: str
    group: str
    age: int
    job: str
    town: str

    @property
    def persona(self) -> Persona:
        """What never changes, as statements."""
        told = (f"I am {self.age} years old.", f"I am {self.job}.", f"I live in {self.town}.")
        return Persona(name=self.name, id=self.id, statements=told)


def person(number: int, rng: random.Random) -> Person:
    """User number so-and-so; the groups take turns, so that each is as frequent as the others."""
    group = GROUPS[number % len(GROUPS)]
    sex = group if group in NAMES else rng.choice(tuple(NAMES))
    return Person(
        id=f"user-{number}",
        name=rng.choice(NAMES[sex]),
        group=group,
        age=rng.randint(*AGES[group]),
        job=rng.choice(JOBS[group]),
        town=rng.choice(TOWNS),
    )
