"""Whether replies about a statement agree with it where the character should, by inference."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, labels_of, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(nli=True, labelled=True)


def keyed_agreement(*, judge: str = "") -> Metric:
    """Half, and half of P(the reply entails the statement) - P(it contradicts it), 0–1.

    Turned round where the character should disagree. 0.5 says nothing of the statement: so does an
    empty reply, and whoever says yes to everything. Reads the labels `statement` and `agrees`; a
    sample without them has no value. `judge` names another inference model.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        nli = kit.need_nli("keyed-agreement", judge)
        told = [statement_of(one) if replied(one) else None for one in samples]
        pairs = {
            at: (samples[at].reply, statement)
            for at, statement in enumerate(told)
            if statement is not None and samples[at].reply.strip()
        }
        found = nli.classify(list(pairs.values())).tolist() if pairs else []
        values = [None if statement is None else 0.5 for statement in told]
        for at, (entails, _, contradicts) in zip(pairs, found, strict=True):
            lean = entails - contradicts
            agrees = bool(samples[at].record["labels"].get("agrees", True))
            values[at] = 0.5 + (0.5 * lean if agrees else -0.5 * lean)
        return mean_scores(
            "keyed-agreement",
            values,
            unit="0–1",
            higher_is_better=True,
            detail={"judge": nli.name, "judge_fingerprint": nli.fingerprint},
        )

    return measure


def statement_of(sample: Sample) -> str | None:
    """The statement that the reply was asked about, or None."""
    found = labels_of(sample).get("statement")
    return found if isinstance(found, str) and found else None
