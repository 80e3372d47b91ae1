"""S022 P5: zero-shot persona prompts choose the right reply more often, and wrong personas do not.

The ranker fine-tuned with prompts is not built, so not checked.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from personae.catalog.check import CheckContext
from personae.catalog.check_data import data_file, expect
from personae.catalog.check_methods import mcnemar, mean
from personae.encoders.selection import Selector, open_selector
from personae.formats.xpersona import read

if TYPE_CHECKING:
    from pathlib import Path

TURNS, NEGATIVES = 500, 19
WEIGHT = 0.5  # of the cosine in the baseline SoP, the paper's for the original personas
_SHIFT = 7  # whose persona a turn gets when personas are shuffled


@dataclass(frozen=True, slots=True)
class Choice:
    """A message, the gold reply before 19 others, and the statements of who gave it."""

    context: str
    replies: tuple[str, ...]
    persona: tuple[str, ...]


def check(context: CheckContext) -> list[str]:
    """p@1 without persona, with P5, with SoP, and with P5 on another's persona."""
    file = data_file(context, "xpersona", "En_persona_valid.json")
    selector = open_selector(context.embedder())
    return compare(selector, read_choices(file, TURNS, context.seed))


def compare(selector: Selector, choices: Sequence[Choice]) -> list[str]:
    """Raise CheckFailed unless the own persona helps and another's does not."""
    for one in choices[:20]:
        bare = selector.scores(one.context, one.replies)
        none = selector.scores(one.context, one.replies, [])
        expect(bool((bare == none).all()), "Without a persona the scores are not the bare ones.")
    others = [choices[(at + _SHIFT) % len(choices)].persona for at in range(len(choices))]
    own = [one.persona for one in choices]
    hits = {
        "no persona": right(selector, choices, [()] * len(choices)),
        "P5": right(selector, choices, own),
        "P5 with another's persona": right(selector, choices, others),
        "SoP": [_is_first(row) for row in _with_similarity(selector, choices)],
    }
    gain, loss = (mcnemar(hits[n], hits["no persona"]) for n in ("P5", "P5 with another's persona"))
    shown = ", ".join(
        f"{name} {mean([float(hit) for hit in found]):.3f}" for name, found in hits.items()
    )
    line = f"p@1 over {len(choices)} turns with {NEGATIVES} negatives: {shown}"
    expect(gain < 0.05, f"{line}; P5 is not better than no persona (McNemar p = {gain:.4f}).")
    expect(loss >= 0.05, f"{line}; another's persona helps as well (McNemar p = {loss:.4f}).")
    return [line, f"McNemar, one-sided: P5 p = {gain:.2g}; with another's persona p = {loss:.2g}"]


def read_choices(file: Path, number: int, seed: int) -> list[Choice]:
    """Turns drawn from the dialogues, each with negatives drawn from all replies."""
    found = [
        (dialogue.turns[at - 1].text, turn.text, dialogue.personas["B"].statements)
        for dialogue in read(file)
        for at, turn in dialogue.turns_of("B")
        if at
    ]
    replies = sorted({reply for _, reply, _ in found})
    rng = random.Random(seed)
    choices = []
    for heard, gold, persona in rng.sample(found, number):
        negatives = rng.sample(replies, NEGATIVES + 1)
        others = [reply for reply in negatives if reply != gold][:NEGATIVES]
        choices.append(Choice(heard, (gold, *others), persona))
    return choices


def right(
    selector: Selector, choices: Sequence[Choice], personas: Sequence[Sequence[str]]
) -> list[bool]:
    """Whether the gold reply comes first, for each turn."""
    return [
        _is_first(selector.scores(one.context, one.replies, persona).tolist())
        for one, persona in zip(choices, personas, strict=True)
    ]


def _with_similarity(selector: Selector, choices: Sequence[Choice]) -> list[Sequence[float]]:
    return [
        selector.scores_with_similarity(
            one.context, one.replies, one.persona, weight=WEIGHT
        ).tolist()
        for one in choices
    ]


def _is_first(scores: Sequence[float]) -> bool:
    return bool(scores[0] > max(scores[1:]))
