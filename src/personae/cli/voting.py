"""The loop in which a person votes on blind pairs of replies."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from personae.cli.output import plain

if TYPE_CHECKING:
    from personae.evaluate.arena.contests import Contest
    from personae.evaluate.rankings.votes import Vote, Winner

KEYS = "a or b: the better reply   t: a tie   p: the persona   u: undo   q: stop, all is kept"
Say = Callable[[str], None]
SHOWN_TURNS = 6


def vote_by_hand(asked: Sequence[Contest], rater: str, file: Path, say: Say) -> int:
    """Ask about one contest after the other until `q` or the end of the input; how many votes.

    Each vote is in the file at once; `u` takes the last one of this session back.
    """
    from personae.evaluate.arena.contests import append_vote, obvious

    if asked:
        say(KEYS)
    at, taken = 0, list[int]()
    while at < len(asked):
        contest = asked[at]
        answer = obvious(contest) or _answer(contest, at, len(asked), say)
        if answer == "q":
            break
        if answer == "u":
            while taken and obvious(asked[at := taken.pop()]):
                _take_back(file, asked[at].vote(rater, "tie"))
            _take_back(file, asked[at].vote(rater, "tie"))
            continue
        append_vote(file, contest.vote(rater, cast("Winner", answer)))
        taken.append(at)
        at += 1
    return len(taken)


def _take_back(file: Path, vote: Vote) -> None:
    """Remove the vote on the same contest, where there is one."""
    from personae.evaluate.arena.contests import known_votes, replace_votes

    there = known_votes(file, ())
    kept = [one for one in there if one.key != vote.key]
    if len(kept) < len(there):
        replace_votes(file, kept)


def _answer(contest: Contest, at: int, total: int, say: Say) -> str:
    """`first`, `second`, `tie`, `u` or `q` (also at the end of the input)."""
    scene = contest.first_sample.scene
    say(f"\n— {at + 1} of {total} —")
    for turn in scene.turns[-SHOWN_TURNS:]:
        say(plain(f"  {turn.speaker}: {turn.text}"))
    for letter, reply in zip("AB", contest.replies, strict=True):
        say(plain(f"{letter}> {reply}"))
    while True:
        key = _key()
        if key is None or key == "q":
            return "q"
        if key in _WINNERS:
            return _WINNERS[key]
        if key == "u":
            return "u"
        if key == "p":
            for statement in scene.persona.statements or ("Nothing is known of the persona.",):
                say(plain(f"  {statement}"))
        else:
            say(KEYS)


_WINNERS = {"a": "first", "b": "second", "t": "tie"}


def _key() -> str | None:
    """The next line of the input in lower case, or None at its end."""
    if sys.stdin.isatty():
        print("? ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    return line.strip().lower() if line else None
