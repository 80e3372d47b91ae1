"""Tell what usually happens in the habit that the last message is about."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from personae import habits as shipped
from personae.draft import Count, Draft, Evidence, Kit, PromptPart, Step
from personae.memory.habits import By, Found, found_habit, owned_by
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill
from personae.steps.extend_persona import Cosine
from personae.text.habits import Habit, joined

ENTRY = EntryInfo(systems=("S005",), embedder=True, nli=True)

Told = Literal["instead", "system", "before", "said", "after", "nowhere"]


def recall_habits(
    *,
    schemas: str = "",
    n: Count = 5,
    by: By = "text",
    relevant: Cosine = 0.3,
    owned: bool = True,
    told: Told = "instead",
) -> Step:
    """Find the habit nearest to the last message, and tell its header and `n` nearest facts.

    `schemas` is a file in the form of `text.habits`; default: the shipped ones. With `owned` only
    habits count that the persona has a statement for (`:from`), or that name none. Nothing is told
    where the nearest has a cosine below `relevant` (0: always). The facts are `told` instead of the
    persona's statements, in the system prompt beside them, right before the last message, as the
    persona's own words there, after it, or nowhere (for a later step). They stand in the evidence.
    `instead` must come before `describe_persona`. Raises FormatError for a bad file.
    """
    habits = read_habits(schemas)

    def step(draft: Draft, kit: Kit) -> Draft:
        query = draft.scene.last_user_text
        if not query:
            return draft
        embedder = kit.need_embedder("recall_habits")
        among = None
        if owned:
            statements = [fill(one, draft.scene) for one in draft.scene.persona.statements]
            among = owned_by(habits, statements, embedder, kit.need_nli("recall_habits"))
        found = found_habit(habits, query, embedder, number=n, by=by, among=among)
        if found is None or found.score < relevant:
            return draft.noting(habit="")
        return _telling(draft, found, told)

    return step


@lru_cache(maxsize=8)
def read_habits(schemas: str) -> tuple[Habit, ...]:
    """The habits of a file, or the shipped ones."""
    if not schemas:
        return shipped.everyday()
    return shipped.read_habits(Path(schemas).expanduser())


def _telling(draft: Draft, found: Found, told: Told) -> Draft:
    scores = (found.score, *found.scores)
    evidence = tuple(
        Evidence(text, "habit", round(score, 4))
        for text, score in zip(found.told, scores, strict=True)
    )
    draft = replace(draft, evidence=(*draft.evidence, *evidence)).noting(habit=found.habit.event)
    if told == "nowhere":
        return draft
    if told == "instead":
        persona = draft.scene.persona.model_copy(update={"statements": found.told})
        return replace(draft, scene=draft.scene.model_copy(update={"persona": persona}))
    return replace(draft, parts=(*draft.parts, _part(found.told, draft, told)))


def _part(facts: tuple[str, ...], draft: Draft, told: Told) -> PromptPart:
    if told == "said":
        text = " ".join(facts)
        return PromptPart("habit", text, role="history", depth=1, said_as="assistant")
    name = draft.scene.persona.display_name
    if told == "after":
        text = f"(Answer as {name}. Use these facts about {name}:\n{joined(facts)})"
        return PromptPart("habit", text, role="history", depth=0, said_as="user")
    text = f"Use all the following facts about {name}:\n{joined(facts)}"
    return PromptPart("habit", text, role="system" if told == "system" else "volatile")
