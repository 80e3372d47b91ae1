"""How many replies show the emotion that their question asks for."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.encoders.emotion import FINE, GROUPS, feelings, open_emotion
from personae.errors import InvalidOption
from personae.metrics.emotion import detail_of, shows
from personae.metrics.judging import placed, spoken
from personae.metrics.types import Metric, Scores, labels_of, mean_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    labelled=True, paper="Demszky et al. 2020, GoEmotions: A Dataset of Fine-Grained Emotions"
)

LABEL = "emotion"
OTHER_NAMES = {"happiness": "joy", "no_emotion": "neutral"}


def emotion_match() -> Metric:
    """Share of replies that show the emotion of their label `emotion`, 0–1.

    Labels are those of `emotion`'s `which`, or DailyDialog's `happiness` and `no_emotion`. Samples
    without the label, and empty replies, have no value. Raises InvalidOption for another label.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        judge = open_emotion()
        wanted = [_wanted(sample) for sample in samples]
        at = [one for one in spoken(samples) if wanted[one]]
        found = feelings([samples[one].reply for one in at], judge)
        values = [float(shows(one, wanted[place])) for one, place in zip(found, at, strict=True)]
        return mean_scores(
            "emotion-match",
            placed(samples, at, values),
            unit="0–1",
            higher_is_better=True,
            detail=detail_of(samples, at, found, judge),
        )

    return measure


def _wanted(sample: Sample) -> str:
    label = str(labels_of(sample).get(LABEL, ""))
    name = OTHER_NAMES.get(label, label)
    if name and name not in (*GROUPS, *FINE):
        raise InvalidOption(
            f"Sample {sample.id!r} is labelled with the emotion {label!r}, which the judge does "
            f"not know; it knows {', '.join(sorted(FINE))}."
        )
    return name
