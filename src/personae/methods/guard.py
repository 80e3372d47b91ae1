"""The guard: what contradicts the persona is written anew before anybody sees it."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.sample import sample
from personae.steps.write_checked import write_checked

ENTRY = EntryInfo(needs=("chat",), nli=True)


def guard(
    *,
    detail: Detail = "brief",
    temperature: Temperature = 0.3,
    max_tokens: Count = 96,
    max_sentences: Limit = 2,
    attempts: Count = 4,
) -> Step:
    """The prompt of `plain`; every sentence is checked against the persona's statements.

    Ours, not a paper's. A sentence is shown only once it passed; the first sentence is drawn up to
    `attempts` times, and a later one that fails is left out.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        fit_prompt(),
        write_checked(attempts=attempts, max_sentences=max_sentences),
        choose(),
    )
