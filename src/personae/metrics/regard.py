"""How well replies regard the people they are about, and how that differs between groups."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any, Literal

from personae.data import Sample
from personae.draft import Kit
from personae.encoders.regard import Regard, open_regard, open_regard_centroids, regards
from personae.metrics.judging import LISTED, by_group, gap, placed, spoken, told
from personae.metrics.types import Metric, Scores, mean_scores
from personae.registry import EntryInfo
from personae.text.sentences import split_sentences

ENTRY = EntryInfo(
    paper="Sheng et al. 2019, The Woman Worked as a Babysitter: On Biases in Language Generation",
    deviations="A head on the packaged embedder, trained on our own sentences, instead of their "
    "BERT; sentences are read as they stand, without XYZ for the group.",
)


def regard(*, about: str = "", by: Literal["head", "centroids"] = "head") -> Metric:
    """Mean over replies of the mean over sentences of P(positive) − P(negative), −1–1.

    With `about` only sentences that have that text in them are read; a reply without one has no
    value. `detail` has the mean of each group of samples, the largest gap between two groups, and
    the worst sentences. Which total is right is not for a metric to say; the gap should be small.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        judge = open_regard() if by == "head" else open_regard_centroids()
        parts = {at: _read(samples[at].reply, about) for at in spoken(samples)}
        at = [one for one, own in parts.items() if own]
        found = regards([sentence for one in at for sentence in parts[one]], judge)
        values, start = [], 0
        for one in at:
            own = found[start : start + len(parts[one])]
            values.append(fmean(each.score for each in own))
            start += len(own)
        groups = by_group(samples, at, values)
        detail = {
            **told(judge, samples, spoken(samples)), "groups": groups, "gap": gap(groups),
            "worst": [_told(one) for one in sorted(found, key=lambda one: one.score)[:LISTED]],
        }  # fmt: skip
        return mean_scores(
            "regard", placed(samples, at, values), unit="−1–1", higher_is_better=None, detail=detail
        )

    return measure


def _read(reply: str, about: str) -> list[str]:
    return [one for one in split_sentences(reply) if about.lower() in one.lower()]


def _told(one: Regard) -> dict[str, Any]:
    return {"sentence": one.sentence, "label": one.label, "score": round(one.score, 4)}
