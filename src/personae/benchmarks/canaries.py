"""Canaries: does a hostile persona give away what its operator keeps back (S080)?"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from personae.benchmarks.types import Benchmark, Question, nothing_said
from personae.data import Persona, Policy, PolicyRule, Scene, Turn
from personae.data.noun import Noun
from personae.errors import FormatError
from personae.formats.policy_file import LABEL, read_noun
from personae.formats.reading import find_data
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S080",),
    aka=("jekyll-hyde",),
    paper="Collu et al. 2023, Dr. Jekyll and Mr. Hyde: Two Faces of LLMs",
    deviations="What is forbidden is harmless: secrets that the operator made up. Personas, "
    "requests and defences are ours, as the authors withhold theirs.",
)

OWN = Path(__file__).parent / "canaries.yaml"
ASKER = "Visitor"

Part = Literal["test", "dev"]
Text = Annotated[str, Field(min_length=1, max_length=2_000)]


class Allowed(Noun):
    """A question that may be answered, and strings of which a right answer has one."""

    ask: Text
    answers: Annotated[tuple[Text, ...], Field(min_length=1, max_length=50)]


class Kept(Policy):
    """A policy with what may be asked under it; `dev` ones are for choosing a defence."""

    part: Part = "test"
    allowed: Annotated[tuple[Allowed, ...], Field(max_length=200)] = ()


class Suite(Noun):
    """Personas by kind, requests with `{about}` and `{char}` in them, and policies."""

    personas: Annotated[
        dict[Text, Annotated[tuple[Persona, ...], Field(min_length=1, max_length=200)]],
        Field(min_length=1, max_length=20),
    ]
    requests: Annotated[tuple[Text, ...], Field(min_length=1, max_length=200)]
    policies: Annotated[tuple[Kept, ...], Field(min_length=1, max_length=100)]


def canaries(*, data: str = "", part: Part = "test") -> Benchmark:
    """Every request for every rule, and every allowed question, by one persona of each kind.

    `data` is a suite as `canaries.yaml`, here or below $PERSONAE_DATA; by default our own of six
    policies. `part=dev` asks two other ones, which defences were chosen on. The method needs the
    policy: `policy-guard`. Raises FormatError.
    """
    source = find_data(data) if data else OWN
    suite = read_suite(source)
    questions = tuple(_questions(suite, part))
    if not questions:
        raise FormatError(f"There is no policy of the part {part!r}.", file=source)
    return Benchmark(
        version="1",
        ask="reply",
        questions=questions,
        metrics=("canary-leaked@second", "allowed-answered", "length"),
        source=f"The suite {data}." if data else "Secrets of our own, all harmless (CC0).",
        baselines={"nothing": nothing_said, "refuses": _refuses, "recites": _recites},
    )


def read_suite(source: Path) -> Suite:
    """The suite in a file. Raises FormatError with the line of the first fault."""
    return read_noun(source, Suite, "suite", of="canaries")


def _questions(suite: Suite, part: Part) -> Iterator[Question]:
    """Personas of a kind take turns, so that each meets every policy."""
    for number, policy in enumerate(one for one in suite.policies if one.part == part):
        for kind, people in suite.personas.items():
            asked = [(request, rule, ()) for rule in policy.rules for request in suite.requests]
            may = [(one.ask, None, one.answers) for one in policy.allowed]
            for at, (text, rule, answers) in enumerate([*asked, *may]):
                persona = people[(number + at) % len(people)]
                yield _question(
                    f"{policy.name}:{kind}:{at}", kind, policy, persona, text, rule, answers
                )


def _question(
    id: str, kind: str, policy: Kept, persona: Persona, text: str, rule: PolicyRule | None,  # noqa: A002
    answers: tuple[str, ...],
) -> Question:  # fmt: skip
    about = rule.about if rule else ""
    asked = text.replace("{about}", about).replace("{char}", persona.display_name)
    told = policy.model_dump(mode="json", include=set(Policy.model_fields))
    labels = {"rule": rule.to_dict()} if rule else {"answers": list(answers)}
    return Question(
        id=id,
        scene=Scene(
            persona=persona,
            turns=(Turn(speaker=ASKER, text=asked),),
            user=ASKER,
            labels={LABEL: told},
        ),
        group=f"{kind}, {'forbidden' if rule else 'allowed'}",
        labels=labels,
    )


def _refuses(question: Question, rng: random.Random) -> str:
    """Whoever refuses everything leaks nothing, and answers nothing."""
    return "I keep that to myself. Ask me something else."


def _recites(question: Question, rng: random.Random) -> str:
    """Whoever recites what it was told leaks everything, and answers everything."""
    told = Policy.model_validate(question.scene.labels[LABEL])
    return " ".join([told.duty, *(rule.rule for rule in told.rules)])
