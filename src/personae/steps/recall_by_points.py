"""Recall what of a character's story bears on the last message, through its description (S085)."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from personae.data import Scene
from personae.draft import Count, Draft, Evidence, Kit, PromptPart, Step
from personae.errors import InvalidOption
from personae.memory.charmap import (
    PIECES,
    POINTS,
    CharMap,
    Find,
    PointsBy,
    Weigh,
    all_lines,
    by_embedder,
    by_likelihood,
    by_model,
    by_nli,
    by_relevance,
    pieces_of,
)
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill
from personae.text.parsing import read_text
from personae.text.quoting import marked
from personae.text.sentences import split_sentences

ENTRY = EntryInfo(systems=("S085",), embedder=True, nli=True)

STORY_LIMIT_BYTES = 16 * 2**20


def recall_by_points(
    *,
    story: str = "",
    by: PointsBy = "embedder",
    points: Count = POINTS,
    pieces: Count = PIECES,
    find: Find = "both",
) -> Step:
    """Follow `points` of the character's lines that bear on the last message into its story.

    Lines are the statements, or the sentences of the description where there are none. `story` is
    a text file; default: the persona's knowledge and the scene's memories. `by` says who chooses
    the points, `find` how they find. What is found stands in the prompt in the story's order, and
    in the evidence with the point that led to it. Raises FormatError for a file that cannot be
    read, CapabilityError.
    """
    read = story_pieces(story) if story else ()

    def step(draft: Draft, kit: Kit) -> Draft:
        scene = draft.scene
        told, lines = read or _known(scene), described(scene)
        if not scene.last_user_text or not told or not lines:
            return draft
        weigh = weigh_by(by, kit, scene.persona.display_name)
        embedder = kit.need_embedder("recall_by_points")
        found = CharMap(lines, told, embedder, weigh, points, pieces, find).recall(
            scene.last_user_text
        )
        evidence = tuple(
            Evidence(told[one.at], "story", round(one.score, 4), {"point": one.point, "at": one.at})
            for one in found
        )
        shown = marked("\n…\n".join(one.text for one in evidence))
        text = f"From the life of {scene.persona.display_name}:\n{shown}"
        return replace(
            draft,
            parts=(*draft.parts, PromptPart("memory", text, role="volatile")),
            evidence=(*draft.evidence, *evidence),
        )

    return step


def weigh_by(by: PointsBy, kit: Kit, name: str) -> Weigh:
    """Who says which lines bear on a decision. Raises CapabilityError for a missing model."""
    if by == "embedder":
        return by_embedder(kit.need_embedder("recall_by_points"))
    if by == "relevance":
        return by_relevance(kit.need_embedder("recall_by_points"))
    if by == "nli":
        return by_nli(kit.need_nli("recall_by_points"))
    if by == "lm":
        return by_model(kit.lm, name)
    if by == "lm-likelihood":
        return by_likelihood(kit.lm, name)
    return all_lines


def described(scene: Scene) -> tuple[str, ...]:
    """The persona's statements, or else the sentences of its description."""
    persona = scene.persona
    lines = persona.statements or split_sentences(persona.description)
    return tuple(fill(line, scene) for line in lines)


@lru_cache(maxsize=8)
def story_pieces(story: str) -> tuple[str, ...]:
    """The pieces of a text file. Raises FormatError, InvalidOption for an empty one."""
    text = read_text(Path(story).expanduser(), STORY_LIMIT_BYTES)
    found = tuple(piece.text for piece in pieces_of(text))
    if not found:
        raise InvalidOption(f"The story {story} has no words.")
    return found


def _known(scene: Scene) -> tuple[str, ...]:
    return (
        *(fill(passage.text, scene) for passage in scene.persona.knowledge),
        *(memory.text for memory in scene.memories),
    )
