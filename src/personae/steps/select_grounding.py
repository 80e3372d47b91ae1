"""Choose the knowledge and the user's statements that a reply is to be made from (S026)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from personae.data import Scene
from personae.draft import Count, Draft, Evidence, Kit, Limit, PromptPart, Step
from personae.encoders.types import Embedder
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill

ENTRY = EntryInfo(systems=("S026", "S070"), embedder=True)

Selector = Literal["info", "memory", "cosine", "tfidf"]
HISTORY = 3  # the last message and the exchange before it
ANSWER_FROM = "Answer from this:"
THEIRS = "What {user} has told of themselves and what matters here:"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What was chosen: a paragraph, statements with their chances, further documents."""

    knowledge: str
    score: float
    statements: tuple[tuple[str, float], ...]
    documents: tuple[tuple[str, float], ...]
    query: str


def select_grounding(
    *,
    selector: Selector = "info",
    topics: str = "",
    candidates: Count = 10,
    documents: Limit = 1,
) -> Step:
    """Show the one paragraph that the reply needs, and what of the user's persona fits it.

    Knowledge is the persona's own, or that of a `topics` file (`formats.topics`; "places" are the
    shipped articles). The `candidates` nearest to what was said go to the `selector`: INFO's
    poly-encoder, or `memory`, where the user's statements and what is remembered decide between
    knowledge (S070), or as baselines the embedder's cosine and TF-IDF without statements. Then
    what was said with what was chosen is asked of all knowledge anew, and the `documents` first
    ones are shown as well. Without knowledge nothing happens.
    Raises FormatError for a bad file.
    """
    if topics:
        read_pool(topics)

    def step(draft: Draft, kit: Kit) -> Draft:
        scene = draft.scene
        known = known_to(scene, topics)
        if not known or not scene.last_user_text:
            return draft
        embedder = kit.need_embedder("select_grounding")
        found = grounds(scene, known, embedder, selector, candidates, documents)
        return _shown(draft, found, scene.user)

    return step


def known_to(scene: Scene, topics: str = "") -> tuple[str, ...]:
    """The paragraphs of a collection, or else the persona's own knowledge."""
    if topics:
        return read_pool(topics)
    return tuple(fill(one.text, scene) for one in scene.persona.knowledge)


def asked_in(scene: Scene) -> tuple[str, str]:
    """The last message, and the exchange before it."""
    said = [turn.text for turn in scene.turns if turn.kind == "utterance"][-HISTORY:]
    return said[-1], " ".join(said[:-1])


def grounds(
    scene: Scene,
    known: Sequence[str],
    embedder: Embedder,
    selector: Selector = "info",
    candidates: int = 10,
    documents: int = 1,
) -> Grounds:
    """What a selector chooses of `known` and of the user's statements."""
    asked = asked_in(scene)
    near = _nearest(known, asked[0], candidates, embedder)
    theirs = scene.user_persona.statements if scene.user_persona else ()
    if selector == "memory":
        theirs = (*theirs, *(one.text for one in scene.memories))
    best, score, statements = _chosen(selector, asked, theirs, near, embedder)
    query = " ".join([asked[0], *(text for text, _ in statements), best])
    rest = [text for text in known if text != best]
    scores = cosines(rest, query, embedder) if documents and rest else []
    order = sorted(range(len(rest)), key=lambda at: -scores[at])[:documents] if scores else []
    further = tuple((rest[at], round(scores[at], 4)) for at in order)
    return Grounds(best, score, statements, further, query)


def _chosen(
    selector: Selector,
    asked: tuple[str, str],
    theirs: Sequence[str],
    near: Sequence[str],
    embedder: Embedder,
) -> tuple[str, float, tuple[tuple[str, float], ...]]:
    """The paragraph, its score, and the statements with their chances."""
    if selector == "info":
        from personae.encoders.grounding import open_grounding

        found = open_grounding().select(*asked, theirs, near)
        statements = tuple((theirs[at], found.statement_scores[at]) for at in found.statements)
        return near[found.knowledge], found.knowledge_scores[found.knowledge], statements
    if selector == "memory":
        from personae.encoders.personal_memory import select

        chosen = select(asked[0], near, theirs, embedder)
        facet = ((theirs[chosen.facet], chosen.facets[chosen.facet]),) if theirs else ()
        return near[chosen.knowledge], chosen.shares[chosen.knowledge], facet
    if selector == "tfidf":
        from personae.text.tfidf import tfidf_scores

        scores = tfidf_scores(asked[0], near)
    else:
        scores = cosines(near, asked[0], embedder)
    best = scores.index(max(scores))
    return near[best], round(scores[best], 4), ()


def _nearest(
    known: Sequence[str], question: str, count: int, embedder: Embedder
) -> tuple[str, ...]:
    """The `count` texts nearest to the question, in their own order."""
    if len(known) <= count:
        return tuple(known)
    scores = cosines(known, question, embedder)
    best = sorted(range(len(known)), key=lambda at: -scores[at])[:count]
    return tuple(known[at] for at in sorted(best))


def cosines(texts: Sequence[str], query: str, embedder: Embedder) -> list[float]:
    """How near each text is to the query."""
    found: list[float] = (embedder.embed(list(texts)) @ embedder.embed([query])[0]).tolist()
    return found


def _shown(draft: Draft, found: Grounds, user: str) -> Draft:
    knowledge = [found.knowledge, *(text for text, _ in found.documents)]
    lines = [ANSWER_FROM, *(f"- {text}" for text in knowledge)]
    if found.statements:
        lines += [THEIRS.format(user=user), *(f"- {text}" for text, _ in found.statements)]
    evidence = (
        Evidence(found.knowledge, "knowledge", found.score),
        *(Evidence(text, "user", chance) for text, chance in found.statements),
        *(Evidence(text, "document", score) for text, score in found.documents),
    )
    notes: dict[str, Any] = {
        "knowledge": found.knowledge,
        "statements": [text for text, _ in found.statements],
        "documents": [text for text, _ in found.documents],
        "query": found.query,
    }
    return replace(
        draft,
        parts=(*draft.parts, PromptPart("grounding", "\n".join(lines), role="volatile")),
        evidence=(*draft.evidence, *evidence),
    ).noting(grounding=notes)


@lru_cache(maxsize=8)
def read_pool(topics: str) -> tuple[str, ...]:
    """The paragraphs of a `topics` file, each once. Raises FormatError."""
    from personae import places
    from personae.formats.topics import read_topics

    file = places.FILE if topics == "places" else Path(topics).expanduser()
    texts = (one.text for topic in read_topics(file) for one in topic.paragraphs)
    return tuple(dict.fromkeys(texts))
