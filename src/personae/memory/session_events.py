"""LD-Agent's event memory over a dialogue: for each question the summary of a session (S035)."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from personae.data import Dialogue, Memory
from personae.encoders.disclosure import Disclosure
from personae.errors import InvalidOption
from personae.memory.events import Events, told_most
from personae.store.memory_types import Scope
from personae.store.sqlite import open_store
from personae.store.types import StoredTurn

HOLDER = "Assistant"


def session_events(
    dialogue: Dialogue, questions: Sequence[str], disclosure: Disclosure
) -> list[Memory | None]:
    """Of each question the summary that LD-Agent takes, None where no topic is shared.

    Sessions end where nobody spoke for an hour; summaries are what was told most clearly. The
    questions are asked when the last turn was said. Raises InvalidOption for turns without dates.
    """
    turns, user = stored_turns(dialogue)
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "e.db") as store:
        events = Events(store, disclosure.embedder, told_most(disclosure))
        events.close(turns, holder=HOLDER, heard=user)
        scope, now = Scope(holder=HOLDER, heard_by=user), turns[-1].said_at
        found = [events.search(one, scope, now) for one in questions]
    return [best[0].memory if best else None for best in found]


def stored_turns(dialogue: Dialogue) -> tuple[list[StoredTurn], str]:
    """The turns as a store has them, and who talks to the assistant.

    Raises InvalidOption for turns without dates, by which sessions are told apart.
    """
    turns = [
        StoredTurn(turn.id, dialogue.id, "", turn.speaker, turn.text, turn.kind, turn.said_at)
        for turn in dialogue.turns
        if turn.said_at is not None
    ]
    if len(turns) < len(dialogue.turns) or not turns:
        raise InvalidOption("These turns have no dates, by which this memory goes.")
    user = next((turn.speaker for turn in turns if turn.speaker != HOLDER), "User")
    return turns, user
