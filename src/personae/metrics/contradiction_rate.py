"""How often replies contradict their persona, at a calibrated threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from personae.data import Sample
from personae.draft import Kit
from personae.encoders.contradiction import REPEATS, Judged, judge_replies
from personae.encoders.contradiction import contradiction_rate as share_above
from personae.encoders.types import Nli
from personae.errors import InvalidOption
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(nli=True, paper="Welleck et al. 2019, Dialogue Natural Language Inference")

LISTED = 20
STATEMENTS_LIMIT = 64


def contradiction_rate(
    *, gold_share: Annotated[float, Field(ge=0, le=1)] = 0.05, judge: str = ""
) -> Metric:
    """Share of replies with a clause that contradicts a statement of the persona, 0–1.

    A reply counts when its worst clause is above the threshold that flags `gold_share` of human
    gold replies (0.02, 0.05 and 0.1 are calibrated; all three are in `detail`). A clause that says
    what a statement says is no contradiction (`detail["repeats"]`). Replies of personas
    without statements have no value. `judge` names another inference model than the guard's
    (`contradiction-rate@second` in a list of metrics). `detail["worst"]` lists which clause met
    which statement.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        nli = kit.need_nli("contradiction-rate", judge)
        if gold_share not in nli.thresholds:
            shares = ", ".join(str(share) for share in nli.thresholds)
            raise InvalidOption(
                f"gold_share={gold_share} is not calibrated; choose one of {shares}."
            )
        threshold = nli.thresholds[gold_share]
        judged = judge_samples(samples, nli)
        values = [None if one is None else float(one.contradicts(threshold)) for one in judged]
        present = [one for one in judged if one is not None]
        rates = {str(share): share_above(present, limit) for share, limit in nli.thresholds.items()}
        return mean_scores(
            "contradiction-rate",
            values,
            unit="0–1",
            higher_is_better=False,
            detail={
                "judge": nli.name,
                "judge_fingerprint": nli.fingerprint,
                "repeats": REPEATS,
                "threshold": threshold,
                "by_gold_share": rates,
                "worst": [_told(one) for one in _worst(present, threshold)],
            },
        )

    return measure


def judge_samples(samples: Sequence[Sample], nli: Nli) -> list[Judged | None]:
    """Each reply against its persona's first 64 statements; None where there is no such thing."""
    asked = [
        (sample.reply, sample.scene.persona.statements[:STATEMENTS_LIMIT])
        if replied(sample) and sample.scene.persona.statements
        else None
        for sample in samples
    ]
    judged = iter(judge_replies(nli, [pair for pair in asked if pair is not None]))
    return [None if pair is None else next(judged) for pair in asked]


def _worst(judged: Sequence[Judged], threshold: float) -> list[Judged]:
    flagged = [one for one in judged if one.contradicts(threshold)]
    return sorted(flagged, key=lambda one: -one.contradiction)[:LISTED]


def _told(judged: Judged) -> dict[str, str | float]:
    worst = judged.worst
    assert worst is not None  # what was flagged has a worst clause
    return {
        "clause": worst.clause,
        "statement": worst.statement,
        "contradiction": round(worst.contradiction, 4),
    }
