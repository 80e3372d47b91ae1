"""Put the parts and the history together within the token budget, for a warm prompt cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from personae.data import Scene, Turn
from personae.draft import Draft, Kit, PromptPart, Step
from personae.errors import InvalidOption
from personae.lm.types import Message
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill

ENTRY = EntryInfo()

# Old turns leave in blocks: the start of the history then stays the same for several turns.
HISTORY_BLOCK = 8
# What a chat template adds to each message, generously.
_MESSAGE_OVERHEAD = 8
VolatileRole = Literal["system", "user"]


def fit_prompt(
    *,
    budget_tokens: int | None = None,
    history_turns: int | None = None,
    volatile_role: VolatileRole = "system",
) -> Step:
    """Turn parts and history into messages.

    Order: fixed parts, history (append-only), then volatile parts just before the last turn, so
    that a change in them costs one turn of the prompt cache and no more. To fit `budget_tokens`
    (default: what the model's context leaves beside the reply) unpinned parts are dropped from the
    last, then the oldest turns in blocks of eight. `volatile_role="user"` is for templates that
    refuse a second system message. Raises InvalidOption when what must stay does not fit.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        limit = budget_tokens or kit.lm.context_tokens
        budget = limit - draft.sampling.max_tokens - 32
        parts = _with_instructions(draft)
        turns = draft.scene.turns[-history_turns:] if history_turns else draft.scene.turns
        history = _messages(draft.scene, turns)
        cost = _coster(kit.lm.count_tokens)
        parts, dropped = _drop_parts(parts, budget - cost([m.content for m in history[-1:]]), cost)
        left = budget - cost([part.text for part in parts])
        kept = _drop_turns(history, left, cost)
        return replace(
            draft,
            parts=tuple(replace(part, tokens=kit.lm.count_tokens(part.text)) for part in parts),
            messages=_assembled(parts, kept, volatile_role),
        ).noting(
            dropped_parts=[part.name for part in dropped],
            dropped_turns=len(history) - len(kept),
        )

    return step


def _with_instructions(draft: Draft) -> list[PromptPart]:
    text = draft.scene.persona.post_history_instructions
    if not text:
        return list(draft.parts)
    own = PromptPart("instructions", fill(text, draft.scene), role="volatile", pinned=True)
    return [*draft.parts, own]


def _messages(scene: Scene, turns: Sequence[Turn]) -> list[Message]:
    """The history as messages; names are written only where several others speak."""
    others = {turn.speaker for turn in turns if turn.speaker != scene.persona.name}
    messages: list[Message] = []
    for turn in turns:
        text = fill(turn.text, scene) if turn.labels.get("greeting") else turn.text
        if turn.kind in ("tool_call", "tool_result", "event", "narration"):
            messages.append(Message("system", text))
        elif turn.speaker == scene.persona.name:
            messages.append(Message("assistant", text))
        else:
            messages.append(Message("user", f"{turn.speaker}: {text}" if len(others) > 1 else text))
    return messages


Coster = Callable[[Sequence[str]], int]


def _coster(count_tokens: Callable[[str], int]) -> Coster:
    return lambda texts: sum(count_tokens(text) + _MESSAGE_OVERHEAD for text in texts)


def _drop_parts(
    parts: list[PromptPart], budget: int, cost: Coster
) -> tuple[list[PromptPart], list[PromptPart]]:
    """Drop unpinned parts from the last until the rest fits `budget`."""
    kept, dropped = list(parts), []
    while cost([part.text for part in kept]) > budget:
        droppable = [part for part in kept if not part.pinned]
        if not droppable:
            raise InvalidOption(
                f"The persona and the last message need {cost([p.text for p in kept])} tokens and "
                f"{budget} fit. Shorten them, or open the model with a larger context."
            )
        kept.remove(droppable[-1])
        dropped.append(droppable[-1])
    return kept, dropped


def _drop_turns(history: list[Message], budget: int, cost: Coster) -> list[Message]:
    sizes = [cost([message.content]) for message in history]
    start = 0
    while sum(sizes[start:]) > budget and start + HISTORY_BLOCK < len(history):
        start += HISTORY_BLOCK
    while sum(sizes[start:]) > budget and start < len(history) - 1:
        start += 1
    return history[start:]


def _assembled(
    parts: Sequence[PromptPart], history: Sequence[Message], volatile_role: VolatileRole
) -> tuple[Message, ...]:
    fixed = "\n\n".join(part.text for part in parts if part.role == "system")
    volatile = "\n\n".join(part.text for part in parts if part.role == "volatile")
    head = (Message("system", fixed),) if fixed else ()
    if not volatile:
        return (*head, *history)
    if volatile_role == "user" and history and history[-1].role == "user":
        last = replace(history[-1], content=f"[{volatile}]\n\n{history[-1].content}")
        return (*head, *history[:-1], last)
    return (*head, *history[:-1], Message("system", volatile), *history[-1:])
