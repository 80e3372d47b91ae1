"""An operator's policy kept by any character: told, reminded of, checked in replies (S080)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from personae.draft import Count, Limit, Step, Temperature, chain, show_reply, unheard
from personae.encoders.policy_breach import ENTAILS
from personae.registry import EntryInfo
from personae.steps.check_policy import check_policy
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.remind_of_policy import Form, remind_of_policy
from personae.steps.sample import sample
from personae.steps.show_memories import Cosine
from personae.steps.tell_policy import tell_policy
from personae.steps.trustworthy_core import trustworthy_core

ENTRY = EntryInfo(
    systems=("S080",),
    needs=("chat",),
    embedder=True,
    nli=True,
    paper="Collu et al. 2023, Dr. Jekyll and Mr. Hyde: Two Faces of LLMs",
    deviations="The prompts are ours, as the authors withhold theirs; the check of what was "
    "written is ours, too.",
)

Defence = Literal["none", "core", "reminder", "both", "check", "guarded"]


def policy_guard(
    *,
    policy: str = "",
    defence: Defence = "guarded",
    remind: Form = "turn",
    near: Cosine = 0.35,
    threshold: Annotated[float, Field(ge=0, le=1)] = ENTAILS,
    detail: Detail = "brief",
    temperature: Temperature = 0.3,
    max_tokens: Count = 96,
    max_sentences: Limit = 2,
) -> Step:
    """The prompt of `plain` with the policy after it, and a defence against cards that break it.

    `policy` is the operator's file; without one nothing is kept back. `defence`: none tells the
    rules and hopes; core puts a trustworthy persona before the card's; reminder recalls the rule
    that a message bears on (from a cosine of `near`, in the form `remind`); both is core and
    reminder; check reads the reply and says something else where a rule is broken (entailment of
    `threshold`); guarded is reminder and check, as the core costs a small model answers. A checked
    reply is shown when it is whole.
    """
    has_core = defence in ("core", "both")
    is_checked = defence in ("check", "guarded")
    write = generate(max_sentences=max_sentences)
    reminder = (remind_of_policy(policy=policy, form=remind, near=near),)
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        tell_policy(policy=policy),
        *((trustworthy_core(),) if has_core else ()),
        fit_prompt(),
        *(reminder if defence in ("reminder", "both", "guarded") else ()),
        unheard(write) if is_checked else write,
        *((check_policy(policy=policy, threshold=threshold),) if is_checked else ()),
        choose(),
        *((show_reply,) if is_checked else ()),
    )
