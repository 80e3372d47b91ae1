"""S025 CAFFEINE: what changed is told in one sentence, what was said at once stands, none is lost.

Planted contradictions, real models: changes over time in two sessions, and pairs of one session
that hold together. Beside it stands the baseline that deletes the older of the two.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.data import Memory
from personae.encoders.nli import open_nli
from personae.memory.keeping import Keeper
from personae.memory.refining import consolidated, edges_of, over_time
from personae.store.memory_types import Scope
from personae.store.sqlite import open_store

if TYPE_CHECKING:
    from personae.encoders.types import Nli

START = datetime(2026, 3, 1, tzinfo=UTC)
CHANGED = (
    ("I live in Rome.", "I live in Oslo."), ("I work as a baker.", "I work as a nurse now."),
    ("I am single.", "I got married last month."), ("I have no pets.", "I have a cat."),
    ("I drive a red Ford.", "I drive a blue Honda."), ("I am a vegetarian.", "I eat steak again."),
    ("I have never been abroad.", "I went to Japan."), ("I smoke a lot.", "I do not smoke."),
    ("I am 29 years old.", "I am 30 years old."), ("I hate swimming.", "I love swimming."),
)  # fmt: skip
TOGETHER = (
    ("I love dogs.", "I do not have a dog."), ("I have two sons.", "One of my sons is wild."),
    ("My favorite movie is Friday.", "My favorite show is the Walking Dead."),
    ("I live alone.", "I have a house with three bedrooms."),
    ("I love my grandchildren.", "I am retired."), ("I am on a diet.", "I spend money on clothes."),
    ("I am in high school.", "I am an introvert."), ("I love art.", "My husband hates art."),
    ("My dad is 70.", "My father taught me to cook."), ("I own a boat.", "I like tea at home."),
)  # fmt: skip
LEAST_DROP, LEAST_KEPT = 0.7, 0.9


def check(context: CheckContext) -> list[str]:
    """Edges before and after, facts that are still said, and what deleting would lose."""
    nli = open_nli()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "personae.db") as store,
    ):
        keeper = Keeper(store, context.embedder(), nli)
        for number, pair in enumerate((*CHANGED, *TOGETHER)):
            # A subject each: only what was planted as a pair is compared.
            remember(keeper, pair, f"person {number}", is_change=number < len(CHANGED))
        return [settled(keeper, nli)]


def remember(keeper: Keeper, pair: tuple[str, str], subject: str, *, is_change: bool) -> None:
    """Both sentences, a month apart where the second is a change."""
    memories = [
        Memory(
            text=text, holder="Ana", subject=subject, session=f"{subject} {at * is_change}",
            provenance=(f"{subject}-{at}",), said_at=START + timedelta(days=30 * at * is_change),
        )
        for at, text in enumerate(pair)
    ]  # fmt: skip
    keeper.store.keep_memories(
        memories,
        vectors=keeper.embedder.embed(list(pair)),
        fingerprint=keeper.embedder.fingerprint,
    )


def settled(keeper: Keeper, nli: Nli) -> str:
    """Raise CheckFailed unless changes are explained, and every sentence is still said."""
    before = keeper.store.memories(Scope(holder="Ana"))
    edges = edges_of(before, keeper, nli)
    steps = consolidated(keeper, nli, over_time, holder="Ana")
    after = keeper.store.memories(Scope(holder="Ana"))
    subject = {one.id: one.subject for one in before}
    changes = {f"person {number}" for number in range(len(CHANGED))}
    sought = [edge for edge in edges if subject[min(edge)] in changes]
    left = [
        edge
        for edge in edges_of(after, keeper, nli)
        if {one.id: one.subject for one in after}[min(edge)] in changes
    ]
    told = " ".join(one.text for one in after)
    kept = sum(one.text in told for one in before)
    changed = sum(step.choice.strategy == "resolve" for step in steps)
    lost = len(edges)
    line = (
        f"{len(edges)} contradictions found in {len(before) // 2} pairs ({len(sought)} of "
        f"{len(CHANGED)} changes over time), {changed} told in one sentence, "
        f"{len(steps) - changed} left as said in one session; contradictions among changes after: "
        f"{len(left)}; {kept} of {len(before)} sentences are still said (deleting the older: "
        f"{len(before) - lost})"
    )
    wrong = [
        s for s in steps if (s.choice.strategy == "resolve") != (s.before[0].subject in changes)
    ]
    expect(len(steps) == len(edges), f"{line}; not every contradiction was settled.")
    expect(not wrong and len(sought) > len(CHANGED) // 2, f"{line}; wrong: {wrong[:1]}.")
    expect(len(left) <= (1 - LEAST_DROP) * len(sought), f"{line}; too many are left.")
    expect(kept >= LEAST_KEPT * len(before), f"{line}; sentences are lost.")
    expect(kept > len(before) - lost, f"{line}; deleting loses no more.")
    return line
