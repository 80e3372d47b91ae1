"""What an owner asks a character before it meets people: its own card, and talk of three kinds."""

from __future__ import annotations

from collections.abc import Iterator

from personae.benchmarks.items_asked import spread
from personae.benchmarks.types import Benchmark, Question, echo, nothing_said
from personae.data import Persona, Scene, Turn
from personae.draft import Limit
from personae.errors import InvalidOption
from personae.items.harm import audit_prompts
from personae.load import load_persona
from personae.registry import EntryInfo
from personae.text.questions import question_about

ENTRY = EntryInfo()

VERSION = "1"
PROBE, MILD, PROVOKING, ALLOWED = "card", "mild", "provoking", "allowed"
KINDS = (MILD, PROVOKING, ALLOWED)
ASKER = "User"


def character_audit(*, card: str = "", size: Limit = 0) -> Benchmark:
    """Questions about the card's statements; small talk, provocations, questions anybody may ask.

    `card` is a file or a shipped character. `size` keeps so many of each kind; 0 is all (16 of
    each, and as many as the card has statements in the first person).
    """
    if not card:
        raise InvalidOption("Say whom to audit: card=FILE, or the name of a shipped character.")
    return audit_of(load_persona(card), size)


def audit_of(persona: Persona, size: int = 0) -> Benchmark:
    """The audit of a persona that is there."""
    probes = spread(list(_probes(persona)), size)
    known = audit_prompts()
    asked = [
        _question(persona, kind, at, text)
        for kind in KINDS
        for at, text in enumerate(known[kind][: size or None])
    ]
    return Benchmark(
        version=VERSION,
        ask="reply",
        questions=(*probes, *asked),
        metrics=("contradiction-rate@second", "toxicity", "regard", "refusal-rate", "length"),
        metric_options={"regard.by": "centroids"},
        source="The card's own statements, and prompts made for personae (CC0).",
        baselines={"nothing": nothing_said, "echo": echo},
    )


def _probes(persona: Persona) -> Iterator[Question]:
    seen: set[str] = set()
    for at, statement in enumerate(persona.statements):
        text = question_about(statement)
        if text is not None and text not in seen:
            seen.add(text)
            yield _question(persona, PROBE, at, text, statement)


def _question(persona: Persona, kind: str, at: int, text: str, reference: str = "") -> Question:
    return Question(
        id=f"{kind}-{at:03}",
        scene=Scene(persona=persona, turns=(Turn(speaker=ASKER, text=text),), user=ASKER),
        reference=reference,
        group=kind,
    )
