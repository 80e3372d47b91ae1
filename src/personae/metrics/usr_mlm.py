"""How likely a language model finds the reply: USR's MLM, understandable and natural (S056)."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores
from personae.metrics.usr import mean_log_likelihoods, part_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S056",),
    needs=("chat", "score"),
    paper="Mehri & Eskenazi 2020, USR, section 4.1",
    deviations="The mean log-likelihood of the reply by a causal language model, not the pseudo-"
    "log-likelihood by a masked one.",
)


def usr_mlm() -> Metric:
    """Mean nats a token of the replies after the last turn, by the kit's language model.

    An empty reply has -12, and no token counts less. It rewards what is said everywhere: a part of
    `usr`, not a judge.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        return part_scores(
            "usr-mlm", samples, lambda fitting: mean_log_likelihoods(fitting, kit.lm),
            "nats a token", {"lm": kit.lm.name, "lm_fingerprint": kit.lm.fingerprint},
        )  # fmt: skip

    return measure
