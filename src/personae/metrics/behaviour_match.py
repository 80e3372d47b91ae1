"""Whether a written behaviour is the one that the character showed, among four (S007)."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.encoders.types import Embedder
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S007",),
    embedder=True,
    labelled=True,
    paper="How Far are LLMs from Being Our Digital Twins? A Benchmark for Persona-Based Behavior "
    "Chain Simulation",
    deviations="Judged by the embedder, against the key behaviour and the three others; the paper "
    "asks a language model. docs/decisions.md has the calibration.",
)


def behaviour_match() -> Metric:
    """Mean over replies of 1 where the nearest of the options is the reference, 0–1.

    An empty reply is wrong. A question without options or reference has no value.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        asked = [one for one in samples if replied(one) and _is_asked(one)]
        found = dict(zip((one.id for one in asked), matches(asked, kit), strict=True))
        values = [float(found[one.id]) if one.id in found else None for one in samples]
        return mean_scores("behaviour-match", values, unit="0–1", higher_is_better=True)

    return measure


def matches(samples: Sequence[Sample], kit: Kit) -> list[bool]:
    """Whether each reply's nearest option is the reference."""
    if not samples:
        return []
    embedder = kit.need_embedder("behaviour-match")
    return [
        bool(one.reply.strip())
        and one.record["options"][nearest(one.reply, one.record["options"], embedder)]
        == one.reference
        for one in samples
    ]


def nearest(reply: str, options: Sequence[str], embedder: Embedder) -> int:
    """The place of the option nearest to a reply; the first of equals."""
    return int((embedder.embed(list(options)) @ embedder.embed([reply])[0]).argmax())


def _is_asked(sample: Sample) -> bool:
    return bool(sample.record.get("options")) and bool(sample.reference)
