"""What a turn does: inform, question, directive (ask to do, propose), commissive (accept, refuse,
promise, offer). The four acts of DailyDialog.

The shipped weights are made by `training/judges`; their card is beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from personae.encoders.heads import WEIGHTS
from personae.encoders.labels import Labeller, open_labeller
from personae.text.sentences import split_sentences

Act = Literal["inform", "question", "directive", "commissive"]
ACTS: tuple[Act, ...] = ("inform", "question", "directive", "commissive")
SHIPPED = WEIGHTS / "dialogue_act_minilm"
WHAT = "dialogue-act judge"


@dataclass(frozen=True, slots=True)
class Done:
    """What a turn does as a whole, with the probability, and what each of its sentences does."""

    act: Act
    probability: float
    sentences: tuple[tuple[str, Act], ...]


def acts(turns: Sequence[str], judge: Labeller | None = None) -> list[Done | None]:
    """One verdict a turn, of its first 64 tokens; None of an empty turn."""
    judge = judge or open_dialogue_act()
    parts = [split_sentences(turn) for turn in turns]
    known = list(dict.fromkeys([*turns, *(one for own in parts for one in own)]))
    chances: list[list[float]] = judge.probabilities(known).tolist()
    rows = dict(zip(known, chances, strict=True))

    def act(text: str) -> Act:
        return ACTS[rows[text].index(max(rows[text]))]

    return [
        Done(act(turn), max(rows[turn]), tuple((one, act(one)) for one in own)) if own else None
        for turn, own in zip(turns, parts, strict=True)
    ]


def open_dialogue_act(folder: Path | None = None) -> Labeller:
    """The shipped judge, or the one in `folder`. Raises as `open_labeller`."""
    return open_labeller(folder or SHIPPED, WHAT, ACTS)
