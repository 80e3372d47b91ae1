"""Dialogues as a model writes them: a line a turn, `Name: text`, read strictly.

What a small model writes goes wrong sooner or later; the turns before that are still a dialogue.
So reading never fails: it ends at the first fault and says which it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

ScriptFault = Literal["", "unlabelled", "other-speaker", "speaks-twice", "empty-turn", "cut-short"]

MAX_LINES = 200
_LABEL = re.compile(r"\s*([^\s:][^:]{0,60}?)\s*:\s*(.*)")


@dataclass(frozen=True, slots=True)
class Script:
    """The turns before the first fault, as (speaker, text), and that fault ("" for none)."""

    turns: tuple[tuple[str, str], ...]
    fault: ScriptFault = ""


def read_script(text: str, speakers: Sequence[str], *, cut_short: bool = False) -> Script:
    """The dialogue in `text`, whose turns alternate between the speakers; blank lines are nothing.

    `unlabelled`: a line without a name. `other-speaker`: a name that is not among the speakers.
    `speaks-twice`: two turns in a row. `empty-turn`: a name and nothing said. `cut-short`: the text
    broke off (`cut_short`), so that its last line is no turn; text past 200 lines is cut short too.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    breaks_off = cut_short or len(lines) > MAX_LINES
    kept = lines[:MAX_LINES] if len(lines) > MAX_LINES else lines[: len(lines) - cut_short]
    turns: list[tuple[str, str]] = []
    for line in kept:
        fault, speaker, said = _turn(line, speakers, turns[-1][0] if turns else "")
        if fault:
            return Script(tuple(turns), fault)
        turns.append((speaker, said))
    return Script(tuple(turns), "cut-short" if breaks_off else "")


def _turn(line: str, speakers: Sequence[str], before: str) -> tuple[ScriptFault, str, str]:
    found = _LABEL.fullmatch(line)
    if found is None:
        return "unlabelled", "", ""
    speaker, said = found[1], found[2].strip()
    if speaker not in speakers:
        return "other-speaker", speaker, said
    if not re.search(r"\w", said):
        return "empty-turn", speaker, said
    return ("speaks-twice" if speaker == before else ""), speaker, said
