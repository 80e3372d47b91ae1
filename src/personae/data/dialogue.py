"""Turn and Dialogue: who said what, in order."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from personae.data.noun import JsonObject, Noun
from personae.data.persona import Persona

if TYPE_CHECKING:
    from collections.abc import Iterator

TurnKind = Literal["utterance", "event", "narration", "tool_call", "tool_result"]


class Turn(Noun):
    """One turn. `speaker` is a name in the dialogue; `labels` are what the data set annotated."""

    speaker: str
    text: str
    kind: TurnKind = "utterance"
    id: str = ""
    said_at: datetime | None = None
    labels: JsonObject = Field(default_factory=dict)


class Dialogue(Noun):
    """Turns between named speakers; `personas` holds what is known of each, by speaker name."""

    id: str
    turns: tuple[Turn, ...] = ()
    personas: dict[str, Persona] = Field(default_factory=dict)
    scenario: str = ""
    language: str = ""
    labels: JsonObject = Field(default_factory=dict)

    @property
    def speakers(self) -> tuple[str, ...]:
        """Names in order of first turn, then those that only have a persona."""
        return tuple(dict.fromkeys([*(turn.speaker for turn in self.turns), *self.personas]))

    def turns_of(self, speaker: str) -> Iterator[tuple[int, Turn]]:
        """The utterances of one speaker with their positions."""
        return (
            (position, turn)
            for position, turn in enumerate(self.turns)
            if turn.speaker == speaker and turn.kind == "utterance"
        )
