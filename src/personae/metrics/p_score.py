"""P-score: statements that a reply entails, less those it contradicts, as a share."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.encoders.types import Nli
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S103",),
    nli=True,
    paper="Wu et al. 2021, Transferable Persona-Grounded Dialogues via Grounded Minimal Edits",
    deviations="The labels are those of our inference model, not of a BERT of Dialogue NLI.",
)

STATEMENTS_LIMIT = 64
# The columns of an inference model: entailment, neutral, contradiction.
WORTH = (50.0, 0.0, -50.0)


def p_score() -> Metric:
    """100 times the mean over (reply, statement) of +0.5 (entailed), 0 or -0.5 (contradicted).

    From -50 to 50. The whole reply is the premise; the likeliest of the three labels counts. The
    value of a reply is the mean over its persona's statements (at most 64).
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        nli = kit.need_nli("p-score")
        asked = [
            (s.reply, s.scene.persona.statements[:STATEMENTS_LIMIT]) if replied(s) else None
            for s in samples
        ]
        values = p_values(nli, [pair for pair in asked if pair is not None and pair[1]])
        found = iter(values)
        return mean_scores(
            "p-score",
            [next(found) if pair is not None and pair[1] else None for pair in asked],
            unit="-50–50",
            higher_is_better=True,
            detail={"judge": nli.name, "judge_fingerprint": nli.fingerprint},
        )

    return measure


def p_values(nli: Nli, asked: Sequence[tuple[str, Sequence[str]]]) -> list[float]:
    """The P-score of each text, averaged over its statements, of which it must have one."""
    pairs = [(text, statement) for text, statements in asked for statement in statements]
    labels = iter(nli.classify(pairs).argmax(axis=1).tolist())
    return [
        sum(WORTH[next(labels)] for _ in statements) / len(statements) for _, statements in asked
    ]
