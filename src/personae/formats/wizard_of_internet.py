"""Wizard of the Internet as searched turns: what was said, and the sentence that the answer used.

The copy of FSB: {"id", "meta": persona, "dialogue": [[apprentice, wizard], …], "KB": [[sentence],
…]}. Not a dialogue format of its own: what it is read for is the choice of knowledge.
"""

from __future__ import annotations

import random
from pathlib import Path

from personae.formats.focus import FocusTurn
from personae.text.parsing import json_records

CANDIDATES = 10


def searched_turns(file: Path, first: int, last: int, seed: int) -> list[FocusTurn]:
    """The turns with knowledge of dialogues `first` to `last`, and ten sentences to choose from.

    The others are of the same dialogue, then drawn from the dialogues of the same range. Raises
    FormatError.
    """
    records = list(json_records(file))[first:last]
    held = [[" ".join(row) for row in _rows(one.items("KB")) if row] for one in records]
    everything = sorted({text for texts in held for text in texts})
    found = []
    for number, (record, own) in enumerate(zip(records, held, strict=True)):
        pairs, rows = record.pairs("dialogue"), _rows(record.items("KB"))
        for at, ((asked, answer), row) in enumerate(zip(pairs, rows, strict=False)):
            gold = " ".join(row)
            if not row or asked in ("", "none"):
                continue
            rng = random.Random(f"{seed}/{number}/{at}")
            near = sorted(set(own) - {gold})[: CANDIDATES - 1]
            far = sorted(set(everything) - set(near) - {gold})
            texts = [gold, *near, *rng.sample(far, min(CANDIDATES - 1 - len(near), len(far)))]
            rng.shuffle(texts)
            before = [
                text for pair in pairs[max(0, at - 1) : at] for text in pair if text != "none"
            ]
            found.append(
                FocusTurn((*before, asked), (), (), tuple(texts),
                          texts.index(gold), answer, tuple(texts))
            )  # fmt: skip
    return found


def _rows(items: list[object]) -> list[list[str]]:
    return [
        [one for one in item if isinstance(one, str)] if isinstance(item, list) else []
        for item in items
    ]
