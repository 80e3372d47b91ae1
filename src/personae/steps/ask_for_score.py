"""Ask for a reply of a certain quality, as Score Before You Speak does (S001)."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from personae.draft import Draft, Kit, Step
from personae.registry import EntryInfo
from personae.text.scored_prompt import with_score

ENTRY = EntryInfo(systems=("S001",))

Score = Annotated[float, Field(ge=0, le=1)]


def ask_for_score(*, score: Score | None = 1.0) -> Step:
    """Write the score after the last message, where it is the user's.

    1.0 is what training wrote after every human reply; less asks for a corrupted one, and
    null asks for none, as adapters trained without scores want it.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        if not draft.messages or draft.messages[-1].role != "user":
            return draft
        *before, last = draft.messages
        asked = replace(last, content=with_score(last.content, score))
        return replace(draft, messages=(*before, asked)).noting(asked_score=score)

    return step
