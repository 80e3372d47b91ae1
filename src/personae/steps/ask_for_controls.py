"""Ask for a reply with certain attributes, as conditional training wrote them (S067)."""

from __future__ import annotations

from dataclasses import replace

from personae.draft import Draft, Kit, Step
from personae.registry import EntryInfo
from personae.text.controlled_prompt import checked_controls, with_controls

ENTRY = EntryInfo(systems=("S067",))


def ask_for_controls(*, controls: dict[str, int] | None = None) -> Step:
    """Write the buckets after the last message, where it is the user's; none of them changes it.

    `question` (0 to 10: tenths of replies that ask), `specificity` and `relatedness` (0 to 9).
    Raises InvalidOption for others.
    """
    wanted = checked_controls(controls or {})

    def step(draft: Draft, kit: Kit) -> Draft:
        if not draft.messages or draft.messages[-1].role != "user":
            return draft
        *before, last = draft.messages
        asked = replace(last, content=with_controls(last.content, wanted))
        return replace(draft, messages=(*before, asked)).noting(asked_controls=wanted)

    return step
