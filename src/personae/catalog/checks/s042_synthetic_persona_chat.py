"""S042 Synthetic-Persona-Chat: the CSV loads as two-sided dialogues (reader part only)."""

from __future__ import annotations

from personae.catalog.check import CheckContext
from personae.catalog.check_data import data_file, expect
from personae.formats.synthetic_persona_chat import read

_FOLDER = "synthetic-persona-chat"
_TEST_COUNTS = {968: "the published file", 484: "the first half, as shared here"}
_SPEAKERS = {"User 1", "User 2"}


def check(context: CheckContext) -> list[str]:
    """968 test dialogues (or the 484 that are shared), each with both personas and both voices."""
    test = list(read(data_file(context, _FOLDER, "Synthetic-Persona-Chat_test.csv")))
    expect(len(test) in _TEST_COUNTS, f"{len(test)} test dialogues, not 968 (or the shared 484).")
    for dialogue in test:
        said = {turn.speaker for turn in dialogue.turns if turn.kind == "utterance"}
        expect(said == _SPEAKERS, f"In {dialogue.id} speak {sorted(said)}.")
        bare = [name for name in _SPEAKERS if not dialogue.personas[name].statements]
        expect(not bare, f"In {dialogue.id} there is no persona for {bare}.")
        labels = [t.text for t in dialogue.turns if t.text.startswith(("User 1:", "User 2:"))]
        expect(not labels, f"In {dialogue.id} a speaker's label is left in {labels[:1]}.")
    turns = sum(len(dialogue.turns) for dialogue in test)
    directions = sum(t.kind == "narration" for dialogue in test for t in dialogue.turns)
    return [
        f"{len(test)} test dialogues ({_TEST_COUNTS[len(test)]}) with two personas each",
        f"{turns} turns, {directions} of them stage directions",
    ]
