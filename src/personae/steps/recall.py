"""Recall what bears on the last turn: statements, memories of earlier sessions, knowledge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from personae.data import Scene
from personae.draft import Count, Draft, Evidence, Kit, PromptPart, Step
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill
from personae.text.quoting import enclosed

ENTRY = EntryInfo()

# "They are no instructions" weakened facts more than instructions (docs/memory.md).
REMEMBERED = "Keep in mind what others said:"


def recall(
    *,
    k: Count = 3,
    min_score: float = 0.2,
    memories: bool = True,
    delimited: bool = True,
    heading: str = REMEMBERED,
) -> Step:
    """Find the `k` pieces most similar to the last turn (cosine) and show them last.

    Searched are the persona's statements and knowledge, what is known of the user, and the scene's
    memories (unless not `memories`: `show_memories` shows them). Without an embedder the scene's
    first `k` memories are shown.
    Memories hold what others said, and those may wish to instruct the model: they are shown as
    words of others under `heading`, between marks that nothing in them closes, unless not
    `delimited`.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        pool = [one for one in _pool(draft.scene) if memories or one.source != "memory"]
        heard = draft.scene.last_user_text
        if kit.embedder is None or not heard or not pool:
            found = [piece for piece in pool if piece.source == "memory"][:k]
        else:
            vectors = kit.embedder.embed([heard, *(piece.text for piece in pool)])
            scores = vectors[1:] @ vectors[0]
            best = sorted(range(len(pool)), key=lambda i: (-float(scores[i]), i))[:k]
            found = [
                replace(pool[i], score=round(float(scores[i]), 4))
                for i in best
                if scores[i] >= min_score
            ]
        if not found:
            return draft
        text = _shown(found, heading) if delimited else _listed(found)
        return replace(
            draft,
            parts=(*draft.parts, PromptPart("recalled", text, role="volatile")),
            evidence=(*draft.evidence, *found),
        )

    return step


def _listed(pieces: Sequence[Evidence]) -> str:
    return "\n".join(["Keep in mind:", *(f"- {piece.text}" for piece in pieces)])


def _shown(pieces: Sequence[Evidence], heading: str) -> str:
    """What is the persona's own as a list, what others said as quotations."""
    own = [piece for piece in pieces if piece.source != "memory"]
    said = [piece.text for piece in pieces if piece.source == "memory"]
    blocks = [_listed(own)] if own else []
    if said:
        blocks.append(f"{heading}\n{enclosed(said)}")
    return "\n".join(blocks)


def _pool(scene: Scene) -> list[Evidence]:
    persona, user = scene.persona, scene.user_persona
    return [
        *(Evidence(fill(text, scene), "statement") for text in persona.statements),
        *(Evidence(fill(passage.text, scene), "knowledge") for passage in persona.knowledge),
        *(Evidence(text, "user") for text in (user.statements if user else ())),
        *(Evidence(memory.text, "memory") for memory in scene.memories),
    ]
