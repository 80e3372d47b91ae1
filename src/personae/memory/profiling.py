"""A character's description, made from its story by a language model (S085).

Xu et al. 2024: by hierarchical merging each piece of the story is summed up for the character, and
summaries are merged until one is left; by incremental updating one description is taken along from
piece to piece. Prompts are ours, short for small models.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from personae.data.noun import stable_id
from personae.lm.types import LanguageModel, Message, Request, Sampling, require
from personae.text.quoting import marked
from personae.text.sentences import complete_sentences, split_sentences

Way: TypeAlias = Literal["merge", "update"]
WAYS: tuple[Way, ...] = ("merge", "update")
MERGED_AT_ONCE = 4
LINES_LIMIT = 12
SUMMARY_TOKENS, PROFILE_TOKENS = 80, 200
# The text of a task and how many tokens to answer with -> the answer.
Ask: TypeAlias = Callable[[str, int], str]
OnCall: TypeAlias = Callable[[int, int], None]  # calls done, calls in all


@dataclass(frozen=True, slots=True)
class Profile:
    """The sentences of a description, and how many calls they took."""

    lines: tuple[str, ...]
    calls: int


def profile_of(
    name: str, story: Sequence[str], ask: Ask, *, way: Way = "merge", on_call: OnCall | None = None
) -> Profile:
    """The description of a character from the pieces of its story; pieces without it are skipped.

    Up to twelve sentences; none where the story never names the character.
    """
    own = [piece for piece in story if name in piece]
    tell = on_call or (lambda done, total: None)
    steps = _merged(name, own, ask) if way == "merge" else _updated(name, own, ask)
    total, text, calls = calls_of(len(own), way), "", 0
    for calls, text in enumerate(steps, start=1):  # noqa: B007 - the last one is the profile
        tell(calls, total)
    lines = [line for line in dict.fromkeys(split_sentences(text)) if len(line.split()) > 2]
    return Profile(tuple(lines[:LINES_LIMIT]), calls)


def calls_of(pieces: int, way: Way) -> int:
    """How many calls a profile takes."""
    if way == "update":
        return pieces
    calls = level = pieces
    while level > 1:
        level = -(-level // MERGED_AT_ONCE)
        calls += level
    return calls


def asking(lm: LanguageModel, *, seed: int = 0) -> Ask:
    """A language model that answers greedily. Raises CapabilityError."""
    require(lm, ("chat",), "Making a profile")

    def ask(text: str, max_tokens: int) -> str:
        sampling = Sampling(temperature=0, repeat_penalty=1.1, max_tokens=max_tokens, seed=seed)
        request = Request(messages=(Message("user", text),), sampling=sampling, replayable=True)
        answer = lm.generate(request).text
        return (complete_sentences(answer) or answer).strip()

    return ask


def kept_answers(ask: Ask, file: Path, who: str) -> Ask:
    """`ask` with its answers kept in a file, a line each: what is there is not asked again.

    `who` says who answers; answers of others are not taken. Half a last line, as a kill leaves it,
    is passed over.
    """
    known: dict[str, str] = {}
    content = file.read_text("utf-8") if file.exists() else ""
    for line in content.splitlines():
        try:
            key, answer = json.loads(line)
        except (ValueError, TypeError):
            continue
        known[key] = answer
    if content and not content.endswith("\n"):  # or the next answer were lost with the half line
        with file.open("a", encoding="utf-8") as kept:
            kept.write("\n")

    def asked(text: str, max_tokens: int) -> str:
        key = stable_id("answer", who, max_tokens, text)
        if key not in known:
            known[key] = ask(text, max_tokens)
            with file.open("a", encoding="utf-8") as kept:
                kept.write(json.dumps([key, known[key]]) + "\n")
        return known[key]

    return asked


def _merged(name: str, story: Sequence[str], ask: Ask) -> Iterator[str]:
    """The summary of each piece, then of four summaries at a time, until one is left."""
    level: list[str] = []
    for piece in story:
        level.append(ask(_summarise(name, piece), SUMMARY_TOKENS))
        yield level[-1]
    while len(level) > 1:
        merged: list[str] = []
        for first in range(0, len(level), MERGED_AT_ONCE):
            notes = "\n".join(level[first : first + MERGED_AT_ONCE])
            merged.append(ask(_merge(name, notes), PROFILE_TOKENS))
            yield merged[-1]
        level = merged


def _updated(name: str, story: Sequence[str], ask: Ask) -> Iterator[str]:
    """The description after each piece; an empty answer leaves it as it was."""
    profile = ""
    for piece in story:
        profile = ask(_update(name, profile, piece), PROFILE_TOKENS) or profile
        yield profile


def _summarise(name: str, piece: str) -> str:
    return (
        f"Part of a story:\n{marked(piece)}\nWhat does it show of {name}'s character, past and "
        f"relationships? Answer in two short sentences that begin with {name}."
    )


def _merge(name: str, notes: str) -> str:
    return (
        f"Notes about {name}:\n{marked(notes)}\nMerge them into one description of {name}, in at "
        "most eight short sentences, without repetitions."
    )


def _update(name: str, profile: str, piece: str) -> str:
    return (
        f"What is known of {name}:\n{marked(profile or 'Nothing yet.')}\nNext part of the story:\n"
        f"{marked(piece)}\nWrite the description of {name} anew, with what the part adds, in at "
        "most eight short sentences."
    )
