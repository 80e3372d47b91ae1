"""S120 DialSim: memory decides what a replay's questions get, and the clock counts.

A made script of sixty scenes and a reader without a language model, so that what differs between
the agents is their memory alone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.data import Dialogue
from personae.encoders.disclosure import Disclosure, open_disclosure
from personae.encoders.types import Embedder
from personae.evaluate.dialsim import (
    AgentMemory,
    AnswerBy,
    Outcome,
    Unit,
    by_overlap,
    never_knows,
    replay,
)
from personae.evaluate.dialsim_facts import with_questions
from personae.evaluate.dialsim_plan import Asked, Names, plan, renamed
from personae.evaluate.made_script import made_script
from personae.evaluate.memory_probe import NONE, ORACLE
from personae.memory.turn_memories import VECTORS, WORDS
from personae.store.sqlite import open_store

SCENES, LIMIT_S, SHORT_S = 60, 600.0, 0.001
K = 5
LEAST_GAIN = 0.1  # in accuracy, from no memory to BM25 and from BM25 to the gold turns together


def check(context: CheckContext) -> list[str]:
    """Memories in order, (E), the clock, names, and the same log twice."""
    script = made_script(SCENES, context.seed)
    asked = plan(script, seed=context.seed)
    return [
        *orders(script, asked),
        *unanswerable(script, asked),
        *too_late(context.embedder(), context.seed),
        *names(script, asked, context.seed),
        *repeats(script, asked, context.seed),
        *untold(script, open_disclosure(context.embedder()), context.seed),
    ]


def run(
    script: Dialogue, asked: Sequence[Asked], kind: str, *, answer: AnswerBy = by_overlap,
    limit_s: float = LIMIT_S, embedder: Embedder | None = None, unit: Unit = "turn",
) -> list[Outcome]:  # fmt: skip
    """A replay with one memory in a store of its own."""
    with tempfile.TemporaryDirectory() as place, open_store(Path(place) / "s.db") as store:
        memory = AgentMemory(store, kind, unit, embedder, K)
        return replay(script, asked, memory, answer, limit_s=limit_s)


def accuracy(outcomes: Sequence[Outcome]) -> float:
    """The share that is right."""
    return sum(one.verdict == "right" for one in outcomes) / len(outcomes)


def orders(script: Dialogue, asked: Sequence[Asked]) -> list[str]:
    """The gold turns do at least as well as BM25, and BM25 better than the last turns."""
    found = {kind: accuracy(run(script, asked, kind)) for kind in (NONE, WORDS, ORACLE)}
    told = ", ".join(f"{kind} {value:.3f}" for kind, value in found.items())
    expect(found[ORACLE] >= found[WORDS] >= found[NONE] + LEAST_GAIN, f"Accuracy: {told}.")
    return [f"{len(asked)} questions in {SCENES} scenes: {told}"]


def unanswerable(script: Dialogue, asked: Sequence[Asked]) -> list[str]:
    """The agent that always says (E) gets the share of questions without an answer, exactly."""
    share = sum(not one.evidence for one in asked) / len(asked)
    got = accuracy(run(script, asked, NONE, answer=never_knows))
    expect(0 < share < 1, f"The share of questions without an answer is {share:.3f}.")
    expect(got == share, f"(E) alone gets {got:.3f}, not {share:.3f}.")
    return [f"(E) alone gets {got:.3f}, the share of questions without an answer"]


def too_late(embedder: Embedder, seed: int) -> list[str]:
    """With a millisecond everything comes too late. The script is another one: vectors are kept."""
    script = made_script(SCENES // 4, seed + 1)
    asked = plan(script, seed=seed)
    made = run(script, asked, VECTORS, limit_s=SHORT_S, embedder=embedder, unit="session")
    late = sum(one.verdict.startswith("timeout") for one in made)
    expect(late == len(made) > 0, f"{len(made) - late} of {len(made)} were in time.")
    return [f"limit of {SHORT_S} s: {late} of {len(made)} timeouts, accuracy {accuracy(made):.0f}"]


def names(script: Dialogue, asked: Sequence[Asked], seed: int) -> list[str]:
    """Other names change nothing for a reader of the gold turns who knows no names."""
    before = accuracy(run(script, asked, ORACLE))
    told = []
    ways: tuple[Names, ...] = ("shuffle", "new")
    for way in ways:
        other = renamed(script, way, seed)
        pairs = zip(script.turns, other.turns, strict=True)
        moved = sum(one.speaker != two.speaker for one, two in pairs)
        after = accuracy(run(other, plan(other, seed=seed), ORACLE))
        expect(moved == len(script.turns), f"{way}: {len(script.turns) - moved} speakers kept.")
        kept = [turn.text for turn in other.turns if way == "new" and _names(script, turn.text)]
        expect(not kept, f"{len(kept)} turns still name somebody, as {kept[:1]}.")
        expect(after == before, f"Names {way}: accuracy {after:.3f}, not {before:.3f}.")
        told.append(way)
    return [f"names {' and '.join(told)}: every speaker renamed, oracle accuracy {before:.3f}"]


def _names(script: Dialogue, text: str) -> bool:
    return any(name in text for name in script.speakers)


def repeats(script: Dialogue, asked: Sequence[Asked], seed: int) -> list[str]:
    """The same seed gives the same script, questions and log; another one does not."""
    again = made_script(SCENES, seed)
    logs = [
        [one.to_dict() for one in run(some, plan(some, seed=seed), WORDS)]
        for some in (script, again)
    ]
    expect(again == script, "The script differs between two makings.")
    expect(logs[0] == logs[1], "The log differs between two runs.")
    expect(plan(script, seed=seed + 1) != list(asked), "Another seed asks the same questions.")
    return ["the same seed gives the same log, another one other questions"]


def untold(script: Dialogue, disclosure: Disclosure, seed: int) -> list[str]:
    """A script that comes without questions gets its own; the gold turns help to answer them."""
    bare = with_questions(script.model_copy(update={"labels": {}}), disclosure)
    asked = plan(bare, seed=seed)
    found = {kind: accuracy(run(bare, asked, kind)) for kind in (NONE, ORACLE)}
    told = ", ".join(f"{kind} {value:.3f}" for kind, value in found.items())
    expect(found[ORACLE] >= found[NONE] + LEAST_GAIN, f"On the script's own facts: {told}.")
    return [f"without its questions, {len(asked)} about what people told: {told}"]
