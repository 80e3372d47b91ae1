"""Tell the model who it is in the second person, as the adapters of personae were trained."""

from __future__ import annotations

from dataclasses import replace

from personae.draft import Draft, Kit, PromptPart, Step
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill, shown_statements
from personae.text.scored_prompt import told_persona

ENTRY = EntryInfo()


def tell_persona() -> Step:
    """Add one system part: name and statements as "You …" sentences, or else the description.

    A name of one letter or with a number ("B", "User 2") is a data set's, and is left out.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        persona = draft.scene.persona
        statements = shown_statements(draft.scene) or (persona.description,)
        name = persona.display_name
        is_label = len(name) < 2 or any(letter.isdigit() for letter in name)
        text = told_persona(
            [fill(one, draft.scene) for one in statements if one], "" if is_label else name
        )
        told = PromptPart("statements", text or f"Your name is {name}.", pinned=True)
        return replace(draft, parts=(*draft.parts, told))

    return step
