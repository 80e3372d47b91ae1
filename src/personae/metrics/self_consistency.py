"""Self-consistency: replies that do not contradict what the same speaker said before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from personae.data import Sample
from personae.draft import Kit
from personae.encoders.contradiction import Judged, judge_replies, split_clauses
from personae.errors import InvalidOption
from personae.metrics.repetition import earlier_turns
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    nli=True,
    paper="Nie et al. 2021, I Like Fish, Especially Dolphins: Addressing Contradictions in "
    "Dialogue Modeling (the utterance-based approach)",
)

EARLIER_LIMIT = 64  # clauses; the latest count
LISTED = 20


def self_consistency(*, gold_share: Annotated[float, Field(ge=0, le=1)] = 0.05) -> Metric:
    """Share of replies with no clause that contradicts an earlier clause of the speaker, 0–1.

    Each clause of the reply is judged against each clause of the same speaker's earlier turns (the
    latest 64 clauses), as in Nie et al.'s utterance-based approach. Who said both A and not A does
    not get away with saying A again: repeating excuses nothing here. The threshold is the one of
    `contradiction-rate`, which was calibrated against statements of a persona: see docs/metrics.md
    for what human replies get here. Replies without an earlier clause have no value.
    `detail["worst"]` says which clause met which.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        nli = kit.need_nli("self-consistency")
        if gold_share not in nli.thresholds:
            shares = ", ".join(str(share) for share in nli.thresholds)
            raise InvalidOption(
                f"gold_share={gold_share} is not calibrated; choose one of {shares}."
            )
        threshold = nli.thresholds[gold_share]
        earlier = [_earlier_clauses(sample) if replied(sample) else [] for sample in samples]
        asked = [(sample.reply, said) for sample, said in zip(samples, earlier, strict=True)]
        judged = iter(judge_replies(nli, [pair for pair in asked if pair[1]], repeats=None))
        found = [next(judged) if said else None for said in earlier]
        present = [one for one in found if one is not None]
        flagged = [one for one in present if one.contradicts(threshold)]
        worst = sorted(flagged, key=lambda one: -one.contradiction)[:LISTED]
        return mean_scores(
            "self-consistency",
            [None if one is None else float(not one.contradicts(threshold)) for one in found],
            unit="0–1",
            higher_is_better=True,
            detail={
                "judge": nli.name,
                "judge_fingerprint": nli.fingerprint,
                "threshold": threshold,
                "by_gold_share": {
                    str(share): sum(not one.contradicts(limit) for one in present) / len(present)
                    for share, limit in nli.thresholds.items()
                    if present
                },
                "worst": [_told(one) for one in worst],
            },
        )

    return measure


def _earlier_clauses(sample: Sample) -> list[str]:
    clauses = [clause for turn in earlier_turns(sample) for clause in split_clauses(turn)]
    return list(dict.fromkeys(clauses))[-EARLIER_LIMIT:]


def _told(judged: Judged) -> dict[str, Any]:
    worst = judged.worst
    assert worst is not None  # what was flagged has a worst clause
    return {
        "clause": worst.clause,
        "earlier": worst.statement,
        "contradiction": round(worst.contradiction, 4),
    }
