"""Keep only the statements that an answer to the last turn has to use."""

from __future__ import annotations

from dataclasses import replace

from personae.draft import Count, Draft, Evidence, Kit, Step
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S054",), embedder=True)


def relevant_statements(*, count: Count = 5) -> Step:
    """Leave the persona its `count` most relevant statements, in their own order.

    Relevance is P_g of the APC score, by the shipped model. Nothing changes where the persona has
    no more than that, or nobody has spoken.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        from personae.encoders.relevance import open_relevance

        persona, query = draft.scene.persona, draft.scene.last_user_text
        if len(persona.statements) <= count or not query:
            return draft
        relevance = open_relevance(kit.embedder)
        values = relevance.relevance([(one, query) for one in persona.statements]).tolist()
        best = sorted(range(len(values)), key=lambda at: -values[at])[:count]
        kept = tuple(persona.statements[at] for at in sorted(best))
        evidence = tuple(
            Evidence(persona.statements[at], "statement", round(values[at], 4)) for at in best
        )
        scene = draft.scene.model_copy(
            update={"persona": persona.model_copy(update={"statements": kept})}
        )
        return replace(draft, scene=scene, evidence=(*draft.evidence, *evidence))

    return step
