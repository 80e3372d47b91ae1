"""CareCall: calls to elderly people in which the first system turn out of bounds is marked.

Speakers are "system" and "user". Turns of the system that somebody judged have the label
`out_of_bounds`; dialogues that people corrected instead (`fixed-…`) have none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from personae.data import Dialogue, Turn
from personae.registry import EntryInfo
from personae.text.parsing import Record, head_record, json_records

ENTRY = EntryInfo(
    systems=("S073",),
    paper="Building a Role Specified Open-Domain Dialogue System Leveraging Large-Scale Language "
    "Models (Bae et al., 2022)",
    reads="dialogue",
    extensions=(".json", ".jsonl"),
)

MARK = "out-of-bounds"


def detects(head: bytes, path: Path) -> bool:
    """Whether the file begins with an object that has a guid and turns of a system and a user."""
    record = head_record(head)
    if not isinstance(record, dict) or not isinstance(record.get("guid"), str):
        return False
    turns = record.get("data")
    return isinstance(turns, list) and all(
        isinstance(turn, dict) and turn.get("role") in ("system", "user") for turn in turns
    )


def read(source: Path) -> Iterator[Dialogue]:
    """The dialogues of a JSON array or of JSON Lines. Raises FormatError."""
    for record in json_records(source):
        turns = tuple(_turn(turn) for turn in record.records("data", required=True))
        yield Dialogue(id=record.text("guid"), turns=turns, labels={"test_speaker": "system"})


def _turn(record: Record) -> Turn:
    speaker, mark = record.text("role"), record.fields.get(MARK)
    if speaker not in ("system", "user"):
        raise record.place.fault(f"The role {speaker[:40]!r} is neither system nor user.")
    if mark is not None and not isinstance(mark, bool):
        raise record.place.fault(f"The field {MARK!r} is neither true nor false.")
    # The first release calls it `text`, the translated one `utterance`.
    text = record.text("text") if "text" in record.fields else record.text("utterance")
    return Turn(speaker=speaker, text=text, labels={} if mark is None else {"out_of_bounds": mark})
