"""How likely the writer of a text stands high on each of the Big Five, from all of its sentences.

Beside `encoders.traits`, which rates single sentences that speak of a trait, this judge reads whole
texts for traces of their writer. The shipped weights are made by `training/judges`; their card is
beside them, and says how little it knows of people. N high is emotionally stable, as in S115.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from personae.encoders.heads import WEIGHTS
from personae.encoders.labels import Labeller, by_text, open_labeller
from personae.encoders.traits import TRAITS, Trait
from personae.text.sentences import split_sentences

SHIPPED = WEIGHTS / "big_five_minilm"
WHAT = "Big Five judge"
SENTENCES_LIMIT = 256


@dataclass(frozen=True, slots=True)
class Writer:
    """The probability of "high" on each trait, and the sentences with the most to say for it.

    `evidence` has for each trait the sentence whose score is farthest on the side of the verdict.
    """

    high: dict[Trait, float]
    evidence: dict[Trait, str]


def writers(texts: Sequence[str], judge: Labeller | None = None) -> list[Writer]:
    """One verdict a text, of its first 256 sentences; of a text without any 0.5 all along."""
    import numpy as np

    judge = judge or open_big_five()
    parts = [split_sentences(text)[:SENTENCES_LIMIT] for text in texts]
    scores = judge.scores([one for own in parts for one in own])
    found = []
    for own, mine in zip(parts, by_text(scores, parts), strict=True):
        mean = mine.mean(axis=0) if own else np.zeros(len(TRAITS))
        high = dict(zip(TRAITS, judge.chances(mean).tolist(), strict=True))
        sides = np.where(mean >= 0, 1, -1)
        best = (mine * sides).argmax(axis=0).tolist() if own else []
        evidence = {trait: own[row] for trait, row in zip(TRAITS, best, strict=False)}
        found.append(Writer(high, evidence))
    return found


def open_big_five(folder: Path | None = None) -> Labeller:
    """The shipped judge, or the one in `folder`. Raises as `open_labeller`."""
    return open_labeller(folder or SHIPPED, WHAT, TRAITS)
