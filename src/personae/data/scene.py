"""Scene: everything that the next reply may depend on."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from personae.data.dialogue import Turn
from personae.data.memory import Memory
from personae.data.noun import JsonObject, Noun
from personae.data.persona import Event, Persona


class Scene(Noun):
    """The moment before `persona` replies.

    `turns` is the whole history, oldest first; `user` names the other party (`{{user}}`), and
    `user_persona` says what is known of them. `memories` were remembered from earlier sessions;
    `events` happen now, beside those of the persona's own calendar.
    """

    persona: Persona
    turns: tuple[Turn, ...] = ()
    user: str = "User"
    user_persona: Persona | None = None
    scenario: str = ""
    memories: tuple[Memory, ...] = ()
    events: tuple[Event, ...] = ()
    now: datetime | None = None
    session: str = ""
    labels: JsonObject = Field(default_factory=dict)

    @property
    def last_user_text(self) -> str:
        """The text of the last utterance that is not the persona's own, or an empty string."""
        for turn in reversed(self.turns):
            if turn.kind == "utterance" and turn.speaker != self.persona.name:
                return turn.text
        return ""

    def said(self, speaker: str, text: str) -> Scene:
        """The scene with one more utterance."""
        return self.model_copy(update={"turns": (*self.turns, Turn(speaker=speaker, text=text))})
