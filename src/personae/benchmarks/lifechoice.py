"""LifeChoice: which of four options did the character take, with one memory or another (S085)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from personae.benchmarks.decision_items import decisions_of, source_of
from personae.benchmarks.types import Benchmark, Question, by_chance, first_option
from personae.data import Persona, Scene
from personae.draft import Count, Limit
from personae.encoders.types import Embedder, Nli
from personae.errors import InvalidOption
from personae.formats.lifechoice import LifeChoice
from personae.memory.charmap import (
    CHUNK_TOKENS,
    OVERLAP_TOKENS,
    PIECES,
    POINTS,
    Find,
    MemoryKind,
    Piece,
    PointsBy,
    Weigh,
    all_lines,
    best_of,
    by_embedder,
    by_nli,
    by_relevance,
    chosen_points,
    followed,
    pieces_of,
    search_of,
)
from personae.novels import Split
from personae.registry import EntryInfo
from personae.text.quoting import marked

ENTRY = EntryInfo(
    systems=("S085",),
    embedder=True,
    nli=True,
    paper="Character is Destiny: Can Large Language Models Simulate Persona-Driven Decisions in "
    "Role-Playing?",
    deviations="The data is not public: decisions are of our made-up novels, of Othello (written "
    "by hand), or of a file in the published format.",
)

VERSION = "1"
HELD = 0.6  # a piece shows a passage of which it has so much
SMALL_WHOLE_TOKENS = 1_500  # `whole` keeps the last so many: what a small model takes


@dataclass(frozen=True, slots=True)
class Lookup:
    """How memories are looked up for a decision."""

    memory: MemoryKind = "charmap"
    by: PointsBy = "embedder"
    points: int = POINTS
    pieces: int = PIECES
    chunk_tokens: int = CHUNK_TOKENS
    overlap_tokens: int = OVERLAP_TOKENS
    find: Find = "both"
    seed: int = 0


def lifechoice(
    *,
    data: str = "made",
    story: str = "",
    memory: MemoryKind = "charmap",
    by: PointsBy = "embedder",
    points: Count = POINTS,
    pieces: Count = PIECES,
    chunk_tokens: Count = CHUNK_TOKENS,
    overlap_tokens: Limit = OVERLAP_TOKENS,
    find: Find = "both",
    novels: Count = 6,
    split: Split = "test",
    seed: int = 0,
    choose_by: Literal["mean", "total", "calibrated"] = "mean",
) -> Benchmark:
    """Decisions of characters, each with its description and what a memory shows of the story.

    `data` is `made` (novels), `othello`, or a LifeChoice file, whose items without a story are
    about the text file `story`. `memory`: none, pieces by `chance`, the `whole` story's end,
    `words` (BM25 by the scenario), `embed` (cosine with it), `both`, `charmap`, or `expert`: the
    passages that the data name. `by` chooses the points, and `find` is how they find pieces.
    Raises FormatError, InvalidOption, EnvironmentFault.
    """
    items = decisions_of(data, novels=novels, split=split, seed=seed, story=story)
    lookup = Lookup(memory, by, points, pieces, chunk_tokens, overlap_tokens, find, seed)
    weigh = weigh_named(by)
    questions = tuple(question_of(one, lookup, weigh) for one in items)
    return Benchmark(
        version=VERSION,
        ask="choose",
        questions=questions,
        metrics=("choice-accuracy", "evidence-shown"),
        source=source_of(data),
        baselines={"chance": by_chance, "first": first_option, "nearest": nearest_to_profile},
        choose_by=choose_by,
    )


def question_of(item: LifeChoice, lookup: Lookup, weigh: Weigh) -> Question:
    """The decision as it is asked, with what the memory shows."""
    told = pieces_of(
        item.story_text, chunk_tokens=lookup.chunk_tokens, overlap_tokens=lookup.overlap_tokens
    )
    places = looked_up(item, told, lookup, weigh)
    shown = [told[at] for at in sorted(places)]
    persona = Persona(name=item.character, statements=item.description)
    text = asked_text(item, remembered(item, shown, lookup.memory))
    labels = {
        "story": item.story,
        "evidence_shown": share_shown(item, shown, lookup.memory),
        "right": item.right,
    }
    return Question(
        id=item.id,
        scene=Scene(persona=persona, user="Narrator").said("Narrator", text),
        reference=item.answer,
        options=item.options,
        group=item.motivation,
        labels={name: value for name, value in labels.items() if value is not None},
    )


def looked_up(
    item: LifeChoice, told: Sequence[Piece], lookup: Lookup, weigh: Weigh,
    embedder: Embedder | None = None,
) -> list[int]:  # fmt: skip
    """The places of the pieces that a memory shows, best first. Raises InvalidOption.

    The embedder is the shipped one where none is given.
    """
    texts = tuple(piece.text for piece in told)
    asked = f"{item.scenario} {item.question}"
    if lookup.memory in ("none", "expert") or not texts:
        return []
    if lookup.memory == "whole":
        count = max(1, SMALL_WHOLE_TOKENS // lookup.chunk_tokens)
        return list(range(len(texts) - min(count, len(texts)), len(texts)))
    if lookup.memory == "chance":
        rng = random.Random(f"chance/{lookup.seed}/{item.id}")
        return rng.sample(range(len(texts)), min(lookup.pieces, len(texts)))
    embedder = embedder or shipped_embedder()
    if lookup.memory != "charmap":
        ways: dict[str, Find] = {"words": "words", "embed": "vectors", "both": "both"}
        return best_of(search_of(ways[lookup.memory], texts, embedder)(asked), lookup.pieces)
    if not item.description:
        raise InvalidOption(
            f"charmap needs a description of {item.character}, and the item {item.id} has none. "
            "Make one with `personae data make profile`, and add it as `description`."
        )
    count = len(item.description) if lookup.by == "all" else lookup.points
    chosen = [line for line, _ in chosen_points(asked, item.description, weigh, count)]
    search = search_of(lookup.find, texts, embedder)
    return [one.at for one in followed(chosen, search, lookup.pieces)]


def share_shown(item: LifeChoice, shown: Sequence[Piece], memory: MemoryKind) -> float | None:
    """The share of the passages that explain the decision which the pieces show."""
    if not item.evidence:
        return None
    if memory == "expert":
        return 1.0
    return sum(is_shown(passage, item.story_text, shown) for passage in item.evidence) / len(
        item.evidence
    )


def is_shown(passage: str, story: str, shown: Sequence[Piece]) -> bool:
    """Whether one of the pieces has most of a passage."""
    start = story.find(passage)
    end = start + len(passage)
    return start >= 0 and any(
        min(end, piece.end) - max(start, piece.start) >= HELD * len(passage) for piece in shown
    )


def remembered(item: LifeChoice, shown: Sequence[Piece], memory: MemoryKind) -> str:
    """What the prompt tells of the story."""
    texts = item.evidence if memory == "expert" else tuple(piece.text for piece in shown)
    return "\n…\n".join(texts)


def asked_text(item: LifeChoice, memory: str) -> str:
    """The last thing said before the answer: memory, scenario, question."""
    told = f"From the life of {item.character}:\n{marked(memory)}\n\n" if memory else ""
    return f"{told}{item.scenario}\n{item.question}"


def nearest_to_profile(question: Question, rng: random.Random) -> str:
    """The option nearest to a line of the description, by the embedder: no story, no model."""
    lines = question.scene.persona.statements
    if not lines:
        return by_chance(question, rng)
    embedder = shipped_embedder()
    scores = (embedder.embed(list(question.options)) @ embedder.embed(list(lines)).T).max(axis=1)
    return question.options[int(scores.argmax())]


def weigh_named(by: PointsBy) -> Weigh:
    """Who chooses the points, by name. Raises InvalidOption where that is a language model."""
    if by.startswith("lm"):
        raise InvalidOption(
            f"A benchmark's memory is looked up without a language model, and by={by} is one. See "
            "`personae evaluate decision-memory --memory charmap:lm`."
        )
    if by == "embedder":
        return by_embedder(shipped_embedder())
    if by == "relevance":
        return by_relevance(shipped_embedder())
    return by_nli(shipped_nli()) if by == "nli" else all_lines


@cache
def shipped_embedder() -> Embedder:
    """The shipped embedder, opened once."""
    from personae.encoders.embedder import open_embedder

    return open_embedder()


@cache
def shipped_nli() -> Nli:
    """The shipped inference model, opened once."""
    from personae.encoders.nli import open_nli

    return open_nli()
