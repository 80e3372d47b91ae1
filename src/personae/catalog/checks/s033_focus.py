"""S033 FoCus: made data fit the schema, are not trivial, and the bench tells systems apart."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from personae import places
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.evaluate.focus import figures, systems
from personae.formats.focus import (
    FocusDialogue,
    FocusTurn,
    as_dialogue,
    as_focus,
    read_focus,
    turns_of,
    write_focus,
)
from personae.formats.focus_making import CANDIDATES, STATEMENTS, made, source_of
from personae.formats.topics import read_topics

DIALOGUES = 500
MEASURED = 1_000  # turns
TRIVIAL = 0.6
CHANCE = (0.06, 0.14)


def check(context: CheckContext) -> list[str]:
    """500 dialogues written, read back and looked through; oracle, chance and TF-IDF beside it."""
    dialogues = list(made(source_of(read_topics(places.FILE), "all"), DIALOGUES, context.seed))
    again(dialogues)
    turns = [turn for one in dialogues for turn in turns_of(one)]
    lines = [sound(turns)]
    names = ("oracle", "random", "tfidf", "cosine")
    known = systems(names, context.embedder(), seed=context.seed)
    found = {name: figures(turns[:MEASURED], system, 0.5).kg for name, system in known.items()}
    shown = ", ".join(f"{name} {value:.3f}" for name, value in found.items())
    line = f"right paragraph of {CANDIDATES} over {MEASURED} of {len(turns)} answers: {shown}"
    expect(found["oracle"] == 1.0, f"{line}; the oracle was to be always right.")
    expect(CHANCE[0] < found["random"] < CHANCE[1], f"{line}; chance was to be one in ten.")
    expect(found["tfidf"] < TRIVIAL, f"{line}; that is trivial.")
    expect(found["cosine"] > found["random"], f"{line}; meaning was to help.")
    return [*lines, line]


def again(dialogues: Sequence[FocusDialogue]) -> None:
    """Raise CheckFailed unless the file, and the noun, give the dialogues back."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "focus.json"
        write_focus(dialogues, file)
        expect(list(read_focus(file)) == list(dialogues), "The file gives other dialogues back.")
    same = all(as_focus(as_dialogue(one)) == one for one in dialogues)
    expect(same, "A dialogue is another one after it was a noun.")


def sound(turns: Sequence[FocusTurn]) -> str:
    """Raise CheckFailed unless answers stand in their paragraph, and statements where used."""
    used = [one for one in turns if any(one.grounding)]
    for one in turns:
        expect(
            len(one.persona) == STATEMENTS == len(set(one.persona)), "There are no 5 statements."
        )
        expect(len(set(one.candidates)) == CANDIDATES, "There are not 10 candidates.")
        told = any(part in one.answer for part in one.candidates[one.gold].split(". "))
        expect(told, f"The answer {one.answer!r} is not of its paragraph.")
    share = len(used) / len(turns)
    expect(0.2 < share < 0.8, f"{share:.0%} of the answers use the persona.")
    return f"{len(turns)} answers of {DIALOGUES} dialogues, {share:.0%} of them use the persona"
