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
    """One thing remembered: by `holder`, about `subject`, learned in the turns of `provenance`."""

    text: str
    id: str = ""
    kind: MemoryKind = "fact"
    subject: str = ""
    holder: str = ""
    provenance: tuple[str, ...] = ()
    said_at: datetime | None = None
    confidence: float = 1.0
    labels: JsonObject = Field(default_factory=dict)
