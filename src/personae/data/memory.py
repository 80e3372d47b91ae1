"""Passage and Memory: knowledge of the world, and what a character remembers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from personae.data.noun import JsonObject, Noun

MemoryKind = Literal["fact", "event", "preference", "summary", "reflection", "impression"]


class Passage(Noun):
    """A piece of knowledge with its source."""

    text: str
    id: str = ""
    title: str = ""
    source: str = ""


class Memory(Noun):
    """One thing remembered: by `holder`, about `subject`, learned in the turns of `provenance`.

    It was said at `said_at` and holds from `valid_from` until `valid_until` (None: open). An empty
    `holder` is everybody of the owner; an empty `witnesses` means that whoever the holder talks to
    may hear of it, else only those named. `sources` are the memories that a summary or reflection
    was made from. `superseded_by` is the id of the memory that took its place. `context` is what
    was said right before: the memory is found by those words too.
    """

    text: str
    context: str = ""
    id: str = ""
    kind: MemoryKind = "fact"
    subject: str = ""
    holder: str = ""
    session: str = ""
    provenance: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    said_at: datetime | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    superseded_by: str = ""
    confidence: float = Field(default=1.0, ge=0, le=1)
    importance: float = Field(default=0.5, ge=0, le=1)
    labels: JsonObject = Field(default_factory=dict)
