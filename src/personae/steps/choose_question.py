"""Choose a reply that asks, and repeats little: the boost of question-asking (S067)."""

from __future__ import annotations

from dataclasses import replace

from personae.draft import Draft, Kit, Step
from personae.errors import PersonaeError
from personae.registry import EntryInfo
from personae.text.attributes import has_question, repetition

ENTRY = EntryInfo(
    systems=("S067",),
    paper="See et al. 2019, What makes a good conversation? How controllable attributes affect "
    "human judgments, section 5.3 (z = 10, boost)",
    deviations="Over the candidates that were drawn, not a beam.",
)


def choose_question(*, by: str = "weighted") -> Step:
    """Take the first candidate with a question mark, those that repeat least first.

    The order is that of `extrep_2gram` ascending, then of the score `by` descending; without any
    question its first. Candidates without faults go before those with some.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        if kit.prompt_only:
            return draft
        if not draft.candidates:
            raise PersonaeError("There is nothing to choose from: no step made a candidate.")
        name = draft.scene.persona.name
        own = [turn.text for turn in draft.scene.turns if turn.speaker == name]

        def place(number: int) -> tuple[int, float, float]:
            candidate = draft.candidates[number]
            repeated = repetition(candidate.text, own, ()).extrep_2gram
            faults = len(candidate.detail.get("faults", ()))
            return faults, repeated, -candidate.scores.get(by, 0.0)

        order = sorted(range(len(draft.candidates)), key=place)
        asking = (number for number in order if has_question(draft.candidates[number].text))
        return replace(draft, chosen=next(asking, order[0]))

    return step
