"""Show the model how the character talks: the card's example dialogues."""

from __future__ import annotations

from dataclasses import replace

from personae.draft import Draft, Kit, Limit, PromptPart, Step
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill

ENTRY = EntryInfo()


def show_examples(*, limit: Limit = 3) -> Step:
    """Add up to `limit` example exchanges; when space is short they go before the persona does."""

    def step(draft: Draft, kit: Kit) -> Draft:
        scene = draft.scene
        parts = [
            PromptPart(
                f"example {number}",
                "Example:\n"
                + "\n".join(
                    f"{fill(speaker, scene)}: {fill(text, scene)}"
                    for speaker, text in example.turns
                ),
            )
            for number, example in enumerate(scene.persona.examples[:limit], start=1)
        ]
        return replace(draft, parts=(*draft.parts, *parts))

    return step
