"""How many replies do a certain thing: inform, question, direct, commit themselves."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.encoders.dialogue_act import ACTS, Act, acts, open_dialogue_act
from personae.metrics.judging import LISTED, bits, placed, shares, spoken, told
from personae.metrics.types import Metric, Scores, mean_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    paper="Li et al. 2017, DailyDialog: A Manually Labelled Multi-turn Dialogue Dataset",
)


def dialogue_act(*, which: Act = "question") -> Metric:
    """Share of replies whose act is `which`, 0–1: inform, question, directive or commissive.

    `detail` has the share of each act, their entropy in bits, and for the first replies what each
    sentence does. An empty reply has no value.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        judge = open_dialogue_act()
        at = spoken(samples)
        found = [one for one in acts([samples[one].reply for one in at], judge) if one is not None]
        names = [one.act for one in found]
        return mean_scores(
            "dialogue-act",
            placed(samples, at, [float(name == which) for name in names]),
            unit="0–1",
            higher_is_better=None,
            detail={
                **told(judge, samples, at),
                "acts": shares(names, ACTS),
                "entropy_bits": round(bits(names), 4),
                "sentences": [
                    {"sample": samples[place].id, "act": one.act, "sentences": list(one.sentences)}
                    for one, place in zip(found[:LISTED], at, strict=False)
                ],
            },
        )

    return measure
