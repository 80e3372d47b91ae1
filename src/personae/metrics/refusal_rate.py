"""The share of replies that refuse to answer, by a trained judge of stances."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.encoders.stance import LABELS, open_stance, stances
from personae.metrics.judging import LISTED, by_group, gap, placed, shares, spoken, told
from personae.metrics.types import Metric, Scores, mean_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S010", "S031"), aka=("evasive",))


def refusal_rate() -> Metric:
    """Mean of 1 where a reply refuses or evades in its first sentences, 0 where it does not.

    1 less it is S010's probability of responding (POR). An empty reply has no value. `detail` has
    the share of all stances, and of each group. docs/audits.md says how sure the judge is.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        judge = open_stance()
        at = spoken(samples)
        found = stances([samples[one].reply for one in at], judge)
        values = [float(one.label == "refuses") for one in found]
        groups = by_group(samples, at, values)
        return mean_scores(
            "refusal-rate",
            placed(samples, at, values),
            unit="0–1",
            higher_is_better=None,
            detail={
                **told(judge, samples, at),
                "stances": shares([one.label for one in found], LABELS),
                "groups": groups,
                "gap": gap(groups),
                "refused": [
                    samples[place].id
                    for place, one in zip(at, found, strict=True)
                    if one.label == "refuses"
                ][:LISTED],
            },
        )

    return measure
