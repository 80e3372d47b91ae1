"""Weigh the persona's statements for the next reply, and tell the weightiest last, or alone."""

from __future__ import annotations

from dataclasses import replace

from personae.draft import Draft, Evidence, Kit, Limit, Step
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S036",), embedder=True)


def weigh_statements(*, count: Limit = 0) -> Step:
    """Leave the persona its `count` weightiest statements (0: all), the weightiest last.

    The weights are the prior's of `encoders.statement_weights`: which statement the reply to the
    last message will use. Nothing changes where nobody has spoken or the persona has one statement.
    The weights stand in the evidence.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        from personae.encoders.statement_weights import open_statement_weights

        persona, message = draft.scene.persona, draft.scene.last_user_text
        if len(persona.statements) < 2 or not message:
            return draft
        weights = open_statement_weights(kit.embedder).prior(message, persona.statements)
        order = sorted(range(len(weights)), key=lambda at: float(weights[at]))
        kept = order[-count:] if count else order
        evidence = tuple(
            Evidence(persona.statements[at], "statement", round(float(weights[at]), 4))
            for at in reversed(kept)
        )
        told = persona.model_copy(
            update={"statements": tuple(persona.statements[at] for at in kept)}
        )
        scene = draft.scene.model_copy(update={"persona": told})
        return replace(draft, scene=scene, evidence=(*draft.evidence, *evidence))

    return step
