"""Multi-Session Chat JSON: `session-N` files with both personas, `parse-session-N` with memories.

Speakers are "user" and "assistant" (the answering side). In `parse-session-N` files each user turn
has the persona sentences that it reveals as `labels["memory"]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from personae.data import Dialogue, Persona, Turn
from personae.errors import FormatError
from personae.registry import EntryInfo
from personae.text.parsing import Record, head_keys, json_values

ENTRY = EntryInfo(
    paper="Beyond Goldfish Memory (Xu et al., 2021)", reads="dialogue", extensions=(".json",)
)

_FILE_NAME = re.compile(r"(?:parse-)?session-(\d)-(\w+)")
_SPEAKERS = ("user", "assistant")


def detects(head: bytes, path: Path) -> bool:
    """Whether the first item has pairs with personas, or pairs with memories."""
    keys = head_keys(head)
    return "dialogue" in keys and ("user_memory" in keys or "meta" in keys)


def read(source: Path, *, joined: bool = False) -> Iterator[Dialogue]:
    """One dialogue a session; `joined` puts the sessions of a pair, up to this file's, together.

    A joined dialogue has the pair's own id, the personas of the last session, and the session's
    number on every turn. It is not streamed: the earlier sessions are held in memory.
    """
    if not joined:
        yield from _sessions(source)
        return
    earlier: dict[str, list[Dialogue]] = {}
    for file in _files_before(source):
        for dialogue in _sessions(file):
            earlier.setdefault(dialogue.labels["pair"], []).append(dialogue)
    for dialogue in _sessions(source):
        yield _join([*earlier.get(dialogue.labels["pair"], []), dialogue])


def _sessions(source: Path) -> Iterator[Dialogue]:
    named = _FILE_NAME.match(source.stem)
    session = int(named[1]) if named else 0
    for position, (place, value) in enumerate(json_values(source)):
        item = Record.of(value, place, "item")
        pair = item.text("id", f"{source.stem}-{position}")
        labels = {"test_speaker": "assistant", "pair": pair}
        yield Dialogue(
            id=f"{pair}-session-{session}" if session else pair,
            turns=tuple(_turns(item, session)),
            personas=_personas(item),
            language="en",
            labels={**labels, "session": session} if session else labels,
        )


def _turns(item: Record, session: int) -> Iterator[Turn]:
    pairs = item.pairs("dialogue")
    memories = item.items("user_memory")
    if memories and len(memories) != len(pairs):
        raise item.place.fault(f"{len(memories)} memories stand beside {len(pairs)} pairs.")
    shared = {"session": session} if session else {}
    for number, (said, reply) in enumerate(pairs):
        known = Record({"user_memory": memories[number]}, item.place) if memories else None
        memory = {"memory": list(known.texts("user_memory"))} if known else {}
        yield Turn(speaker="user", text=said, labels={**shared, **memory})
        yield Turn(speaker="assistant", text=reply, labels=dict(shared))


def _personas(item: Record) -> dict[str, Persona]:
    known = item.record("meta")
    return {
        name: Persona(name=name, statements=known.texts(name))
        for name in _SPEAKERS
        if name in known.fields
    }


def _files_before(source: Path) -> list[Path]:
    """The files of the earlier sessions of the same split, beside this one, in order."""
    named = _FILE_NAME.fullmatch(source.stem)
    if not named:
        raise FormatError(
            "The file is not named like session-2-test.json, so the earlier sessions cannot be "
            "found.",
            file=source,
        )
    found = []
    for number in range(1, int(named[1])):
        for prefix in ("session", "parse-session"):
            file = source.with_name(f"{prefix}-{number}-{named[2]}{source.suffix}")
            if file.exists():
                found.append(file)
                break
    return found


def _join(sessions: list[Dialogue]) -> Dialogue:
    last = sessions[-1]
    labels = {key: value for key, value in last.labels.items() if key != "session"}
    return last.model_copy(
        update={
            "id": last.labels["pair"],
            "turns": tuple(_all_turns(sessions)),
            "labels": {**labels, "sessions": [each.labels.get("session") for each in sessions]},
        }
    )


def _all_turns(sessions: Iterable[Dialogue]) -> Iterator[Turn]:
    for dialogue in sessions:
        yield from dialogue.turns
