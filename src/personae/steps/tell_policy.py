"""Tell the model its operator's policy: what it is there for, and what it keeps back."""

from __future__ import annotations

from dataclasses import replace

from personae.draft import Draft, Kit, PromptPart, Step
from personae.formats.policy_file import policy_of
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S080",))


def tell_policy(*, policy: str = "") -> Step:
    """Add the duty and the rules to the system prompt, pinned.

    `policy` is a file; without one the scene brings the policy as its label `policy`. Where there
    is neither nothing is kept back, as the note `policy` says. Raises FormatError.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        found = policy_of(draft.scene, policy)
        if found is None:
            return draft.noting(policy="none: name a file with --option policy=rules.yaml")
        text = " ".join([found.duty, *(rule.rule for rule in found.rules)]).strip()
        return replace(draft, parts=(*draft.parts, PromptPart("policy", text, pinned=True))).noting(
            policy=found.name
        )

    return step
