"""Traits, and behaviours that name them: what an easy chain of behaviours is made of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from personae.novels import shipped_lines


@cache
def behaviours() -> Mapping[str, tuple[str, ...]]:
    """Behaviours by the trait that they name."""
    found = (line.partition(":") for line in shipped_lines("traits.txt"))
    return {trait: tuple(one.strip() for one in rest.split("|")) for trait, _, rest in found}
