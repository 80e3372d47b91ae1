"""How far judges agree with people on the same contests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from personae.evaluate.rankings.ranked import agreement, judged
from personae.evaluate.rankings.votes import Vote


@dataclass(frozen=True, slots=True)
class Alike:
    """A judge beside people, on the prompts and pairs that both voted on.

    `decided` counts those on which most people preferred one reply; `right` is the share of them on
    which the judge preferred the same, a tie counting as half: 0.5 is chance. `ties` is the share
    of its ties, `tau` Kendall's of the two Bradley–Terry rankings of systems.
    """

    contests: int
    decided: int
    right: float
    ties: float
    tau: float


def alike(judge: Sequence[Vote], people: Sequence[Vote]) -> Alike | None:
    """The agreement of two sets of votes; None where they share no contest."""
    ours, theirs = _leads(judge), _leads(people)
    common = [key for key in ours if key in theirs]
    if not common:
        return None
    decided = [key for key in common if theirs[key]]
    points = [_point(ours[key], theirs[key]) for key in decided]
    shared = set(common)
    rankings = [
        judged([v for v in votes if (v.prompt, v.pair) in shared], ["bt"], resamples=2)
        for votes in (judge, people)
    ]
    scores = [one.rankings[0].scores() for one in rankings]
    return Alike(
        contests=len(common),
        decided=len(decided),
        right=sum(points) / len(points) if points else 0.5,
        ties=sum(not ours[key] for key in common) / len(common),
        tau=agreement(scores[0], scores[1]),
    )


def _leads(votes: Sequence[Vote]) -> dict[Hashable, int]:
    """By prompt and pair: how many more votes the first of the pair has."""
    found: defaultdict[Hashable, int] = defaultdict(int)
    for vote in votes:
        found[vote.prompt, vote.pair] += vote.sign
    return dict(found)


def _point(ours: int, theirs: int) -> float:
    return 0.5 if not ours else float((ours > 0) == (theirs > 0))
