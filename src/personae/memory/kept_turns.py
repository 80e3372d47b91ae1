"""What the memory of a chat keeps of a dialogue, and the turns behind what it recalls."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from personae.data import Dialogue
from personae.encoders.disclosure import Disclosure
from personae.encoders.types import Nli
from personae.encoders.updates import Updates
from personae.memory.keeping import Keeper
from personae.memory.remembering import Remembering
from personae.memory.session_events import HOLDER, stored_turns
from personae.store.sqlite import open_store


def kept_turns(
    dialogue: Dialogue, questions: Sequence[str], disclosure: Disclosure, nli: Nli,
    updates: Updates | None = None, *, k: int = 20,
) -> list[list[str]]:  # fmt: skip
    """Of each question the ids of the turns whose memories are recalled, best first, each once.

    The assistant learns from the user's turns as in a chat (`memory.remembering`): what tells
    nothing is not kept, and what is contradicted gives way. Raises InvalidOption for turns without
    dates.
    """
    turns, user = stored_turns(dialogue)
    told = [turn for turn in turns if turn.speaker == user]
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "k.db") as store:
        keeper = Keeper(store, disclosure.embedder, nli, updates=updates)
        chat = Remembering(keeper, disclosure)
        chat.learn(told, holder=HOLDER, heard=user)
        found = [chat.recall(one, holder=HOLDER, heard_by=user, k=k) for one in questions]
    return [
        list(dict.fromkeys(turn for one in best for turn in one.memory.provenance))
        for best in found
    ]
