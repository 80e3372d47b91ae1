"""The guard: what contradicts the persona is written anew before anybody sees it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.errors import InvalidOption
from personae.registry import EntryInfo
from personae.steps.ask_for_score import Score, ask_for_score
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.sample import sample
from personae.steps.show_memories import show_memories
from personae.steps.tell_persona import tell_persona
from personae.steps.use_adapter import use_adapter
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
    adapter: str = "",
    score: Score | None = None,
    memories: Limit = 2,
    memory_tokens: Count = 160,
    begins: Annotated[float, Field(ge=0, le=1)] = 0.4,
) -> Step:
    """The prompt of `plain`; every sentence is checked against the persona's statements.

    Ours, not a paper's. A statement whose cosine with the message is at least `remind_first` is
    said by the persona right before it (1: never). A sentence is shown only once it passed. Where
    the first one fails, the reply is written anew with what it contradicted said right before
    (`remind`), `draws` at a time and up to `attempts` in all, or cut before the failing clause
    (`repair`); where nothing passes, the persona says the statement that bears most on the message
    (`fall_back`). docs/guard.md has the figures.
    Up to `memories` memories of the scene stand in the prompt, within `memory_tokens`; a message
    that asks about its speaker, to which one of them has a cosine of `begins`, is answered by what
    the memories say and nothing else (1: never).
    With an `adapter` ("score-before-speaking" and "plain-tuning" ship) that one writes, told the
    persona as it was trained to be and no memories, and asked for `score` where it learned scores.
    Raises InvalidOption for a score without an adapter.
    """
    if score is not None and not adapter:
        raise InvalidOption(
            f"score={score} asks an adapter; name one too: adapter=score-before-speaking"
        )
    shown: tuple[Step, ...] = ()
    if memories:
        shown = (
            show_memories(
                k=memories, budget_tokens=memory_tokens, form="recollection", begins=begins
            ),
        )
    prompt: tuple[Step, ...] = (describe_persona(detail=detail), *shown, fit_prompt())
    if adapter:
        told = (tell_persona(), use_adapter(adapter=adapter))
        prompt = (*told, fit_prompt(), ask_for_score(score=score))
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        *prompt,
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
