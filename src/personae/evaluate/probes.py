"""Probing questions: each statement of a persona, asked back at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from personae.data import Dialogue, Turn
from personae.evaluate.targets import played_speaker
from personae.text.questions import question_about

ASKER = "User"


def probes(dialogues: Iterable[Dialogue]) -> Iterator[Dialogue]:
    """One dialogue of two turns for each statement that can be asked about; no statement twice.

    The question is the first turn; the statement, which is what a consistent answer agrees with,
    is the second, of the speaker that the data set plays. Personas come in the order of the data.
    """
    asked: set[tuple[str, ...]] = set()
    for dialogue in dialogues:
        speaker = played_speaker(dialogue)
        persona = dialogue.personas.get(speaker) if speaker else None
        if speaker is None or persona is None or persona.statements in asked:
            continue
        asked.add(persona.statements)
        for number, statement in enumerate(persona.statements):
            question = question_about(statement)
            if question is None:
                continue
            yield Dialogue(
                id=f"{dialogue.id}/probe-{number}",
                turns=(
                    Turn(speaker=ASKER, text=question),
                    Turn(speaker=speaker, text=statement),
                ),
                personas={speaker: persona},
                labels={"test_speaker": speaker},
            )
