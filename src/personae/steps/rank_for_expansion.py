"""Score the candidates by how near they are to the chosen z: the posterior of COMPAC (S020)."""

from __future__ import annotations

from dataclasses import replace

from personae.draft import Draft, Kit, Step
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S020",), embedder=True)


def rank_for_expansion() -> Step:
    """Give each candidate the score `z`, its cosine with the chosen z; choose by it.

    q(z | x) grows with the nearness of reply and z: the nearest reply is the likeliest to be built
    on it. Nothing is scored where no z with words was chosen.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        z = str(draft.notes.get("z", ""))
        if kit.prompt_only or not z or not draft.candidates:
            return draft
        embedder = kit.need_embedder("rank_for_expansion")
        vectors = embedder.embed([z, *(one.text for one in draft.candidates)])
        scored = tuple(
            replace(one, scores={**one.scores, "z": round(float(cosine), 4)})
            for one, cosine in zip(draft.candidates, vectors[1:] @ vectors[0], strict=True)
        )
        return replace(draft, candidates=scored)

    return step
