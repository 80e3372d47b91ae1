"""Find a story that the persona may have lived through and that bears on the last turns."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from personae import stories as shipped
from personae.draft import Draft, Evidence, Kit, PromptPart, Step
from personae.memory.stories import found_story
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill
from personae.steps.extend_persona import Cosine
from personae.stories import Story

ENTRY = EntryInfo(systems=("S013",), embedder=True, nli=True)

TURNS = 2  # the last ones, that a story is compared with


def recall_story(
    *, stories: str = "", relevant: Cosine = 0.25, consistent: bool = True, told: bool = False
) -> Step:
    """Note the nearest story as evidence (`story:ID`); with `told` it stands in the prompt too.

    `stories` is a file with a story a line; default: the shipped ones. Nothing is found below the
    score `relevant`. `consistent` passes over stories that contradict the persona's statements.
    Raises FormatError for a bad file.
    """
    known = read_stories(stories)

    def step(draft: Draft, kit: Kit) -> Draft:
        scene = draft.scene
        if not scene.last_user_text:
            return draft
        embedder = kit.need_embedder("recall_story")
        nli = kit.need_nli("recall_story") if consistent else None
        said = [turn.text for turn in scene.turns if turn.kind == "utterance"][-TURNS:]
        statements = [fill(one, scene) for one in scene.persona.statements]
        found = found_story(known, said, statements, embedder, nli=nli)
        if found is None or found.score < relevant:
            return draft.noting(story="")
        name = scene.persona.display_name
        text = f"This happened to {name} once: {found.story.text}"
        parts = (PromptPart("story", text, role="volatile"),) if told else ()
        evidence = Evidence(
            found.story.text, f"story:{found.story.id}", round(found.score, 4),
            {"passed_over": found.passed},
        )  # fmt: skip
        return replace(
            draft, parts=(*draft.parts, *parts), evidence=(*draft.evidence, evidence)
        ).noting(story=found.story.id)

    return step


@lru_cache(maxsize=8)
def read_stories(stories: str) -> tuple[Story, ...]:
    """The stories of a file, or the shipped ones."""
    if not stories:
        return shipped.everyday()
    return shipped.read_stories(Path(stories).expanduser())


def recalled_story(draft: Draft) -> str:
    """The text of the story in the evidence, or an empty one."""
    found = [one.text for one in draft.evidence if one.source.startswith("story:")]
    return found[-1] if found else ""
