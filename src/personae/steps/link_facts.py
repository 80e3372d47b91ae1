"""Tell facts of a commonsense graph that follow from the persona and bear on the turn (S048)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from personae.draft import Count, Draft, Evidence, Kit, Step
from personae.encoders.clashes import any_clash
from personae.registry import EntryInfo
from personae.steps.extend_persona import Cosine, known_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from personae.commonsense.linking import Inferred

ENTRY = EntryInfo(systems=("S048",), embedder=True, nli=True)
Probability = Annotated[float, Field(ge=0, le=1)]


def link_facts(
    *, graph: str = "", k: Count = 2, relevant: Cosine = 0.3, fits: Probability = 0.5
) -> Step:
    """Give the scene's persona up to `k` facts more, for this reply.

    Facts are those of the heads that the persona's statements are linked to, whose probability to
    fit the statement is `fits` or more, and that contradict neither a statement nor what the
    persona said last. Of these the nearest to the last message are taken, from a cosine of
    `relevant` on. `graph` is a file (.tsv, .jsonl, .db); default: the shipped graph. Raises
    FormatError, InvalidOption for a bad graph.
    """
    from personae.commonsense.files import people, read_graph

    source = read_graph(graph) if graph else people()

    def step(draft: Draft, kit: Kit) -> Draft:
        from personae.commonsense.linking import kept_inferred
        from personae.commonsense.worth import open_fact_worth

        scene, query = draft.scene, draft.scene.last_user_text
        if not query or not scene.persona.statements:
            return draft
        embedder, nli = kit.need_embedder("link_facts"), kit.need_nli("link_facts")
        known = known_of(scene)
        stated = known[: len(scene.persona.statements)]
        worth = open_fact_worth(embedder)
        usable = [
            one
            for one in kept_inferred(tuple(stated), source, embedder, nli, worth)
            if one.fits >= fits
        ]
        if not usable:
            return draft.noting(linked=[])
        cosines = embedder.embed([one.fact.text for one in usable]) @ embedder.embed([query])[0]
        order = sorted(range(len(usable)), key=lambda at: (-float(cosines[at]), at))
        near = [(usable[at], float(cosines[at])) for at in order if cosines[at] >= relevant]
        # Twice as many as are needed: some may contradict what was said since.
        near = near[: 2 * k]
        clashing = any_clash(nli, [one.fact.text for one, _ in near], known[len(stated) :])
        kept = [one for one, clashes in zip(near, clashing, strict=True) if not clashes]
        return _told(draft, kept[:k])

    return step


def _told(draft: Draft, found: Sequence[tuple[Inferred, float]]) -> Draft:
    scene = draft.scene
    texts = tuple(one.fact.text for one, _ in found)
    persona = scene.persona.model_copy(update={"statements": (*scene.persona.statements, *texts)})
    evidence = tuple(
        Evidence(
            one.fact.text, "graph", round(cosine, 4),
            {
                "statement": one.statement, "head": one.fact.head, "relation": one.fact.label,
                "fits": round(one.fits, 4),
            },
        )
        for one, cosine in found
    )  # fmt: skip
    return replace(
        draft,
        scene=scene.model_copy(update={"persona": persona}),
        evidence=(*draft.evidence, *evidence),
    ).noting(linked=list(texts))
