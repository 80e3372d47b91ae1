"""Bring in the lorebook entries whose keys were just mentioned (Character Card V2/V3)."""

from __future__ import annotations

import random
from dataclasses import replace

from personae.draft import Draft, Evidence, Kit, PromptPart, Step
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill
from personae.text.lorebook import ActivatedEntry, activate

ENTRY = EntryInfo()

DEFAULT_SCAN_TURNS = 8


def activate_lore(*, scan_turns: int = DEFAULT_SCAN_TURNS) -> Step:
    """Add the active lore entries.

    Constant entries belong to the system prompt, whose text then stays the same from turn to turn;
    the others come last, beside what was recalled, so that they do not spoil the prompt cache.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        scene = draft.scene
        if scene.persona.lorebook is None:
            return draft
        own_turns = sum(turn.speaker == scene.persona.name for turn in scene.turns)
        active = activate(
            scene.persona.lorebook,
            [turn.text for turn in scene.turns[-scan_turns:]],
            count_tokens=kit.lm.count_tokens,
            rng=random.Random(f"{kit.seed}/{len(scene.turns)}"),
            turn_count=own_turns,
            char=scene.persona.display_name,
            user=scene.user,
        )
        parts = [_part(entry, fill(entry.content, scene)) for entry in active]
        found = [
            Evidence(entry.content, f"lorebook:{entry.entry.name or entry.key}", 1.0,
                     {"reason": entry.reason})
            for entry in active
        ]  # fmt: skip
        return replace(draft, parts=(*draft.parts, *parts), evidence=(*draft.evidence, *found))

    return step


def _part(entry: ActivatedEntry, text: str) -> PromptPart:
    name = f"lore {entry.entry.name or entry.key}"
    return PromptPart(name, text, role="system" if entry.entry.constant else "volatile")
