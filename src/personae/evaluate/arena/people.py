"""Replies that people have graded, as systems and votes: who graded A above B voted for A."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from personae.data import Sample, stable_id
from personae.errors import UnknownEntry
from personae.evaluate.arena.contests import VOTES, replace_votes
from personae.evaluate.rankings.votes import Vote
from personae.evaluate.record import RUN, SAMPLES, atomic_file, write_json
from personae.formats.rated import SETS, RatedReply, rated_replies

# Where the n-th grade of each reply is by the same person. Elsewhere only means can be compared.
SAME_RATERS = ("usr-personachat",)
EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Graded:
    """The systems of a graded set with their replies, and the votes that the grades make."""

    systems: dict[str, tuple[Sample, ...]]
    votes: tuple[Vote, ...]


def graded(name: str) -> Graded:
    """A set by its name. Raises UnknownEntry, FormatError."""
    if name not in SETS:
        raise UnknownEntry("graded set", name, SETS)
    return from_grades(rated_replies(name), same_raters=name in SAME_RATERS)


def from_grades(replies: Sequence[RatedReply], *, same_raters: bool) -> Graded:
    """Systems and votes. Of several replies of a system to one context the first counts."""
    systems: defaultdict[str, dict[str, Sample]] = defaultdict(dict)
    grades: defaultdict[str, dict[str, RatedReply]] = defaultdict(dict)
    for one in replies:
        prompt, system = stable_id("prompt", one.context), _slug(one.system)
        if system not in grades[prompt]:
            grades[prompt][system] = one
            systems[system][prompt] = one.sample.model_copy(update={"id": prompt})
    votes = tuple(
        vote
        for prompt, by_system in grades.items()
        for (first, one), (second, other) in combinations(sorted(by_system.items()), 2)
        for vote in _votes(prompt, first, second, one, other, same_raters)
    )
    return Graded({name: tuple(found.values()) for name, found in sorted(systems.items())}, votes)


def write_graded(found: Graded, out: Path, name: str) -> None:
    """A run folder for each system below `out`, and the votes of people beside them."""
    for system, samples in found.systems.items():
        (out / system).mkdir(parents=True, exist_ok=True)
        with atomic_file(out / system / SAMPLES) as handle:
            handle.writelines(one.to_json().encode() + b"\n" for one in samples)
        record = {"method": system, "data": {"path": name}, "samples": len(samples)}
        write_json(out / system / RUN, record)
    replace_votes(out / VOTES, found.votes)


def _votes(
    prompt: str, first: str, second: str, one: RatedReply, other: RatedReply, same_raters: bool
) -> list[Vote]:
    pairs = (
        list(zip(one.ratings, other.ratings, strict=False))
        if same_raters
        else [(one.rating, other.rating)]
    )
    return [
        Vote(
            prompt,
            f"rater-{number}" if same_raters else EVERYBODY,
            first,
            second,
            "first" if a > b else "second" if b > a else "tie",
        )
        for number, (a, b) in enumerate(pairs, 1)
    ]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "system"
