"""How much of what knowing a person would bring is brought by asking them, in percent."""

from __future__ import annotations

import math
from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.preference_alignment import level_of, marks_of
from personae.metrics.types import Indices, Metric, Scores, pooled_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S081",),
    labelled=True,
    paper="Li et al. 2025, Personalized Reasoning: Just-In-Time Personalization and Why LLMs Fail "
    "At It",
)
GENERIC, ORACLE, ASKED = "no_prompt", "persona_known", "infer_persona"


def preference_gain() -> Metric:
    """100·(infer − generic)/(oracle − generic) of the mean alignments: 0 is no gain, 100 is as if
    told. nan where knowing brings nothing, so that there is nothing to gain.

    Samples in mode `infer_persona` have a value, infer − generic in levels, where the same item was
    answered in all three modes; the total is of the means, so do not average the values.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        import numpy

        triples = triples_of(samples)
        levels = numpy.full((len(samples), 3), math.nan)
        for at, triple in triples.items():
            levels[at] = triple

        def gain_of(indices: Indices) -> float:
            generic, oracle, asked = levels[numpy.asarray(indices, dtype=int)].mean(axis=0)
            room = oracle - generic
            return float(100 * (asked - generic) / room) if room > 0 else math.nan

        values = [
            triples[at][2] - triples[at][0] if at in triples else None for at in range(len(samples))
        ]
        return pooled_scores(
            "preference-gain", values, gain_of, unit="%", higher_is_better=True,
            detail={"items": len(triples)},
        )  # fmt: skip

    return measure


def triples_of(samples: Sequence[Sample]) -> dict[int, tuple[float, float, float]]:
    """By the position of an item's asked sample: its generic, oracle and asked alignment."""
    found: dict[str, dict[str, tuple[int, float]]] = {}
    for at, sample in enumerate(samples):
        marked = marks_of(sample)
        if marked is not None:
            labels = sample.record["labels"]
            modes = found.setdefault(str(labels.get("item")), {})
            modes[str(labels.get("mode"))] = (at, level_of(marked))
    return {
        modes[ASKED][0]: (modes[GENERIC][1], modes[ORACLE][1], modes[ASKED][1])
        for modes in found.values()
        if {GENERIC, ORACLE, ASKED} <= set(modes)
    }
