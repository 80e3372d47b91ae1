"""S104 EMMA: one memory over three partners, with links, and nobody else's.

Twelve facts planted in three sessions, a probe each that another partner asks; real small models.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.encoders.disclosure import open_disclosure
from personae.encoders.nli import open_nli
from personae.memory.keeping import LINKS, Keeper
from personae.memory.remembering import Remembering
from personae.store.memory_types import Scope
from personae.store.sqlite import open_store
from personae.store.types import StoredTurn

START = datetime(2026, 3, 1, tzinfo=UTC)
# What each partner tells, and what another one asks.
PLANTED = {
    "Bob": (
        ("I work as a carpenter in Leeds.", "Who of your friends is a carpenter?"),
        ("I have a parrot called Kiko.", "Do you know anybody with a pet bird?"),
        ("I am training for a marathon.", "Who runs long distances?"),
        ("My wife comes from Peru.", "Is somebody married to a South American?"),
    ),
    "Henry": (
        ("I am allergic to shellfish.", "Who must not eat shrimps?"),
        ("I play the trumpet in a jazz band.", "Which of your friends is a musician?"),
        ("I moved to Lisbon last spring.", "Has anybody gone to live in Portugal?"),
        ("I collect old maps.", "Who likes maps?"),
    ),
    "Lucy": (
        ("I study medicine at the university.", "Does somebody want to be a doctor?"),
        ("I grow tomatoes on my balcony.", "Who keeps vegetables at home?"),
        ("I am afraid of flying.", "Who would rather take a train than a plane?"),
        ("I have twin sisters.", "Whose family has twins?"),
    ),
}
OLD, NEW = "I live in Rome.", "I live in Oslo."


def check(context: CheckContext) -> list[str]:
    """Recall across partners beside BM25, whom and when each memory is about, links, isolation."""
    disclosure, nli = open_disclosure(context.embedder()), open_nli()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "personae.db") as store,
    ):
        keeper = Keeper(store, disclosure.embedder, nli, linking=True)
        memory = Remembering(keeper, disclosure, shared=True)
        for number, (partner, facts) in enumerate(PLANTED.items()):
            told = [turn(text, partner, number, at) for at, (text, _) in enumerate(facts)]
            memory.learn(told, holder="Ana", heard=partner)
        return [recall(memory), linked(memory), apart(memory)]


def turn(text: str, speaker: str, session: int, at: int) -> StoredTurn:
    """A turn of the session, sessions a week apart."""
    said_at = START + timedelta(days=7 * session, minutes=at)
    return StoredTurn(f"{session}-{at}", f"s{session}", "", speaker, text, "utterance", said_at)


def recall(memory: Remembering) -> str:
    """Raise CheckFailed unless a partner's facts come up with others at least as by BM25."""
    held = memory.keeper.store.memories(Scope(holder="Ana"))
    facts = [(text, probe, name) for name, some in PLANTED.items() for text, probe in some]
    expect(len(held) == len(facts), f"{len(held)} of {len(facts)} planted facts were kept.")
    expect(all(one.subject and one.session for one in held), "A memory lacks whom or when.")
    mine, words = 0, 0
    for text, probe, name in facts:
        asker = next(one for one in PLANTED if one != name)
        found = memory.recall(probe, holder="Ana", heard_by=asker, k=1)
        mine += bool(found) and found[0].memory.text == text
        hits = memory.keeper.store.search_memories(probe, Scope(holder="Ana"), limit=1)
        words += bool(hits) and hits[0].memory.text == text
    line = f"R@1 of {len(facts)} probes by other partners: {mine}/12, BM25 {words}/12"
    expect(mine >= words and mine > len(facts) // 2, f"{line}; it was to be as good at least.")
    return f"{line}; every memory says about whom and of which session"


def linked(memory: Remembering) -> str:
    """Raise CheckFailed unless what a new fact replaced comes back with it, and not without."""
    for at, text in enumerate((OLD, NEW)):
        memory.learn([turn(text, "Bob", 5 + at, 0)], holder="Ana", heard="Bob")
    asked = {"holder": "Ana", "heard_by": "Lucy", "k": 1}
    found = memory.recall("Who lives in Oslo?", **asked)  # type: ignore[arg-type]
    texts = [one.memory.text for one in found]
    expect(texts[0] == NEW and OLD in texts, f"After the update {texts} is recalled.")
    expect(bool(found[0].memory.labels.get(LINKS)), "The new memory has no link.")
    holds = [one.text for one in memory.keeper.store.memories(Scope(holder="Ana"))]
    expect(OLD not in holds, "The old fact still holds.")
    return f"after an update {NEW!r} brings {OLD!r} with it, which no longer holds"


def apart(memory: Remembering) -> str:
    """Raise CheckFailed where another character recalls any of it."""
    probes = [probe for some in PLANTED.values() for _, probe in some]
    seen = [
        one for probe in probes for one in memory.recall(probe, holder="Eve", heard_by="Bob", k=5)
    ]
    expect(not seen, f"Another character recalls {seen[:1]}.")
    return f"another character recalls nothing in {len(probes)} probes"
