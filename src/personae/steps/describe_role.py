"""Tell the model its role: the outline, the rules, how to talk."""

from __future__ import annotations

from dataclasses import replace

from personae.draft import Draft, Kit, PromptPart, Step
from personae.formats.role_file import open_role
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill
from personae.text.role_prompt import told_role

ENTRY = EntryInfo(systems=("S073",))


def describe_role(*, role: str = "phone-companion", rules: bool = True) -> Step:
    """Add the role's system part in the place of the persona's; `rules` lists its rules too.

    `role` is a file or a shipped role's name; the persona lends it its name and nothing else.
    """
    text = told_role(open_role(role), rules=rules)

    def step(draft: Draft, kit: Kit) -> Draft:
        part = PromptPart("rules", fill(text, draft.scene), pinned=True)
        return replace(draft, parts=(*draft.parts, part))

    return step
