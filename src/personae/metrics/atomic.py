"""What the atomic metrics share: the target of a persona, rated replies, and totals over groups."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from personae.data import Persona, Sample
from personae.draft import Kit
from personae.encoders.traits import EXPRESSED, TRAITS, Rating, Trait, open_trait_rater
from personae.errors import InvalidOption
from personae.metrics.atoms import (
    Level,
    accuracy,
    agreement,
    internal_consistency,
    level_of,
    mean,
    retest_consistency,
)
from personae.metrics.types import Indices, Scores, replied
from personae.text.sentences import split_sentences

ATOMS_LIMIT = 64
LISTED = 20
Figure = Literal["accuracy", "internal", "retest"]
_NAMES: dict[str, Trait] = {
    "openness": "O", "conscientiousness": "C", "extraversion": "E", "agreeableness": "A",
    "neuroticism": "N",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Where a persona should stand on a trait. N: low is neurotic, high emotionally stable."""

    trait: Trait
    level: Level


@dataclass(frozen=True, slots=True)
class RatedReply:
    """One reply's sentences on one trait. `who` tells personas apart, `generation` repetitions."""

    who: str
    generation: str
    target: Target
    ratings: tuple[Rating, ...]

    @property
    def scores(self) -> list[int]:
        """The ratings that count: of sentences that express the trait."""
        return [one.score for one in self.ratings if one.score is not None]

    @property
    def out_of_character(self) -> list[Rating]:
        """Sentences that express the trait at another level than the target's."""
        return [
            one
            for one in self.ratings
            if one.score is not None and level_of(one.score) != self.target.level
        ]


Key: TypeAlias = tuple[str, Target]
Pools: TypeAlias = dict[Key, dict[str, list[int]]]  # ratings by generation


def parse_target(text: str) -> Target:
    """`"O:high"` as a target. Raises InvalidOption."""
    trait, _, level = text.strip().rpartition(":")
    trait = trait.rpartition(":")[2].strip().upper()  # "open person:O:high" is S115's way to say it
    if trait not in TRAITS or level.strip() not in get_args(Level):
        raise InvalidOption(
            f"{text!r} is no target. Write TRAIT:LEVEL, as O:high: a trait of {', '.join(TRAITS)} "
            f"and a level of {', '.join(get_args(Level))} (N:high is emotionally stable)."
        )
    return Target(trait, level.strip())  # type: ignore[arg-type]


def targets_of(persona: Persona) -> tuple[Target, ...]:
    """A target for each Big Five score that the persona states, by thirds of 0–1."""
    given = persona.traits.ocean.model_dump()
    return tuple(
        Target(trait, level_of(1 + 4 * ((1 - given[name]) if trait == "N" else given[name])))
        for name, trait in _NAMES.items()
        if given.get(name) is not None
    )


def rated_replies(samples: Sequence[Sample], kit: Kit, target: str) -> list[list[RatedReply]]:
    """Each sample's reply on each of its targets; empty where there is no reply or no target.

    Replies of one persona to the same turn are its generations, numbered in order, unless
    `scene.labels["generation"]` says which one it is.
    """
    rater = open_trait_rater(kit.embedder)
    fixed = (parse_target(target),) if target else None
    asked: Counter[tuple[str, str]] = Counter()
    found: list[list[RatedReply]] = []
    for sample in samples:
        scene = sample.scene
        key = (scene.persona.id, scene.last_user_text)
        generation = str(scene.labels.get("generation", asked[key]))
        asked[key] += 1
        wanted = (targets_of(scene.persona) if fixed is None else fixed) if replied(sample) else ()
        atoms = split_sentences(sample.reply)[:ATOMS_LIMIT]
        found.append(
            [
                RatedReply(scene.persona.id, generation, one, tuple(rater.rate(atoms, one.trait)))
                for one in wanted
            ]
        )
    return found


def atomic_scores(
    name: str, samples: Sequence[Sample], kit: Kit, figure: Figure, target: str
) -> Scores:
    """One of the three figures: hierarchical means within a persona's target, then over these."""
    rated = rated_replies(samples, kit, target)
    singles = [[_of_reply(reply, figure) for reply in replies] for replies in rated]
    values = _retests(rated) if figure == "retest" else [mean(each) for each in singles]
    present = [at for at, value in enumerate(values) if value is not None]

    def total_of(indices: Indices) -> float:
        if figure == "retest":
            total = _retest_total([rated[at] for at in indices])
        else:
            total = _mean_of_means([(rated[at], singles[at]) for at in indices])
        return math.nan if total is None else total

    rater = open_trait_rater(kit.embedder)
    strange = [(reply, one) for replies in rated for reply in replies
               for one in reply.out_of_character]  # fmt: skip
    return Scores(
        name=name,
        values=tuple(values),
        total=total_of(range(len(samples))),
        unit="−1–1" if figure == "retest" else "0–1",
        higher_is_better=True,
        resample=total_of,
        leave_one_out=(lambda indices: _without_each(total_of, indices))
        if figure == "retest"
        else None,
        detail={
            "judge": rater.name,
            "judge_fingerprint": rater.fingerprint,
            "gate": EXPRESSED,
            "atoms": sum(len(reply.ratings) for replies in rated for reply in replies),
            "rated": sum(len(reply.scores) for replies in rated for reply in replies),
            "replies": len(present),
            "out_of_character": [_told(*pair) for pair in strange[:LISTED]],
        },
    )


def _of_reply(reply: RatedReply, figure: Figure) -> float | None:
    """Accuracy or internal consistency of one reply."""
    if figure == "accuracy":
        return accuracy(reply.scores, reply.target.level)
    return internal_consistency(reply.scores)


def _retest_total(rated: Sequence[list[RatedReply]]) -> float | None:
    return mean(retest_consistency(list(mine.values())) for mine in _pools(rated).values())


def _mean_of_means(
    found: Sequence[tuple[list[RatedReply], list[float | None]]],
) -> float | None:
    """Over the replies of a generation, over generations, then over personas and traits."""
    groups: dict[Key, dict[str, list[float | None]]] = {}
    for replies, values in found:
        for reply, value in zip(replies, values, strict=True):
            mine = groups.setdefault((reply.who, reply.target), {})
            mine.setdefault(reply.generation, []).append(value)
    return mean(mean(map(mean, generations.values())) for generations in groups.values())


def _without_each(total_of: Callable[[Indices], float], indices: Indices) -> list[float]:
    return [total_of([other for other in indices if other != at]) for at in indices]


def _retests(rated: Sequence[list[RatedReply]]) -> list[float | None]:
    """Of each sample: how its generation agrees with the others, mean over its targets."""
    pools = _pools(rated)
    return [mean(_retest(reply, pools) for reply in replies) for replies in rated]


def _pools(rated: Sequence[list[RatedReply]]) -> Pools:
    pools: Pools = {}
    for replies in rated:
        for reply in replies:
            mine = pools.setdefault((reply.who, reply.target), {})
            mine.setdefault(reply.generation, []).extend(reply.scores)
    return pools


def _retest(reply: RatedReply, pools: Pools) -> float | None:
    """How alike the reply's generation is to each of the others."""
    mine = pools[reply.who, reply.target]
    own = mine[reply.generation]
    others = [pool for name, pool in mine.items() if name != reply.generation and pool]
    return mean(agreement(own, pool) for pool in others) if own else None


def _told(reply: RatedReply, one: Rating) -> dict[str, Any]:
    return {
        "atom": one.atom,
        "target": f"{reply.target.trait}:{reply.target.level}",
        "score": one.score,
        "expressed": one.expressed,
    }
