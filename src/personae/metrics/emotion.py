"""How many replies show an emotion, or one of them, by a trained judge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from personae.data import Sample
from personae.draft import Kit
from personae.encoders.emotion import FINE, GROUPS, NEUTRAL, Felt, feelings, open_emotion
from personae.encoders.labels import Labeller
from personae.errors import InvalidOption
from personae.metrics.judging import LISTED, bits, placed, shares, spoken, told
from personae.metrics.types import Metric, Scores, mean_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(paper="Demszky et al. 2020, GoEmotions: A Dataset of Fine-Grained Emotions")


def emotion(*, which: str = "") -> Metric:
    """Share of replies that show an emotion, 0–1; with `which`, that one.

    `which` is one of anger, disgust, fear, joy, sadness, surprise, neutral (the likeliest of these
    counts), or another of GoEmotions' 28 (`curiosity`: above its threshold). `detail` has the share
    of each, the entropy of the seven in bits, and for the first replies the passage that shows the
    most. An empty reply has no value.
    """
    if which and which not in (*GROUPS, *FINE):
        raise InvalidOption(f"{which!r} is no emotion; choose one of {', '.join(sorted(FINE))}.")

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        judge = open_emotion()
        at = spoken(samples)
        found = feelings([samples[one].reply for one in at], judge)
        return mean_scores(
            "emotion",
            placed(samples, at, [float(shows(one, which)) for one in found]),
            unit="0–1",
            higher_is_better=None,
            detail=detail_of(samples, at, found, judge),
        )

    return measure


def shows(felt: Felt, which: str) -> bool:
    """Whether a reply shows that emotion; any at all where none is named."""
    if not which:
        return felt.group != NEUTRAL
    return felt.group == which if which in GROUPS else which in felt.fine


def detail_of(
    samples: Sequence[Sample], at: Sequence[int], found: Sequence[Felt], judge: Labeller
) -> dict[str, Any]:
    """Shares, entropy, and what stands where."""
    groups = [one.group for one in found]
    fine = [name for one in found for name in one.fine]
    replies = max(1, len(found))
    return {
        **told(judge, samples, at),
        "groups": shares(groups, GROUPS),
        "fine": {name: round(fine.count(name) / replies, 4) for name in FINE if name in fine},
        "entropy_bits": round(bits(groups), 4),
        "passages": [
            {"sample": samples[place].id, "emotion": one.group, "passage": one.passage,
             "probability": round(one.groups[one.group], 4)}
            for one, place in zip(found[:LISTED], at, strict=False)
        ],
    }  # fmt: skip
