"""Add a statement to a persona that says nothing of what the user asks, and that fits the rest."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from personae import statements as shipped
from personae.data import Scene
from personae.draft import Count, Draft, Evidence, Kit, Step
from personae.encoders.contradiction import split_clauses
from personae.encoders.types import Embedder, Nli
from personae.errors import InvalidOption
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill
from personae.text.bm25 import Bm25, index_texts
from personae.text.parsing import read_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENTRY = EntryInfo(embedder=True, nli=True)

Retriever = Literal["both", "embedder", "bm25", "random"]
Cosine = Annotated[float, Field(ge=0, le=1)]
STATEMENTS_LIMIT = 64  # of the persona, that a candidate is judged against
OWN_TURNS = 4  # of the persona's last replies, whose clauses count as statements too
POOL_LIMIT = 20_000


def extend_persona(
    *,
    pool: str = "",
    retriever: Retriever = "both",
    candidates: Count = 16,
    consistent: bool = True,
    covered: Cosine = 0.5,
    relevant: Cosine = 0.25,
) -> Step:
    """Give the scene's persona one statement more from a pool, for this reply.

    Nothing is added where the cosine of the last message with one of the persona's own statements
    is `covered` or more, nor where no candidate reaches `relevant`. The `retriever` proposes
    `candidates` statements; `consistent` drops those that contradict (the likeliest of the three
    labels, in either direction) a statement of the persona or a clause of its last replies. The
    best of cosine · (1 - worst contradiction) is taken. `pool` is a file with a statement a line;
    default: the shipped one. Raises FormatError, InvalidOption for a bad pool.
    """
    source = Pool.of(read_pool(pool))

    def step(draft: Draft, kit: Kit) -> Draft:
        query = draft.scene.last_user_text
        if not query:
            return draft
        embedder = kit.need_embedder("extend_persona")
        known = known_of(draft.scene)
        stated = known[: len(draft.scene.persona.statements)]
        if stated and float((embedder.embed(stated) @ embedder.embed([query])[0]).max()) >= covered:
            return draft.noting(extended="")
        rng = random.Random(f"{kit.seed}/{query}")
        found = propose(source, query, known, retriever, candidates, embedder, rng)
        if consistent:
            found = consistent_ones(found, known, kit.need_nli("extend_persona"))
        best = max(found, key=lambda one: one.worth, default=None)
        if best is None or (best.relevance < relevant and retriever != "random"):
            return draft.noting(extended="")
        return _extended(draft, best)

    return step


@dataclass(frozen=True, slots=True)
class Proposal:
    """A statement of the pool, its cosine with the query, and its worst contradiction."""

    text: str
    relevance: float
    contradiction: float = 0.0
    against: str = ""

    @property
    def worth(self) -> float:
        return self.relevance * (1 - self.contradiction)


@dataclass(frozen=True, slots=True)
class Pool:
    """Statements, their words counted, and their vectors by the embedder that made them."""

    texts: tuple[str, ...]
    index: Bm25
    made: dict[str, NDArray[np.float32]]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Pool:
        """A pool of these statements."""
        return cls(tuple(texts), index_texts(texts), {})

    def vectors(self, embedder: Embedder) -> NDArray[np.float32]:
        """One unit vector a statement, computed once."""
        if embedder.fingerprint not in self.made:
            self.made[embedder.fingerprint] = embedder.embed(self.texts)
        return self.made[embedder.fingerprint]


@lru_cache(maxsize=8)
def read_pool(pool: str) -> tuple[str, ...]:
    """The distinct statements of a file, or the shipped ones."""
    if not pool:
        return shipped.everyday()
    lines = read_text(Path(pool).expanduser()).splitlines()
    texts = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not 1 <= len(texts) <= POOL_LIMIT:
        raise InvalidOption(f"The pool {pool} has {len(texts)} statements, not 1 to {POOL_LIMIT}.")
    return texts


def known_of(scene: Scene) -> list[str]:
    """What must not be contradicted: the statements, then what the persona said last."""
    persona = scene.persona
    stated = [fill(text, scene) for text in persona.statements[:STATEMENTS_LIMIT]]
    own = [t for t in scene.turns if t.speaker == persona.name and t.kind == "utterance"]
    said = [clause for turn in own[-OWN_TURNS:] for clause in split_clauses(turn.text)]
    return [*stated, *said[:STATEMENTS_LIMIT]]


def propose(
    pool: Pool,
    query: str,
    known: Sequence[str],
    retriever: Retriever,
    count: int,
    embedder: Embedder,
    rng: random.Random,
) -> list[Proposal]:
    """The `count` best statements of a pool by one retriever, or half by each of two."""
    texts = pool.texts
    cosines = pool.vectors(embedder) @ embedder.embed([query])[0]
    taken = {text.lower().strip(" .") for text in known}
    open_ = [at for at, text in enumerate(texts) if text.lower().strip(" .") not in taken]
    by_words = pool.index.scores(query) if retriever in ("bm25", "both") else []
    if retriever == "random":
        chosen = rng.sample(open_, min(count, len(open_)))
    elif retriever == "both":
        half = -(-count // 2)
        near = sorted(open_, key=lambda at: (-float(cosines[at]), at))[:half]
        shared = sorted(open_, key=lambda at: (-by_words[at], at))[: count - half]
        chosen = list(dict.fromkeys([*near, *(at for at in shared if by_words[at] > 0)]))
    else:
        values = by_words or [float(cosine) for cosine in cosines]
        chosen = sorted(open_, key=lambda at: (-values[at], at))[:count]
    return [Proposal(texts[at], max(0.0, float(cosines[at]))) for at in chosen]


def consistent_ones(found: Sequence[Proposal], known: Sequence[str], nli: Nli) -> list[Proposal]:
    """Those that contradict nothing known, each with its worst contradiction below that."""
    if not known or not found:
        return list(found)
    pairs = [(one.text, text) for one in found for text in known]
    there = nli.classify(pairs)
    back = nli.classify([(text, one) for one, text in pairs])
    kept = []
    for at, one in enumerate(found):
        rows = slice(at * len(known), (at + 1) * len(known))
        if _contradicts(there[rows]) or _contradicts(back[rows]):
            continue
        worst = there[rows, 2].clip(back[rows, 2])
        where = int(worst.argmax())
        kept.append(replace(one, contradiction=float(worst[where]), against=known[where]))
    return kept


def _contradicts(rows: NDArray[np.float32]) -> bool:
    return bool((rows.argmax(axis=1) == 2).any())


def _extended(draft: Draft, best: Proposal) -> Draft:
    scene = draft.scene
    persona = scene.persona.model_copy(
        update={"statements": (*scene.persona.statements, best.text)}
    )
    detail = {"contradiction": round(best.contradiction, 4), "closest_to": best.against}
    found = Evidence(best.text, "pool", round(best.relevance, 4), detail)
    return replace(
        draft,
        scene=scene.model_copy(update={"persona": persona}),
        evidence=(*draft.evidence, found),
    ).noting(extended=best.text)
