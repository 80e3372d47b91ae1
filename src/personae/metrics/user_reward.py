"""What a simulated user gives for the reply: their weights times the scorers' z-scores (S077)."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.answer_scorers import SCORERS, Scale, answer_scores
from personae.metrics.types import Metric, Scores, labels_of, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S077",), labelled=True, embedder=True)


def user_reward() -> Metric:
    """The mean of R(x, y) = sum over scorers of w_b z_b(x, y), in standard deviations.

    An option has the reward that its question says; what a model wrote is scored. Samples without
    a user have no value.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = rewards_of(samples, kit)
        return mean_scores("user-reward", values, unit="sd", higher_is_better=True)

    return measure


def rewards_of(samples: Sequence[Sample], kit: Kit) -> list[float | None]:
    """The reward of each sample's reply, None where it failed or no user is known."""
    found: list[float | None] = [_known(one) for one in samples]
    written = [
        at for at, one in enumerate(samples)
        if found[at] is None and replied(one) and _user(one) is not None
    ]  # fmt: skip
    if written:
        pairs = [(samples[at].scene.last_user_text, samples[at].reply) for at in written]
        raw = answer_scores(pairs, kit.need_embedder("user-reward"))
        for at, row in zip(written, raw, strict=True):
            labels = samples[at].record["labels"]
            scale = Scale(tuple(labels["means"]), tuple(labels["deviations"]))
            found[at] = float(scale.z(row[None])[0] @ labels["weights"])
    return found


def _user(sample: Sample) -> list[float] | None:
    weights = labels_of(sample).get("weights")
    return weights if isinstance(weights, list) and len(weights) == len(SCORERS) else None


def _known(sample: Sample) -> float | None:
    options, user = sample.record.get("options"), _user(sample)
    if not replied(sample) or user is None or not isinstance(options, list):
        return None
    rewards = sample.record["labels"]["rewards"]
    return float(rewards[options.index(sample.reply)]) if sample.reply in options else None
