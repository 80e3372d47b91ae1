"""Whether a language model calls a reply loud."""

from __future__ import annotations

import math
from collections.abc import Sequence

from personae import Kit
from personae.data import Sample
from personae.lm.types import Message, Request
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(needs=("chat",))
_WORTH = {"yes": 1.0, "no": 0.0}


def verdict() -> Metric:
    """The share of replies that the judge says yes to; what is neither yes nor no is nan."""

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [_asked(one.reply, kit) if replied(one) else None for one in samples]
        return mean_scores("verdict", values, unit="0–1", higher_is_better=True)

    return measure


def _asked(reply: str, kit: Kit) -> float:
    request = Request(messages=(Message("user", f"Is this loud? {reply}"),))
    return _WORTH.get(kit.lm.generate(request).text.strip().lower(), math.nan)
