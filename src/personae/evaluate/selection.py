"""Response selection on XPersona: is the right reply first among 20, with and without the persona?

Lee et al. 2023 (S022): p@1 (R20@1) of a ranker alone, with persona prompts (P5), with the cosine
added (SoP), and with the prompts of somebody else's persona.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from personae.encoders.ranking import TURNS, Asked, Ranker
from personae.encoders.selection import Selector
from personae.formats.xpersona import read

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

NEGATIVES = 19
TEST, VALID = "xpersona/En_persona_test.json", "xpersona/En_persona_valid.json"
SHIFT = 7  # whose persona a turn gets when personas are exchanged
BILINEAR_WEIGHT = 0.5  # of the cosine in the baseline SoP, the paper's for the original personas
CROSS_WEIGHT = 8.0  # the same for the cross-encoder's scores, chosen on development dialogues


@dataclass(frozen=True, slots=True)
class Choice:
    """The last turns, the gold reply before 19 others, and the statements of who gave it."""

    turns: tuple[str, ...]
    replies: tuple[str, ...]
    persona: tuple[str, ...]


# (choices) -> for each the scores of its replies
Arm = Callable[[Sequence[Choice]], "Sequence[NDArray[float64]]"]


def read_choices(
    file: Path, number: int, seed: int, dialogues: slice = slice(None)
) -> list[Choice]:
    """Turns drawn from the dialogues, each with negatives drawn from all replies."""
    found = [
        (
            tuple(one.text for one in dialogue.turns[max(0, at - TURNS) : at]),
            turn.text,
            dialogue.personas["B"].statements,
        )
        for dialogue in list(read(file))[dialogues]
        for at, turn in dialogue.turns_of("B")
        if at
    ]
    replies = sorted({reply for _, reply, _ in found})
    rng = random.Random(seed)
    choices = []
    for turns, gold, persona in rng.sample(found, min(number, len(found))):
        negatives = rng.sample(replies, NEGATIVES + 1)
        others = [reply for reply in negatives if reply != gold][:NEGATIVES]
        choices.append(Choice(turns, (gold, *others), persona))
    return choices


def exchanged(choices: Sequence[Choice]) -> list[Choice]:
    """The same turns with the persona of another."""
    return [
        Choice(one.turns, one.replies, choices[(at + SHIFT) % len(choices)].persona)
        for at, one in enumerate(choices)
    ]


def hits(scores: Sequence[NDArray[float64]]) -> list[bool]:
    """Whether the gold reply comes first, for each turn; a tie is a miss."""
    return [bool(one[0] > one[1:].max()) for one in scores]


def bilinear_arms(selector: Selector) -> dict[str, Arm]:
    """The head on the last message: alone, with P5, with another's persona, with SoP."""

    def scored(choices: Sequence[Choice], is_told: bool) -> list[NDArray[float64]]:
        return [
            selector.scores(one.turns[-1], one.replies, one.persona if is_told else ())
            for one in choices
        ]

    return {
        "bilinear": lambda choices: scored(choices, False),
        "bilinear, P5": lambda choices: scored(choices, True),
        "bilinear, P5 with another's persona": lambda choices: scored(exchanged(choices), True),
        "bilinear, SoP": lambda choices: [
            selector.scores_with_similarity(
                one.turns[-1], one.replies, one.persona, weight=BILINEAR_WEIGHT
            )
            for one in choices
        ],
    }


def cross_arms(ranker: Ranker, weight: float = CROSS_WEIGHT) -> dict[str, Arm]:
    """The cross-encoder: alone, SoP, P5 zero-shot and tuned, each also with another's persona."""

    known: dict[tuple[Choice, ...], list[NDArray[float64]]] = {}

    def scored(choices: Sequence[Choice], is_told: bool, is_tuned: bool) -> list[NDArray[float64]]:
        lists = [Asked(one.turns, one.replies, one.persona if is_told else ()) for one in choices]
        return ranker.scores_of(lists, is_tuned=is_tuned)

    def bare(choices: Sequence[Choice]) -> list[NDArray[float64]]:
        """Once for two arms: it is what takes long."""
        key = tuple(choices)
        if key not in known:
            known[key] = scored(choices, False, False)
        return known[key]

    def with_similarity(choices: Sequence[Choice]) -> list[NDArray[float64]]:
        near = [
            (ranker.embedder.embed(one.replies) @ ranker.embedder.embed(one.persona).T).max(axis=1)
            for one in choices
        ]
        return [one + weight * cosine for one, cosine in zip(bare(choices), near, strict=True)]

    return {
        "cross-encoder": bare,
        "cross-encoder, SoP": with_similarity,
        "cross-encoder, P5 zero-shot": lambda choices: scored(choices, True, False),
        "cross-encoder, P5 zero-shot with another's persona": lambda choices: scored(
            exchanged(choices), True, False
        ),
        "cross-encoder, P5 tuned": lambda choices: scored(choices, True, True),
        "cross-encoder, P5 tuned with another's persona": lambda choices: scored(
            exchanged(choices), True, True
        ),
    }
