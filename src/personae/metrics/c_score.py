"""C-score: how many statements of the persona a reply entails, less those it contradicts."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    aka=("c",),
    nli=True,
    paper="Madotta et al. 2019, Personalizing Dialogue Agents via Meta-Learning, section 4.2",
)

STATEMENTS_LIMIT = 64
# The columns of an inference model: entailment, neutral, contradiction.
WORTH = (1, 0, -1)


def c_score(*, judge: str = "") -> Metric:
    """Mean over replies of the sum over statements of 1 (entailed), 0 or -1 (contradicted).

    The whole reply is the premise and a statement the hypothesis; the likeliest of the three labels
    counts. Replies of personas without statements have no value; at most 64 statements are asked.
    `judge` names another inference model than the guard's (`c-score@second` in a list of metrics).
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        nli = kit.need_nli("c-score", judge)
        spans: list[range | None] = []
        pairs: list[tuple[str, str]] = []
        for sample in samples:
            statements = sample.scene.persona.statements[:STATEMENTS_LIMIT]
            if not (replied(sample) and statements):
                spans.append(None)
                continue
            start = len(pairs)
            pairs += [(sample.reply, statement) for statement in statements]
            spans.append(range(start, len(pairs)))
        worth = [WORTH[int(label)] for label in nli.classify(pairs).argmax(axis=1)]
        return mean_scores(
            "c-score",
            [None if span is None else float(sum(worth[at] for at in span)) for span in spans],
            unit="statements",
            higher_is_better=True,
            detail={
                "judge": nli.name,
                "judge_fingerprint": nli.fingerprint,
                "entailed": worth.count(1),
                "contradicted": worth.count(-1),
                "pairs": len(pairs),
            },
        )

    return measure
