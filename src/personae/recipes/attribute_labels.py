"""What human replies ask, how specific and how related they are: labels for training (S067)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.recipes.kept_rows import kept_rows, whole_rows
from personae.recipes.persona_dialogues import PersonaDialogue
from personae.text.attributes import (
    QUESTION_BUCKETS,
    equal_mass_bounds,
    has_question,
    relatedness_bucket,
    specificity_bucket,
)
from personae.text.specificity import Specificity

if TYPE_CHECKING:
    from personae.encoders.types import Embedder
    from personae.recipes.lora_training import Report

_BLOCK = 50  # dialogues that are measured before anything is written
# How often each bucket of questions stands, mirrored about the middle so that half of what stands
# under one asks. The ends stand more often: what they say of a reply is sure.
_QUESTION_PRIOR = (0.25, *[0.5 / (QUESTION_BUCKETS - 2)] * (QUESTION_BUCKETS - 2), 0.25)


@dataclass(frozen=True, slots=True)
class Label:
    """A reply by its place, and its attributes; `cosine` is with the turn that it answers."""

    dialogue: str
    position: int
    asks: bool
    nidf: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Buckets:
    """Where the buckets of these data begin, and the share of replies that ask."""

    question_share: float
    specificity: tuple[float, ...]
    relatedness: tuple[float, ...]

    def controls(self, label: Label, rng: random.Random) -> dict[str, int]:
        """The buckets of a reply; that of questions is drawn anew each time."""
        return {
            "question": balanced_question_bucket(label.asks, rng),
            "specificity": specificity_bucket(label.nidf, self.specificity),
            "relatedness": relatedness_bucket(label.cosine, self.relatedness),
        }

    def question_stands(self, label: Label) -> float:
        """How often the bucket of questions stands with this reply, so that half of those ask."""
        few = min(self.question_share, 1 - self.question_share)
        own = self.question_share if label.asks else 1 - self.question_share
        return few / own if own else 0.0

    def to_json(self) -> dict[str, Any]:
        """Rounded to four places, as a reader wants them."""
        return {
            "question_share": round(self.question_share, 4),
            "specificity": [round(bound, 4) for bound in self.specificity],
            "relatedness": [round(bound, 4) for bound in self.relatedness],
        }


def balanced_question_bucket(asks: bool, rng: random.Random) -> int:
    """A bucket drawn for a reply, where half of the replies ask.

    As the paper's sampler (`text.attributes.question_bucket`) it makes b tenths of the replies in
    bucket b ask, by Bayes' rule; the buckets themselves are as frequent as `_QUESTION_PRIOR` says.
    """
    last = QUESTION_BUCKETS - 1
    shares = [p * (b if asks else last - b) for b, p in enumerate(_QUESTION_PRIOR)]
    return rng.choices(range(QUESTION_BUCKETS), shares)[0]


def buckets_of(labels: Sequence[Label]) -> Buckets:
    """Buckets of equal mass, and the share of questions."""
    share = sum(label.asks for label in labels) / max(1, len(labels))
    return Buckets(
        share,
        equal_mass_bounds(label.nidf for label in labels),
        equal_mass_bounds(label.cosine for label in labels),
    )


def labels_of(
    dialogues: Sequence[PersonaDialogue], table: Specificity, embedder: Embedder
) -> list[Label]:
    """The labels of all replies, in order."""
    places = [(one, at) for one in dialogues for at in one.replies]
    texts = [text for one, at in places for _, text in one.turns[at - 1 : at + 1]]
    vectors = embedder.embed(texts)
    return [
        Label(
            one.id, at, has_question(reply), round(table.of_text(reply), 4),
            round(float(heard @ said), 4),
        )
        for (one, at), reply, heard, said in zip(
            places, texts[1::2], vectors[::2], vectors[1::2], strict=True
        )
    ]  # fmt: skip


def kept_labels(dialogues: Sequence[PersonaDialogue], file: Path, show: Report) -> list[Label]:
    """As `labels_of` with the shipped table and embedder; written block by block into `file`."""
    from personae.encoders.embedder import open_embedder
    from personae.text.specificity import shipped_specificity

    if (kept := whole_rows(file)) is not None:
        return [Label(**row) for row in kept]
    table, embedder = shipped_specificity(), open_embedder()

    def made(at: int) -> Iterator[Mapping[str, Any]]:
        part = dialogues[at : at + _BLOCK]
        yield from map(asdict, labels_of(part, table, embedder))
        show("labelling", at + len(part), len(dialogues), part[-1].id)

    rows = kept_rows(file, range(0, len(dialogues), _BLOCK), made)
    return [Label(**row) for row in rows]
