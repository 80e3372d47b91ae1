"""The guard: what contradicts the persona is written anew before anybody sees it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.sample import sample
from personae.steps.write_checked import write_checked

ENTRY = EntryInfo(needs=("chat",), embedder=True, nli=True)


def guard(
    *,
    detail: Detail = "brief",
    temperature: Temperature = 0.3,
    max_tokens: Count = 96,
    max_sentences: Limit = 2,
    attempts: Count = 3,
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.0,
    remind_first: Annotated[float, Field(ge=0, le=1)] = 0.4,
    draws: Count = 1,
    remind: bool = True,
    repair: bool = True,
    fall_back: bool = True,
) -> Step:
    """The prompt of `plain`; every sentence is checked against the persona's statements.

    Ours, not a paper's. A statement whose cosine with the message is at least `remind_first` is
    said by the persona right before it (1: never). A sentence is shown only once it passed. Where
    the first one fails, the reply is written anew with what it contradicted said right before
    (`remind`), `draws` at a time and up to `attempts` in all, or cut before the failing clause
    (`repair`); where nothing passes, the persona says the statement that bears most on the message
    (`fall_back`). docs/guard.md has the figures.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        fit_prompt(),
        write_checked(
            attempts=attempts,
            max_sentences=max_sentences,
            threshold=threshold,
            remind_first=remind_first,
            draws=draws,
            remind=remind,
            repair=repair,
            fall_back=fall_back,
        ),
        choose(by="worth"),
    )
