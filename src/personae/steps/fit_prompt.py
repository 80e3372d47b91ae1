"""Put the parts and the history together within the token budget, for a warm prompt cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from personae.data import Scene, Turn
from personae.draft import Count, Draft, Kit, PromptPart, Step
from personae.errors import InvalidOption
from personae.lm.types import Message, Role
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill

ENTRY = EntryInfo()

# Old turns leave in blocks: the start of the history then stays the same for several turns.
HISTORY_BLOCK = 8
# Parts that can be dropped leave this share of the budget to the history.
HISTORY_SHARE = 4
# What a chat template adds to each message, generously.
_MESSAGE_OVERHEAD = 8
VolatileRole = Literal["system", "user"]


def fit_prompt(
    *,
    budget_tokens: Count | None = None,
    history_turns: Count | None = None,
    volatile_role: VolatileRole = "system",
) -> Step:
    """Turn parts and history into messages.

    Order: fixed parts, history (append-only), then volatile parts just before the last turn, so
    that a change in them costs one turn of the prompt cache and no more; parts with a depth stand
    that many messages before the end. To fit `budget_tokens` (default: what the model's context
    leaves beside the reply) unpinned parts are dropped from the last until a quarter is left for
    the history, then the oldest turns in blocks of eight. `volatile_role="user"` is for templates
    that refuse a second system message. Raises InvalidOption when what must stay does not fit.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        limit = budget_tokens or kit.lm.context_tokens
        budget = limit - draft.sampling.max_tokens - 32
        turns = draft.scene.turns[-history_turns:] if history_turns else draft.scene.turns
        history = _messages(draft.scene, turns, volatile_role)
        cost = _coster(kit.lm.count_tokens)
        last = cost([message.content for message in history[-1:]])
        parts, dropped = _drop_parts(_with_instructions(draft), budget, last, cost)
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


def spoken(turn: Turn, scene: Scene) -> str:
    """What was said; a greeting comes from the card, so its macros are expanded."""
    return fill(turn.text, scene) if turn.labels.get("greeting") else turn.text


def _with_instructions(draft: Draft) -> list[PromptPart]:
    text = draft.scene.persona.post_history_instructions
    if not text:
        return list(draft.parts)
    own = PromptPart("instructions", fill(text, draft.scene), role="volatile", pinned=True)
    return [*draft.parts, own]


def _messages(scene: Scene, turns: Sequence[Turn], volatile_role: VolatileRole) -> list[Message]:
    """The history as messages; names are written only where several others speak."""
    # Counted over all turns, so that a shorter window does not rename the history.
    others = {
        turn.speaker
        for turn in scene.turns
        if turn.kind == "utterance" and turn.speaker != scene.persona.name
    }
    messages: list[Message] = []
    for turn in turns:
        text = spoken(turn, scene)
        if turn.kind != "utterance":
            messages.append(_aside("system", text, volatile_role))
        elif turn.speaker == scene.persona.name:
            messages.append(Message("assistant", text))
        else:
            messages.append(Message("user", f"{turn.speaker}: {text}" if len(others) > 1 else text))
    return messages


def _aside(role: Role, text: str, volatile_role: VolatileRole) -> Message:
    """A message that nobody says, in the role that the template allows for it."""
    if role == "system" and volatile_role == "user":
        return Message("user", f"[{text}]")
    return Message(role, text)


Coster = Callable[[Sequence[str]], int]


def _coster(count_tokens: Callable[[str], int]) -> Coster:
    return lambda texts: sum(count_tokens(text) + _MESSAGE_OVERHEAD for text in texts)


def _drop_parts(
    parts: list[PromptPart], budget: int, last: int, cost: Coster
) -> tuple[list[PromptPart], list[PromptPart]]:
    """Drop unpinned parts from the last until the history has its share of the budget.

    `last` is what the last message costs, which always stays.
    """
    kept, dropped = list(parts), []
    room = budget - max(last, budget // HISTORY_SHARE)
    while cost([part.text for part in kept]) > room:
        droppable = [at for at, part in enumerate(kept) if not part.pinned]
        if not droppable:
            break
        dropped.append(kept.pop(droppable[-1]))
    needed = cost([part.text for part in kept]) + last
    if needed > budget:
        raise InvalidOption(
            f"The persona and the last message need {needed} tokens and {max(budget, 0)} fit. "
            "Shorten them, or open the model with a larger context."
        )
    return kept, dropped


def _drop_turns(history: list[Message], budget: int, cost: Coster) -> list[Message]:
    """The newest messages that fit, from the start of a block where one is near enough."""
    fits, spent = len(history), 0
    while fits and (spent := spent + cost([history[fits - 1].content])) <= budget:
        fits -= 1
    block_start = -(-fits // HISTORY_BLOCK) * HISTORY_BLOCK
    return history[block_start if block_start < len(history) else min(fits, len(history) - 1) :]


def _assembled(
    parts: Sequence[PromptPart], history: Sequence[Message], volatile_role: VolatileRole
) -> tuple[Message, ...]:
    fixed = "\n\n".join(part.text for part in parts if part.role == "system")
    volatile = "\n\n".join(part.text for part in parts if part.role == "volatile")
    said = list(history)
    inserted: dict[int, list[Message]] = {}
    for part in parts:
        if part.role == "history":
            aside = _aside(part.said_as, part.text, volatile_role)
            inserted.setdefault(max(0, len(said) - part.depth), []).append(aside)
    if volatile and volatile_role == "user" and said and said[-1].role == "user":
        said[-1] = replace(said[-1], content=f"[{volatile}]\n\n{said[-1].content}")
    elif volatile:
        aside = _aside("system", volatile, volatile_role)
        inserted.setdefault(max(0, len(said) - 1), []).append(aside)
    messages = [Message("system", fixed)] if fixed else []
    for at, message in enumerate([*said, None]):
        messages += inserted.get(at, [])
        messages += [message] if message else []
    return tuple(messages)
