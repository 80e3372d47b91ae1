"""Whether a written behaviour is the one that the character showed, among four (S007)."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.encoders.types import Embedder, Nli
from personae.metrics.choice_accuracy import is_choice
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S007",),
    embedder=True,
    nli=True,
    labelled=True,
    paper="How Far are LLMs from Being Our Digital Twins? A Benchmark for Persona-Based Behavior "
    "Chain Simulation",
    deviations="Judged by embedder and inference, against the key behaviour and three others; the "
    "paper asks a language model. docs/decisions.md has the calibration.",
)


def behaviour_match() -> Metric:
    """Mean over replies of 1 where the option that is told is the reference, 0–1.

    Told is the option with the largest sum of its cosine with the reply and of the probability
    that the reply entails it.
    An empty reply is wrong. A question without options or reference has no value.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        asked = [one for one in samples if replied(one) and is_choice(one)]
        found = dict(zip((one.id for one in asked), matches(asked, kit), strict=True))
        values = [float(found[one.id]) if one.id in found else None for one in samples]
        return mean_scores("behaviour-match", values, unit="0–1", higher_is_better=True)

    return measure


def matches(samples: Sequence[Sample], kit: Kit) -> list[bool]:
    """Whether each reply tells the reference."""
    if not samples:
        return []
    embedder, nli = kit.need_embedder("behaviour-match"), kit.need_nli("behaviour-match")
    return [_tells(one, embedder, nli) for one in samples]


def told(reply: str, options: Sequence[str], embedder: Embedder, nli: Nli) -> int:
    """The place of the option that a reply tells; the first of equals."""
    near = embedder.embed(list(options)) @ embedder.embed([reply])[0]
    entailed = nli.classify([(reply, option) for option in options])[:, 0]
    return int((near + entailed).argmax())


def _tells(sample: Sample, embedder: Embedder, nli: Nli) -> bool:
    options = sample.record["options"]
    said = bool(sample.reply.strip())
    return said and options[told(sample.reply, options, embedder, nli)] == sample.reference
