"""Choose the reply among the candidates."""

from __future__ import annotations

from dataclasses import replace

from personae.draft import Candidate, Draft, Kit, Step
from personae.errors import PersonaeError
from personae.registry import EntryInfo

ENTRY = EntryInfo()


def choose(*, by: str = "") -> Step:
    """Take the candidate with the highest score named `by`; without one, the first without faults.

    Candidates without faults go before those with some. Ties go to the earlier candidate.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        if kit.prompt_only:
            return draft
        if not draft.candidates:
            raise PersonaeError("There is nothing to choose from: no step made a candidate.")

        def worth(number: int) -> tuple[float, float, int]:
            candidate: Candidate = draft.candidates[number]
            faults = len(candidate.detail.get("faults", ()))
            return (-faults, candidate.scores.get(by, 0.0), -number)

        return replace(draft, chosen=max(range(len(draft.candidates)), key=worth))

    return step
