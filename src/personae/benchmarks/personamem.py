"""PersonaMem: questions about users whose tastes change, after their sessions (S040)."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from personae.benchmarks.lifechoice import shipped_nli
from personae.benchmarks.nearness import best_of
from personae.benchmarks.types import Baseline, Benchmark, Question, by_chance, first_option
from personae.data import Dialogue, Persona, Scene, Turn
from personae.draft import Count, Limit
from personae.encoders.disclosure import open_disclosure
from personae.encoders.heads import shipped_embedder
from personae.encoders.updates import open_updates
from personae.errors import InvalidOption
from personae.formats.personamem import ASSISTANT, TRAPS, USER, Questionnaire, Row, read_personamem
from personae.formats.reading import find_data
from personae.histories.making import MAX_EACH, MAX_PEOPLE, histories
from personae.histories.published import questionnaire, right_by_graph
from personae.memory.kept_turns import kept_turns
from personae.memory.session_events import session_events
from personae.memory.turn_memories import RECALL, VECTORS, WORDS, ranked, turn_memories
from personae.registry import EntryInfo
from personae.text.content_words import content_stems
from personae.text.quoting import unmarked

ENTRY = EntryInfo(
    systems=("S040",),
    embedder=True,
    paper="Jiang et al. 2025, Know Me, Respond to Me: Benchmarking LLMs for Dynamic User Profiling "
    "and Personalized Responses at Scale",
    deviations="Users, sessions and questions are made from templates, so that what is true is "
    "known, and the four options are drawn from one pool, so that nothing but the history tells "
    "the right one. Clichés are those of age and sex.",
)

Memory = Literal["none", "whole", "words", "vectors", "recall", "kept", "ld-agent", "oracle"]
Group = Literal["type", "distance", "topic"]
People = Annotated[int, Field(ge=1, le=MAX_PEOPLE)]
Each = Annotated[int, Field(ge=1, le=MAX_EACH)]
NONE, WHOLE, KEPT, LD_AGENT, ORACLE = "none", "whole", "kept", "ld-agent", "oracle"
MEMORIES = (NONE, WHOLE, WORDS, VECTORS, RECALL, KEPT, LD_AGENT, ORACLE)
SEARCHED = (WORDS, VECTORS, RECALL, KEPT)
RANKED = 20  # turns that are noted as found, and the deepest recall that is measured
HELPER = Persona(
    name=ASSISTANT,
    description="A helpful assistant who remembers what the user told it in earlier sessions.",
)
_REMEMBERED = "What you remember of earlier sessions:"
_FAR = ((1, "0 to 1 sessions"), (3, "2 to 3 sessions"), (10**9, "4 or more sessions"))


def personamem(
    *,
    people: People = 20,
    sessions: Count = 8,
    tokens: Limit = 0,
    each: Each = 1,
    seed: Limit = 0,
    memory: Memory = "whole",
    k: Count = 5,
    group: Group = "type",
    data: str = "",
) -> Benchmark:
    """Made users, or the table of questions in `data`; of the history a `memory` shows a part.

    Each user has so many `sessions` in four periods, padded to about `tokens` tokens, and `each`
    questions of every type after each later period. `memory`: none; whole (the last turns that the
    method fits in); words, vectors, recall (the `k` best turns); kept (those behind what a chat's
    memory keeps and recalls); ld-agent (the summary of one session); oracle (the turns that tell
    the answer). Raises InvalidOption, FormatError.
    """
    if data:
        asked, source = read_personamem(find_data(data)), f"The file {Path(data).name}."
    else:
        made = histories(people, sessions=sessions, tokens=tokens, each=each, seed=seed)
        asked, source = questionnaire(made), "Made by personae from templates, Apache-2.0."
    is_known = all(row.known for row in asked.rows)
    if memory == ORACLE and not all(row.evidence for row in asked.rows):
        raise InvalidOption("These questions do not name their evidence, which `oracle` shows.")
    found = _found_by(memory, asked) if memory in (*SEARCHED, LD_AGENT) else {}
    # Types take turns in a user's questions: in another order, a limited run has some of all.
    rows = random.Random(0).sample(asked.rows, len(asked.rows))
    graph: dict[str, Baseline] = {"graph": _by_graph(asked.rows)} if is_known else {}
    return Benchmark(
        version="1",
        ask="choose",
        questions=tuple(
            _question(row, asked.contexts[row.context][: row.end], memory, k, found.get(row.id),
                      group)
            for row in rows
        ),
        metrics=("choice-accuracy", "total-choice-accuracy", "trap-chosen", "evidence-found-1",
                 "evidence-found-5", "evidence-found-10"),
        source=source,
        baselines={
            "random": by_chance, "first": first_option, "longest": longest,
            "shared-words": shared_words, "similar": most_similar, **graph,
        },
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Found:
    """What a memory finds for a question: ids of turns, the best first, or a text of its own."""

    turns: tuple[str, ...] = ()
    text: str = ""


def _found_by(memory: str, asked: Questionnaire) -> dict[str, _Found]:
    """By question; turns after the question's own cut are not there to be found."""
    cuts: dict[tuple[str, int], list[Row]] = {}
    for row in asked.rows:
        cuts.setdefault((row.context, row.end), []).append(row)
    look = {LD_AGENT: _by_sessions, KEPT: _by_keeping}.get(memory, _by_turns)
    found: dict[str, _Found] = {}
    for (name, end), rows in cuts.items():
        dialogue = Dialogue(id=name, turns=asked.contexts[name][:end])
        best = look(memory, dialogue, [row.text for row in rows])
        found |= {row.id: one for row, one in zip(rows, best, strict=True)}
    return found


def _by_turns(memory: str, dialogue: Dialogue, texts: Sequence[str]) -> list[_Found]:
    best = ranked(turn_memories(dialogue), texts, shipped_embedder(), ways=(memory,), k=RANKED)
    return [_Found(tuple(ids)) for ids in best[memory]]


def _by_keeping(memory: str, dialogue: Dialogue, texts: Sequence[str]) -> list[_Found]:
    nli, embedder = shipped_nli(), shipped_embedder()
    disclosure, updates = open_disclosure(embedder), open_updates(nli, embedder)
    best = kept_turns(dialogue, texts, disclosure, nli, updates, k=RANKED)
    return [_Found(tuple(ids)) for ids in best]


def _by_sessions(memory: str, dialogue: Dialogue, texts: Sequence[str]) -> list[_Found]:
    best = session_events(dialogue, texts, open_disclosure(shipped_embedder()))
    return [_Found(text=unmarked(one.text) if one else "") for one in best]


def _question(
    row: Row, turns: Sequence[Turn], memory: str, k: int, found: _Found | None, group: str
) -> Question:
    """The scene as the memory leaves it, with the question last."""
    speakers = (turn.speaker for turn in turns if turn.kind == "utterance")
    user = next((name for name in speakers if name != ASSISTANT), USER)
    labels: dict[str, Any] = {
        "type": row.type, "topic": row.topic, "memory": memory,
        "distance_sessions": row.distance_sessions, "distance_tokens": row.distance_tokens,
        "tokens": row.tokens, "evidence": list(row.evidence),
    }  # fmt: skip
    # Wrong answers that are traps; what is known of them stands in our own files alone.
    places = {trap: int(row.known.get(trap, -1)) for trap in TRAPS}
    labels |= {trap: row.options[at] for trap, at in places.items() if at >= 0}
    if memory in SEARCHED and found is not None:
        labels["found"] = list(found.turns)
    asked = Turn(speaker=user, text=row.text)
    return Question(
        id=row.id,
        scene=Scene(
            persona=HELPER, user=user, turns=(*_shown(row, turns, memory, k, found), asked)
        ),
        reference=row.options[row.right],
        options=row.options,
        group=_group(row, group),
        labels=labels,
    )


def _shown(
    row: Row, turns: Sequence[Turn], memory: str, k: int, found: _Found | None
) -> list[Turn]:  # fmt: skip
    """What stands before the question: all turns, or one that quotes what was found."""
    if memory == WHOLE:
        return [turn.model_copy(update={"labels": {}}) for turn in turns]
    chosen = set(row.evidence if memory == ORACLE else found.turns[:k] if found else ())
    lines = [
        f"{unmarked(turn.speaker)}{_date(turn)}: {unmarked(turn.text)}"
        for turn in turns
        if turn.id in chosen
    ]
    lines += [found.text] if found and found.text else []
    text = "\n".join([_REMEMBERED, *(f"- {line}" for line in lines)])
    return [Turn(speaker=ASSISTANT, text=text, kind="narration")] if lines else []


def _date(turn: Turn) -> str:
    return f" ({turn.said_at.day} {turn.said_at:%B %Y})" if turn.said_at else ""


def _group(row: Row, group: str) -> str:
    if group == "distance":
        return next(name for most, name in _FAR if row.distance_sessions <= most)
    return row.topic if group == "topic" else row.type


def longest(question: Question, rng: random.Random) -> str:
    """The longest option: what a careless writer makes the right one."""
    return best_of(question.options, [float(len(one)) for one in question.options], rng)


def shared_words(question: Question, rng: random.Random) -> str:
    """The option that shares most words with the question alone."""
    asked = set(content_stems(question.scene.last_user_text))
    shared = [float(len(asked & set(content_stems(one)))) for one in question.options]
    return best_of(question.options, shared, rng)


def most_similar(question: Question, rng: random.Random) -> str:
    """The option whose vector is nearest to that of the question alone."""
    vectors = shipped_embedder().embed([question.scene.last_user_text, *question.options])
    return best_of(question.options, (vectors[1:] @ vectors[0]).tolist(), rng)


def _by_graph(rows: Sequence[Row]) -> Baseline:
    """What the graph of the user's events says; wrong where it allows several options, or none."""
    true: Mapping[str, list[int]] = {row.id: right_by_graph(row) for row in rows}

    def graph(question: Question, rng: random.Random) -> str:
        places = true[question.id]
        return question.options[places[0]] if len(places) == 1 else ""

    return graph
