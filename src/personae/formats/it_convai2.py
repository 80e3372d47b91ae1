"""IT-ConvAI2: turns whose reply uses one statement, and the persona without that statement.

"A" asks; "B" answers with the data set's reply. B's persona is the insufficient one; what was
taken away is the label `removed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from personae.data import Dialogue, Persona, Turn
from personae.registry import EntryInfo
from personae.text.parsing import Place, Record, parse_json, read_text

ENTRY = EntryInfo(
    systems=("S036",),
    paper="Improving Personality Consistency in Conversation by Persona Extending (Liu et al., "
    "2022)",
    reads="dialogue",
    extensions=(".json",),
)


def detects(head: bytes, path: Path) -> bool:
    """Whether the file begins like a list of turns with a removed persona statement."""
    return all(key in head for key in (b'"rm_persona"', b'"insuf_personas"', b'"full_personas"'))


def read(source: Path) -> Iterator[Dialogue]:
    """One dialogue of two turns an item."""
    place = Place(source)
    content = Record.of(parse_json(read_text(source), place), place, "file")
    for position, item in enumerate(content.records("data", required=True)):
        persona = Persona(name="B", statements=item.texts("insuf_personas"))
        yield Dialogue(
            id=f"{source.stem}-{position}",
            turns=(
                Turn(speaker="A", text=item.text("input")),
                Turn(speaker="B", text=item.text("label")),
            ),
            personas={"B": persona},
            language="en",
            labels={"test_speaker": "B", "removed": item.text("rm_persona")},
        )
