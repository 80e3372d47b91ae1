"""How much a persona agrees, from 1 to 5, with reversed statements turned around."""

from __future__ import annotations

import math
from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.option_probabilities import softmax
from personae.metrics.types import Metric, Scores, labels_of, mean_scores, replied
from personae.registry import EntryInfo
from personae.text.answer_letters import rating

ENTRY = EntryInfo(systems=("S052",), labelled=True)

UNREAD = 3  # S052: who gives no digit neither agrees nor disagrees


def likert(*, expected: bool = True) -> Metric:
    """Mean rating over the statements; of a reversed one with the rating x it is 6 − x.

    Where the options were ranked by likelihood, the rating is the mean of the digits under their
    probabilities (`expected`), or the digit chosen; of written answers it is the commonest digit,
    3 without any, and `detail` has the share that was read.
    """

    def rated(sample: Sample) -> float | None:
        labels = labels_of(sample)
        if not replied(sample) or not labels.get("scale"):
            return None
        value = _expected(sample) if expected else None
        if value is None:
            value = float(rating(sample.reply) or UNREAD)
        return float(labels["scale"]) + 1 - value if labels.get("reversed") else value

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        asked = [one for one in samples if replied(one) and labels_of(one).get("scale")]
        read = sum(rating(one.reply) is not None for one in asked)
        detail = {"read": read / len(asked)} if asked else {}
        values = [rated(one) for one in samples]
        return mean_scores("likert", values, unit="1–5", higher_is_better=None, detail=detail)

    return measure


def _expected(sample: Sample) -> float | None:
    """The mean of the digits, weighted by their probabilities; None where these are not known."""
    found, options = sample.record.get("log_likelihoods"), sample.record.get("options") or []
    if not isinstance(found, list) or len(found) != len(options) or not found:
        return None
    shares = softmax(found)
    return math.fsum(share * float(one) for share, one in zip(shares, options, strict=True))
