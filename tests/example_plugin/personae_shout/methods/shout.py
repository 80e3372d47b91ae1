"""The plain reply, shouted."""

from __future__ import annotations

from dataclasses import replace

from personae.draft import Draft, Kit, Step, chain
from personae.registry import EntryInfo, build

ENTRY = EntryInfo(aka=("loud",), needs=("chat",))


def shout(*, marks: int = 1) -> Step:
    """The reply of `plain` in capitals, with `marks` exclamation marks."""

    def louder(draft: Draft, kit: Kit) -> Draft:
        shouted = [
            replace(candidate, text=candidate.text.rstrip(".!?").upper() + "!" * marks)
            for candidate in draft.candidates
        ]
        return replace(draft, candidates=tuple(shouted))

    return chain(build("method", "plain"), louder)
