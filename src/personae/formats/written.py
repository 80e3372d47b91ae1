"""Dialogues of tokenised lower-case text, spelled as people write."""

from __future__ import annotations

from personae.data import Dialogue, Persona
from personae.text.written import as_statement, as_written


def written(dialogue: Dialogue) -> Dialogue:
    """The dialogue with the spaces and capitals of its turns and statements put right."""
    turns = tuple(
        turn.model_copy(update={"text": as_written(turn.text)})
        if turn.kind == "utterance"
        else turn
        for turn in dialogue.turns
    )
    personas = {name: _persona(persona) for name, persona in dialogue.personas.items()}
    return dialogue.model_copy(update={"turns": turns, "personas": personas})


def _persona(persona: Persona) -> Persona:
    statements = tuple(as_statement(text) for text in persona.statements if text.strip())
    return persona.model_copy(update={"statements": statements})
