"""Which replies meet: every two systems on every prompt that both have replied to, blinded.

The order of the contests and of the two sides depends on the seed alone, so that a stopped session
goes on, and no system is always shown first.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TypeAlias

from personae.data import Sample
from personae.errors import FormatError, InvalidOption
from personae.evaluate.rankings.votes import Vote, Winner, read_votes, vote_lines
from personae.evaluate.record import atomic_file, read_samples, write_json
from personae.text.faults import faults_of
from personae.text.parsing import Place, Record, parse_json, read_text

VOTES, ARENA = "votes.csv", "arena.json"
TIE: Winner = "tie"


@dataclass(frozen=True, slots=True)
class Contest:
    """Two replies to one prompt; who judges it is not told the names of the systems."""

    first: str
    second: str
    first_sample: Sample
    second_sample: Sample

    @property
    def prompt(self) -> str:
        return self.first_sample.id

    @property
    def replies(self) -> tuple[str, str]:
        return self.first_sample.reply, self.second_sample.reply

    def vote(self, rater: str, winner: Winner) -> Vote:
        """The vote that this winner makes."""
        return Vote(self.prompt, rater, self.first, self.second, winner)


Systems: TypeAlias = Mapping[str, Sequence[Sample]]
# A contest to its winner; None: no verdict (the model failed, or the person wants to stop).
Judge: TypeAlias = Callable[[Contest], Winner | None]


def read_systems(folders: Mapping[str, Path]) -> dict[str, tuple[Sample, ...]]:
    """The samples of run folders by the systems' names. Raises FormatError, InvalidOption."""
    if len(folders) < 2:
        raise InvalidOption("An arena needs at least two systems.")
    return {name: read_samples(folder) for name, folder in folders.items()}


def contests(systems: Systems, *, seed: int = 0, limit: int | None = None) -> list[Contest]:
    """Every pair on each of the first `limit` prompts, in a random order and on random sides.

    A failed reply takes part in nothing. Raises InvalidOption where two systems have no prompt in
    common, or one id is another scene for one of them.
    """
    replied = {
        name: {one.id: one for one in samples if not one.error}
        for name, samples in systems.items()
    }  # fmt: skip
    kept = list(dict.fromkeys(one.id for samples in systems.values() for one in samples))[:limit]
    rng, found = random.Random(f"arena {seed}"), []
    for one, other in combinations(replied, 2):
        common = [name for name in kept if name in replied[one] and name in replied[other]]
        if not common:
            raise InvalidOption(f"{one} and {other} have not replied to one common prompt.")
        for prompt in common:
            pair = [(one, replied[one][prompt]), (other, replied[other][prompt])]
            _same_scene(*pair)
            rng.shuffle(pair)
            (first, first_sample), (second, second_sample) = pair
            found.append(Contest(first, second, first_sample, second_sample))
    rng.shuffle(found)
    return found


def obvious(contest: Contest) -> Winner | None:
    """The winner where nobody need be asked: equals tie, no reply and an echo lose; else None."""
    first, second = contest.replies
    if first.split() == second.split():
        return TIE
    heard = contest.first_sample.scene.last_user_text
    bad = [bool({"empty", "echoes"} & set(faults_of(one, heard=heard))) for one in (first, second)]
    if bad[0] == bad[1]:
        return TIE if bad[0] else None
    return "second" if bad[0] else "first"


def still_open(asked: Sequence[Contest], rater: str, votes: Iterable[Vote]) -> list[Contest]:
    """The contests that the rater has not voted on."""
    done = {vote.key for vote in votes}
    return [one for one in asked if one.vote(rater, TIE).key not in done]


def vote_all(asked: Sequence[Contest], rater: str, judge: Judge, file: Path) -> Iterator[Vote]:
    """Ask the judge about each contest; each vote is in the file before it is given."""
    for contest in asked:
        winner = obvious(contest) or judge(contest)
        if winner is not None:
            vote = contest.vote(rater, winner)
            append_vote(file, vote)
            yield vote


def append_vote(file: Path, vote: Vote) -> None:
    """Add a vote to the end of a file, with the head where it is new."""
    text = vote_lines([vote], file, head=not file.exists())
    with file.open("a", encoding="utf-8", newline="") as handle:
        handle.write(text)


def replace_votes(file: Path, votes: Sequence[Vote]) -> None:
    """Write the whole file anew, all or nothing."""
    with atomic_file(file) as handle:
        handle.write(vote_lines(votes, file, head=True).encode())


def known_votes(file: Path, systems: Sequence[str]) -> tuple[Vote, ...]:
    """The votes of a file that may not be there yet. Raises FormatError as `read_votes`."""
    return read_votes(file, systems) if file.exists() and file.stat().st_size else ()


def begin_arena(out: Path, systems: Systems, seed: int) -> None:
    """Note whose replies are compared; refuse a folder in which they were others.

    Raises InvalidOption, which names the system whose replies have changed, FormatError.
    """
    out.mkdir(parents=True, exist_ok=True)
    digests = {name: _digest(samples) for name, samples in systems.items()}
    file = out / ARENA
    if file.exists():
        record = Record.of(parse_json(read_text(file), Place(file)), Place(file), "arena")
        there, kept = record.fields.get("seed"), record.record("systems").fields
        changed = [name for name in digests if kept.get(name, digests[name]) != digests[name]]
        if changed:
            raise InvalidOption(
                f"The votes in {out} are on other replies of {changed[0]!r}. Name another folder."
            )
        if there != seed:
            raise InvalidOption(f"The votes in {out} were begun with --seed {there}, not {seed}.")
        digests = {**kept, **digests}
    write_json(file, {"seed": seed, "systems": digests})


def _digest(samples: Sequence[Sample]) -> str:
    text = "".join(f"{one.id}\0{one.reply}\0" for one in samples)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _same_scene(one: tuple[str, Sample], other: tuple[str, Sample]) -> None:
    texts = [[turn.text for turn in sample.scene.turns] for _, sample in (one, other)]
    if texts[0] != texts[1]:
        raise InvalidOption(
            f"The prompt {one[1].id!r} is not the same scene for {one[0]} and {other[0]}: "
            "their runs are on other data."
        )


def folder_names(folders: Sequence[Path]) -> dict[str, Path]:
    """Run folders under their own names, or under their paths where two are called the same."""
    names = [folder.resolve().name for folder in folders]
    distinct = len(set(names)) == len(names)
    found = dict(zip(names if distinct else map(str, folders), folders, strict=True))
    if len(found) != len(folders):
        raise FormatError("One run is named twice.", file=folders[0])
    return found
