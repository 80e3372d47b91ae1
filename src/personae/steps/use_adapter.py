"""Have the model write with an adapter."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from personae.draft import Draft, Kit, Step
from personae.registry import EntryInfo

ENTRY = EntryInfo(needs=("adapters",))

Weight = Annotated[float, Field(ge=0, le=4)]


def use_adapter(
    *, adapter: str = "score-before-speaking", weight: Weight = 1.0, where_there: bool = False
) -> Step:
    """Add `weight` times the adapter (1: as trained, 0: the base model) to what follows.

    The model must have been opened with it: the packaged one has those that ship. With
    `where_there` a model without it writes as it is.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        if where_there and adapter not in getattr(kit.lm, "adapters", ()):
            return draft
        kit.needs("use_adapter", "adapters")
        return replace(draft, adapters=(*draft.adapters, (adapter, weight)))

    return step
