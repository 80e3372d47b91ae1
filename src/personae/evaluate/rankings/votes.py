"""Votes: who won a blind comparison of two systems on one prompt, in a file of their own.

A file is CSV with a head, or JSON Lines, with the fields `prompt`, `rater`, `first`, `second`
(names of systems) and `winner` (`first`, `second` or `tie`). What else a line holds is ignored.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from personae.errors import FormatError, InvalidOption
from personae.text.parsing import Place, Record, dump_json, json_lines, read_text

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

Winner = Literal["first", "second", "tie"]
WINNERS: tuple[Winner, ...] = get_args(Winner)
NAME_LIMIT = 500  # characters of a prompt's id, a rater, a system


@dataclass(frozen=True, slots=True)
class Vote:
    """One judgement: which of two systems' replies to a prompt a rater found better."""

    prompt: str
    rater: str
    first: str
    second: str
    winner: Winner

    @property
    def pair(self) -> tuple[str, str]:
        """The two systems in alphabetical order."""
        return (self.first, self.second) if self.first < self.second else (self.second, self.first)

    @property
    def key(self) -> tuple[str, str, tuple[str, str]]:
        """What is judged once only: prompt, rater and pair."""
        return self.prompt, self.rater, self.pair

    @property
    def sign(self) -> int:
        """1 where the first of `pair` won, -1 where the second did, 0 for a tie."""
        if self.winner == "tie":
            return 0
        won = self.first if self.winner == "first" else self.second
        return 1 if won == self.pair[0] else -1


FIELDS = tuple(field.name for field in fields(Vote))


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes as numbers: `wins[p, i, j]` of system i over j on prompt p, `ties` symmetric."""

    systems: tuple[str, ...]
    prompts: tuple[str, ...]
    wins: NDArray[float64]
    ties: NDArray[float64]

    @property
    def halved(self) -> NDArray[float64]:
        """Wins with a tie as half a win for both."""
        return self.wins + 0.5 * self.ties


def read_votes(file: Path, systems: Sequence[str] = ()) -> tuple[Vote, ...]:
    """The votes of a .csv or .jsonl file; an equal vote said twice counts once.

    Raises FormatError for a file without votes, an unknown winner, a system that is not among
    `systems` (where any are given), one that meets itself, and a rater's second vote on the same
    prompt and pair that says something else.
    """
    found: dict[object, tuple[Vote, Place]] = {}
    for place, record in _records(file):
        vote = _vote(record, systems)
        there = found.get(vote.key)
        if there is not None and there[0].sign != vote.sign:
            raise place.fault(
                f"{vote.rater!r} voted on {vote.prompt!r} for {' and '.join(vote.pair)} in line "
                f"{there[1].line} already, and otherwise. Keep one of the two."
            )
        found.setdefault(vote.key, (vote, place))
    if not found:
        raise FormatError("There is no vote in the file.", file=file)
    return tuple(vote for vote, _ in found.values())


def vote_lines(votes: Sequence[Vote], file: Path, *, head: bool) -> str:
    """Votes as the text of a .csv (with its `head` where asked) or .jsonl file."""
    if file.suffix.lower() == ".jsonl":
        rows = (dict(zip(FIELDS, astuple(vote), strict=True)) for vote in votes)
        return "".join(dump_json(row) + "\n" for row in rows)
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\n")
    writer.writerows([FIELDS] if head else [])
    writer.writerows(astuple(vote) for vote in votes)
    return held.getvalue()


def tally(votes: Sequence[Vote]) -> Tally:
    """Count votes by prompt and pair. Raises InvalidOption for fewer than two systems."""
    import numpy

    systems = tuple(sorted({name for vote in votes for name in vote.pair}))
    if len(systems) < 2:
        raise InvalidOption("A ranking needs votes on at least two systems.")
    prompts = tuple(dict.fromkeys(vote.prompt for vote in votes))
    number = {name: at for at, name in enumerate(systems)}
    place = {name: at for at, name in enumerate(prompts)}
    wins = numpy.zeros((len(prompts), len(systems), len(systems)))
    ties = numpy.zeros_like(wins)
    for vote in votes:
        one, other, at = number[vote.pair[0]], number[vote.pair[1]], place[vote.prompt]
        if vote.sign == 0:
            ties[at, one, other] += 1
            ties[at, other, one] += 1
        else:
            won, lost = (one, other) if vote.sign > 0 else (other, one)
            wins[at, won, lost] += 1
    return Tally(systems, prompts, wins, ties)


def _vote(record: Record, systems: Sequence[str]) -> Vote:
    prompt, rater, first, second, winner = (record.text(name).strip() for name in FIELDS)
    place = record.place
    for name, text in zip(FIELDS, (prompt, rater, first, second), strict=False):
        if not 0 < len(text) <= NAME_LIMIT:
            raise place.fault(f"The field {name!r} has {len(text)} characters, not 1–{NAME_LIMIT}.")
    for system in (first, second):
        if systems and system not in systems:
            raise place.fault(f"{system!r} is none of the systems: {', '.join(systems)}.")
    if first == second:
        raise place.fault(f"{first!r} is compared with itself.")
    if winner not in WINNERS:
        raise place.fault(f"The winner {winner[:40]!r} is none of {', '.join(WINNERS)}.")
    return Vote(prompt, rater, first, second, winner)


def _records(file: Path) -> Iterator[tuple[Place, Record]]:
    if file.suffix.lower() in (".jsonl", ".json"):
        for place, value in json_lines(file):
            yield place, Record.of(value, place, "vote")
        return
    reader = csv.reader(io.StringIO(read_text(file), newline=""), strict=True)
    try:
        head = [name.strip() for name in next(reader, [])]
        missing = [name for name in FIELDS if name not in head]
        if missing:
            raise FormatError(
                f"The first line must name the columns {', '.join(FIELDS)}; "
                f"{', '.join(missing)} is missing.", file=file, line=1,
            )  # fmt: skip
        for row in reader:
            place = Place(file, reader.line_num)
            if not row:
                continue
            if len(row) != len(head):
                raise place.fault(f"The line has {len(row)} columns, the first one {len(head)}.")
            yield place, Record.of(dict(zip(head, row, strict=True)), place, "vote")
    except csv.Error as error:
        raise FormatError(f"This is not CSV: {error}.", file=file, line=reader.line_num) from error
