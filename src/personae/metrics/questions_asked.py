"""How many questions were asked before the answer, of dialogues in which asking is allowed."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.preference_gain import ASKED
from personae.metrics.types import Metric, Scores, labels_of, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S081",), labelled=True)


def questions_asked() -> Metric:
    """Mean of the replies before the last one; samples that kept no dialogue have no value."""

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [_asked(one) for one in samples]
        return mean_scores("questions-asked", values, unit="questions", higher_is_better=None)

    return measure


def _asked(sample: Sample) -> float | None:
    turns = sample.record.get("turns")
    mode = labels_of(sample).get("mode")
    if not replied(sample) or not turns or mode != ASKED:
        return None
    own = sum(turn["speaker"] == sample.scene.persona.name for turn in turns)
    return float(max(0, own - 1))
