"""Bring in the lorebook entries whose keys were just mentioned (Character Card V2/V3)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from personae.data import Scene
from personae.draft import Count, Draft, Evidence, Kit, PromptPart, Step
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill
from personae.steps.fit_prompt import spoken
from personae.text.lorebook import ActivatedEntry, activate, parse_decorators

ENTRY = EntryInfo()

DEFAULT_SCAN_TURNS = 8
# Entries may ask for a deeper scan than the book; this many turns are at hand.
_MAX_SCAN_TURNS = 200
# Which of our parts a position names; after the first of them that the prompt has.
_AFTER = {
    "after_desc": ("identity",),
    "personality": ("personality", "statements", "identity"),
    "scenario": ("scenario",),
}
_REMEMBERED = ("keep_activate_after_match", "dont_activate_after_match")


def activate_lore(*, scan_turns: Count = DEFAULT_SCAN_TURNS) -> Step:
    """Add the active lore entries where they say.

    Entries with a depth go that many messages before the end, in their role. Constant entries and
    those with an explicit `@@position` go into the system prompt: before or after the persona,
    its description, personality or scenario. The other ones come and go with what is said: they
    stand last, beside what was recalled, so that they do not spoil the prompt cache. Keys are
    looked for in `scan_turns` turns where the book does not say. `@@disable_ui_prompt
    system_prompt` takes our own rules out.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        active = _active(draft.scene, kit, scan_turns)
        if not active:
            return draft
        parts = list(draft.parts)
        if any("system_prompt" in entry.disables for entry in active):
            parts = [part for part in parts if part.name != "rules"]
        found = [
            Evidence(entry.content, f"lorebook:{entry.entry.name or entry.key}", 1.0,
                     {"reason": entry.reason})
            for entry in active
        ]  # fmt: skip
        return replace(
            draft,
            parts=_with_entries(parts, active, draft.scene),
            evidence=(*draft.evidence, *found),
        ).noting(lore=[entry.key for entry in active if _is_remembered(entry)])

    return step


def _active(scene: Scene, kit: Kit, scan_turns: int) -> tuple[ActivatedEntry, ...]:
    book = scene.persona.lorebook
    if book is None:
        return ()
    if book.scan_depth is None:
        book = book.model_copy(update={"scan_depth": scan_turns})
    own = [turn for turn in scene.turns if turn.speaker == scene.persona.name]
    return activate(
        book,
        [spoken(turn, scene) for turn in scene.turns[-_MAX_SCAN_TURNS:]],
        count_tokens=kit.lm.count_tokens,
        rng=random.Random(f"{kit.seed}/{len(scene.turns)}"),
        greeting_index=_greeting_index(scene),
        turn_count=len(own),
        matched_before={str(key) for turn in own for key in _keys(turn.labels.get("lore"))},
        char=scene.persona.display_name,
        user=scene.user,
    )


def _keys(label: object) -> Sequence[object]:
    return label if isinstance(label, list | tuple) else ()


def _greeting_index(scene: Scene) -> int | None:
    """Which greeting opened the scene; None where the scene does not tell."""
    first = next((turn for turn in scene.turns if turn.labels.get("greeting")), None)
    greetings = scene.persona.greetings
    return greetings.index(first.text) if first is not None and first.text in greetings else None


def _with_entries(
    parts: list[PromptPart], active: Sequence[ActivatedEntry], scene: Scene
) -> tuple[PromptPart, ...]:
    """The parts with each entry at its place; entries of one place keep their order."""
    first: list[PromptPart] = []
    last: list[PromptPart] = []
    after: dict[str, list[PromptPart]] = {}
    for entry in sorted(active, key=lambda entry: entry.position == "after_char"):
        part = _part(entry, scene)
        anchor = _anchor(entry.position, parts)
        if part.role == "system" and entry.position in ("before_char", "before_desc"):
            first.append(part)
        elif part.role == "system" and anchor:
            after.setdefault(anchor, []).append(part)
        else:
            last.append(part)
    placed = [each for part in parts for each in (part, *after.pop(part.name, ()))]
    return (*first, *placed, *last)


def _anchor(position: str, parts: Sequence[PromptPart]) -> str:
    names = {part.name for part in parts}
    return next((name for name in _AFTER.get(position, ()) if name in names), "")


def _part(entry: ActivatedEntry, scene: Scene) -> PromptPart:
    name = f"lore {entry.entry.name or entry.key}"
    text = fill(entry.content, scene)
    if entry.position == "depth":
        return PromptPart(name, text, "history", depth=entry.depth or 0, said_as=entry.role)
    is_fixed = entry.entry.constant or entry.position not in ("before_char", "after_char")
    return PromptPart(name, text, role="system" if is_fixed else "volatile")


def _is_remembered(entry: ActivatedEntry) -> bool:
    """Whether later turns must know that the entry was active."""
    rules = (*entry.entry.decorators, *parse_decorators(entry.entry.content)[0])
    return any(name in _REMEMBERED for name, _ in rules)
