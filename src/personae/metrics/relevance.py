"""How near a reply is in meaning to the message that it answers."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.encoders.reply_worth import relevance as cosines
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(embedder=True)


def relevance() -> Metric:
    """Mean cosine of the reply and the last message of the partner, -1–1; an empty reply has 0.

    Ours, by the packaged embedder. It rewards an echo: read it beside `word-f1` and `distinct`.
    Replies to nothing have no value.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        embedder = kit.need_embedder("relevance")
        asked = [
            (sample.scene.last_user_text, sample.reply)
            if replied(sample) and sample.scene.last_user_text.strip()
            else None
            for sample in samples
        ]
        found = iter(cosines(embedder, [pair for pair in asked if pair is not None]))
        return mean_scores(
            "relevance",
            [None if pair is None else next(found) for pair in asked],
            unit="cosine",
            higher_is_better=True,
            detail={"embedder": embedder.name, "embedder_fingerprint": embedder.fingerprint},
        )

    return measure
