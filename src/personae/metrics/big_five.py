"""How much replies read as if written by somebody with the persona's Big Five."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from personae.data import Sample
from personae.draft import Kit
from personae.encoders.big_five import Writer, open_big_five, writers
from personae.metrics.atomic import Target, parse_target, targets_of
from personae.metrics.judging import LISTED, placed, spoken, told
from personae.metrics.types import Metric, Scores, mean_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    paper="Jiang et al. 2024, PersonaLLM: Investigating the Ability of Large Language Models to "
    "Express Personality Traits",
    deviations="A trained head reads the texts instead of people or GPT-4.",
)


def big_five(*, target: str = "") -> Metric:
    """Mean probability of the target's pole of each trait, 0–1 (0.5 is chance).

    The target is `target` ("E:high"; N:high is emotionally stable) or each Big Five score that the
    persona states, by thirds; a reply without either, or an empty one, has no value. Single replies
    tell little: `detail["personas"]` has the probabilities of all replies of a persona together,
    and `detail["replies"]` the most telling sentence of each.
    """
    fixed = (parse_target(target),) if target else None

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        judge = open_big_five()
        wanted = [fixed or targets_of(one.scene.persona) for one in samples]
        at = [one for one in spoken(samples) if wanted[one]]
        found = writers([samples[one].reply for one in at], judge)
        pairs = list(zip(found, at, strict=True))
        together: dict[str, list[str]] = {}
        for one in at:
            together.setdefault(samples[one].scene.persona.name, []).append(samples[one].reply)
        whole = writers([" ".join(replies) for replies in together.values()], judge)
        return mean_scores(
            "big-five",
            placed(samples, at, [_worth(one, wanted[place]) for one, place in pairs]),
            unit="0–1",
            higher_is_better=True,
            detail={
                **told(judge, samples, spoken(samples)),
                "personas": {
                    name: {trait: round(one.high[trait], 4) for trait in one.high}
                    for name, one in zip(together, whole, strict=True)
                },
                "replies": [
                    _told(samples[place].id, one, wanted[place]) for one, place in pairs[:LISTED]
                ],
            },
        )

    return measure


def _worth(writer: Writer, targets: Sequence[Target]) -> float:
    """High and low count by their probability, neutral by how undecided it is."""
    found = []
    for one in targets:
        high = writer.high[one.trait]
        kinds = {"high": high, "low": 1 - high, "neutral": 1 - abs(2 * high - 1)}
        found.append(kinds[one.level])
    return fmean(found)


def _told(name: str, writer: Writer, targets: Sequence[Target]) -> dict[str, Any]:
    return {
        "sample": name,
        "traits": {
            one.trait: {"high": round(writer.high[one.trait], 4), "target": one.level,
                        "sentence": writer.evidence.get(one.trait, "")}
            for one in targets
        },
    }  # fmt: skip
