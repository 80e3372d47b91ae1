"""Check replies against the policy, and say something else in character where one breaks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from personae.data import PolicyRule
from personae.draft import Candidate, Draft, Kit, Step
from personae.encoders.policy_breach import ENTAILS, breach
from personae.formats.policy_file import policy_of
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S080",),
    embedder=True,
    nli=True,
    paper="Collu et al. 2023, Dr. Jekyll and Mr. Hyde: Two Faces of LLMs",
    deviations="Ours: the paper's defences are prompts; this one reads what was written.",
)


def check_policy(
    *, policy: str = "", threshold: Annotated[float, Field(ge=0, le=1)] = ENTAILS
) -> Step:
    """Replace each candidate that says what a rule keeps back by what the rule says instead.

    A candidate breaks a rule that it says a secret of, or a fact of which it entails with a
    probability of `threshold`. Nothing may be shown before this step: wrap what writes in
    `unheard`. Without a policy it does nothing. Raises FormatError.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        found = policy_of(draft.scene, policy)
        if found is None or kit.prompt_only:
            return draft
        kept = [_kept(one, draft, kit, found.rules, threshold) for one in draft.candidates]
        return replace(draft, candidates=tuple(kept))

    return step


def _kept(
    candidate: Candidate, draft: Draft, kit: Kit, rules: Sequence[PolicyRule], threshold: float
) -> Candidate:
    nli, embedder = kit.need_nli("check_policy"), kit.need_embedder("check_policy")
    found = breach(nli, embedder, draft.scene.last_user_text, candidate.text, rules)
    scores = {**candidate.scores, "breach": round(found.score, 4)}
    if not found.breaks(threshold):
        return replace(candidate, scores=scores)
    told = {"refused": candidate.text, "said": found.said, "rule": found.rule.about}
    # The faults of what was written are not those of what is said instead.
    detail = {key: value for key, value in candidate.detail.items() if key != "faults"}
    return replace(
        candidate,
        text=found.rule.said_instead,
        made_by="check_policy",
        scores=scores,
        detail={**detail, **told},
    )
