"""Set how the reply is drawn: temperature, length."""

from __future__ import annotations

from dataclasses import replace

from personae.draft import Count, Draft, Kit, Share, Step, Temperature
from personae.registry import EntryInfo

ENTRY = EntryInfo()


def sample(*, temperature: Temperature = 0.7, max_tokens: Count = 96, top_p: Share = 0.95) -> Step:
    """Set temperature (0 is greedy), the most tokens of a reply, and nucleus mass."""

    def step(draft: Draft, kit: Kit) -> Draft:
        sampling = replace(
            draft.sampling, temperature=temperature, max_tokens=max_tokens, top_p=top_p
        )
        return replace(draft, sampling=sampling)

    return step
