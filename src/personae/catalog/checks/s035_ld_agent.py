"""S035 LD-Agent: sessions close by the clock, come back by topic and age, and traits may be none.

Three sessions with times of their own; summaries and vectors by the real small models, traits by a
scripted model.
"""

from __future__ import annotations

import math
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.encoders.disclosure import open_disclosure
from personae.lm.scripted import ScriptedModel
from personae.memory.events import DECAY_PER_S, Events, told_most, trait_by, traits_in
from personae.store.memory_types import Scope
from personae.store.sqlite import open_store
from personae.store.types import StoredTurn
from personae.text.content_words import content_stems

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLANTED = "I went swimming in the lake near Uppsala with my sister."
SESSIONS = (
    ("Hello Ana, how are you?", PLANTED, "The water was freezing."),
    ("My violin broke yesterday.", "The repair costs a fortune."),
    ("The train to Malmo was late again.", "I read a novel about whales meanwhile."),
)
PAUSE = timedelta(days=3)
QUERY, UNRELATED = "Shall we go to the lake and do some swimming?", "Quantum chromodynamics"
LONG_S = 1e7


def check(context: CheckContext) -> list[str]:
    """The formula to 1e-9, silence on unrelated queries, fading, and no trait where none is."""
    disclosure = open_disclosure(context.embedder())
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "personae.db") as store,
    ):
        events = Events(store, disclosure.embedder, told_most(disclosure))
        return [*found(events, conversation()), traits()]


def conversation() -> list[StoredTurn]:
    """The three sessions, three days apart, their turns a minute."""
    return [
        StoredTurn(f"{number}-{at}", "s1", "", "Bo", text, "utterance",
                   START + number * PAUSE + timedelta(minutes=at))
        for number, lines in enumerate(SESSIONS)
        for at, text in enumerate(lines)
    ]  # fmt: skip


def found(events: Events, turns: list[StoredTurn]) -> list[str]:
    """Raise CheckFailed unless the planted session is found by the paper's formula, and fades."""
    kept = events.close(turns, holder="Ana", heard="Bo")
    expect(len(kept) == len(SESSIONS), f"{len(kept)} sessions were closed of {len(SESSIONS)}.")
    now, scope = turns[-1].said_at, Scope(holder="Ana", heard_by="Bo")
    first = next(iter(events.search(QUERY, scope, now)), None)
    if first is None or first.memory.id != kept[0].id:
        expect(False, f"The planted session is not the first found: {first}.")
        return []
    wanted = by_hand((now - turns[2].said_at).total_seconds())
    expect(abs(first.score - wanted) < 1e-9, f"The score is {first.score}, not {wanted}.")
    expect(not events.search(UNRELATED, scope, now), "An unrelated query finds something.")
    expect(not events.search(QUERY, Scope(holder="Ana", heard_by="Cy"), now), "Others hear of it.")
    later = events.search(QUERY, scope, now + timedelta(seconds=LONG_S))[0]
    faded = later.score / first.score
    expect(abs(faded - math.exp(-1)) < 1e-9, f"After 1e7 s the score is {faded} of before.")
    return [
        f"3 sessions closed by the clock; the planted one is first: {first.memory.text!r}, score "
        f"{first.score:.6f} as worked out by hand, {faded:.6f} of it after 1e7 s",
        "an unrelated query and another listener find nothing",
    ]


def by_hand(age_s: float) -> float:
    """The paper's score of the planted session, from the texts alone."""
    asked = set(content_stems(QUERY))
    topics = {stem for line in SESSIONS[0] for stem in content_stems(line)}
    shared = len(asked & topics)
    overlap = 0.5 * shared / len(asked) + 0.5 * shared / len(topics)
    return math.exp(-DECAY_PER_S * age_s) * overlap


def traits() -> str:
    """Raise CheckFailed unless NO_TRAIT adds nothing."""
    lm = ScriptedModel(['{"trait": "NO_TRAIT"}', '{"trait": "I like cold water."}'])
    said = conversation()[:2]
    made = [one.text for one in traits_in(said, trait_by(lm), holder="Ana")]
    expect(made == ["I like cold water."], f"Two sentences, one with a trait, gave {made}.")
    return "of two sentences, one without a trait, one trait is kept"
