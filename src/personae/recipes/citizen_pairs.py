"""Pairs of answers of which a citizen prefers one: planted, or by a model's critique (S034).

As in PERSONA: a base answer, a critique of it as that citizen, and an answer revised by it, which
is preferred to the base. The rows are those of `apc_preferences.write_pairs`, for training by DPO.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.benchmarks.nearness import vectors_of
from personae.benchmarks.persona_testbed import chosen_citizens, told_persona
from personae.lm.types import Message, Request, Sampling
from personae.populations.people import Citizen, sentences
from personae.populations.preferences import Prompt, prompts
from personae.recipes.apc_preferences import Pair
from personae.recipes.kept_rows import kept_rows
from personae.text.sentences import complete_sentences

if TYPE_CHECKING:
    from personae.lm.types import LanguageModel

Show = Callable[[str, int, int], None]
ANSWER_TOKENS, CRITIQUE_TOKENS = 64, 48
CRITIQUE = (
    "Somebody was asked: {query}\nThey answered: {answer}\n\n"
    "In one sentence, as {name}: what do you not like about this answer, and what do you want?"
)
REVISE = (
    "Question: {query}\nAnswer: {answer}\nWhat {name} says about it: {critique}\n\n"
    "Write a new answer of two sentences that {name} likes better."
)


@dataclass(frozen=True, slots=True)
class Revision:
    """A base answer, what a citizen finds wrong with it, and what became of it.

    `gain` is how much nearer the revised answer is than the base to the answer that is planted as
    the citizen's (less the same for the other side's), in cosines.
    """

    prompt: str
    side: int
    statements: tuple[str, ...]
    query: str
    base: str
    critique: str
    revised: str
    gain: float


def planted_pairs(number: int, seed: int) -> Iterator[Pair]:
    """`number` pairs, spread over the testbed's questions and their sides; the gap is always 1."""
    persons = -(-number // (2 * len(list(prompts()))))
    every = list(chosen_citizens(persons, seed))
    for at in range(number):
        prompt, side, _, citizen = every[at * len(every) // number]
        _, known = told_persona(citizen, prompt, "summary")
        # What decides must be told, or a model would learn to guess.
        known[prompt.attribute] = sentences(citizen)[prompt.attribute]
        told = tuple(known.values())
        yield Pair(told, prompt.text, prompt.answers[side], prompt.answers[1 - side], 1.0)


def revisions(lm: LanguageModel, number: int, seed: int, file: Path, show: Show) -> list[Revision]:
    """`number` answers, criticised and revised, spread over the testbed's questions.

    Rows are kept in `file`: the same call goes on where it was stopped.
    """
    every = list(chosen_citizens(1, seed))
    asked = [every[at * len(every) // number] for at in range(min(number, len(every)))]

    def made(at: int) -> Iterator[dict[str, Any]]:
        prompt, side, _, citizen = asked[at]
        yield _row(_revision(lm, prompt, side, citizen, seed))
        show("revising", at + 1, len(asked))

    rows = kept_rows(file, range(len(asked)), made)
    return [Revision(**{**row, "statements": tuple(row["statements"])}) for row in rows]


def pairs_of(found: Sequence[Revision]) -> list[Pair]:
    """Revised over base, where the revision says something else."""
    return [
        Pair(one.statements, one.query, one.revised, one.base, round(one.gain, 4))
        for one in found
        if one.revised and one.base and one.revised != one.base
    ]


def _row(one: Revision) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Revision.__slots__}


def _revision(
    lm: LanguageModel, prompt: Prompt, side: int, citizen: Citizen, seed: int
) -> Revision:
    persona, known = told_persona(citizen, prompt, "summary")
    known[prompt.attribute] = sentences(citizen)[prompt.attribute]
    told = f"You are {persona.name}. " + " ".join(known.values())
    first = zlib.crc32(f"{seed}/{prompt.id}/{side}".encode())

    def write(system: str, text: str, tokens: int, temperature: float) -> str:
        request = Request(
            messages=(Message("system", system), Message("user", text)), replayable=True,
            sampling=Sampling(temperature=temperature, seed=first, max_tokens=tokens,
                              repeat_penalty=1.1),
        )  # fmt: skip
        return complete_sentences(" ".join(lm.generate(request).text.split()))

    query, name = prompt.text, persona.name
    base = write("Answer in two sentences.", query, ANSWER_TOKENS, 0.7)
    critique = write(
        told, CRITIQUE.format(query=query, answer=base, name=name), CRITIQUE_TOKENS, 0.3
    )
    revised = write(
        told, REVISE.format(query=query, answer=base, name=name, critique=critique),
        ANSWER_TOKENS, 0.3,
    )  # fmt: skip
    gain = gain_of(base, revised, prompt, side)
    return Revision(prompt.id, side, tuple(known.values()), query, base, critique, revised, gain)


def gain_of(base: str, revised: str, prompt: Prompt, side: int) -> float:
    """How much nearer to the citizen's side the revised answer is than the base, in cosines."""
    if not base or not revised:
        return 0.0
    mine, other = prompt.answers[side], prompt.answers[1 - side]
    at = vectors_of([base, revised, mine, other])
    lean = at[:2] @ (at[2] - at[3])
    return round(float(lean[1] - lean[0]), 6)
