"""S049 XPersona: test dialogues and pairs in seven languages are as published (reader part only).

The multilingual training part of the row is not checked here.
"""

from __future__ import annotations

from personae.catalog.check import CheckContext
from personae.catalog.check_data import data_file, expect
from personae.formats.xpersona import read

_ANNOTATED = "{}_persona_split_test_human_annotated.json"
_COUNTS: dict[str, tuple[tuple[int, int], ...]] = {
    "En_persona_test.json": ((1000, 7801), (500, 3907)),  # published; the half shared here
    _ANNOTATED.format("Fr"): ((249, 1950),),
    _ANNOTATED.format("Id"): ((484, 3770),),
    _ANNOTATED.format("It"): ((140, 1096),),
    _ANNOTATED.format("Jp"): ((275, 2161),),
    _ANNOTATED.format("Ko"): ((300, 2339),),
    _ANNOTATED.format("Zh"): ((222, 1729),),
}


def check(context: CheckContext) -> list[str]:
    """Compare dialogues and pairs (B's replies) of each test file with the published counts."""
    evidence = []
    for name, allowed in _COUNTS.items():
        dialogues = list(read(data_file(context, "xpersona", name)))
        pairs = sum(len(list(dialogue.turns_of("B"))) for dialogue in dialogues)
        found = (len(dialogues), pairs)
        expect(found in allowed, f"{name}: {found} dialogues and pairs, not {allowed[0]}.")
        languages = {dialogue.language for dialogue in dialogues}
        expect(len(languages) == 1 and "" not in languages, f"{name}: languages {languages}.")
        bare = sum(not dialogue.personas["B"].statements for dialogue in dialogues)
        expect(bare == 0, f"{name}: {bare} dialogues without a persona.")
        part = "" if found == allowed[0] else f" (part of the published {allowed[0]})"
        evidence.append(f"{languages.pop()}: {found[0]:,} dialogues, {found[1]:,} pairs{part}")
    return evidence
