"""XPersona JSON: a list of {persona, dialogue: [[utterance, reply], …]} in seven languages.

"A" asks; "B" answers and has the persona. The language comes from the file's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from personae.data import Dialogue, Persona, Turn
from personae.formats.parlai import SILENCE
from personae.registry import EntryInfo
from personae.text.parsing import Record, head_keys, json_values

ENTRY = EntryInfo(
    systems=("S049",), paper="XPersona (Lin et al., 2020)", reads="dialogue", extensions=(".json",)
)

LANGUAGES = {
    "en": "en", "fr": "fr", "id": "id", "it": "it", "jp": "ja", "ko": "ko", "zh": "zh",
}  # fmt: skip


def detects(head: bytes, path: Path) -> bool:
    """Whether the first item has a persona and a dialogue."""
    return {"persona", "dialogue"} <= head_keys(head)


def read(source: Path) -> Iterator[Dialogue]:
    """One dialogue an item; a `__SILENCE__` opening is dropped."""
    language = LANGUAGES.get(source.stem.partition("_")[0].lower(), "")
    for position, (place, value) in enumerate(json_values(source)):
        item = Record.of(value, place, "item")
        turns = [
            Turn(speaker=speaker, text=text)
            for pair in item.pairs("dialogue")
            for speaker, text in zip("AB", pair, strict=True)
            if text.strip() != SILENCE
        ]
        persona = Persona(name="B", statements=item.texts("persona"), language=language or "en")
        yield Dialogue(
            id=f"{source.stem}-{position}",
            turns=tuple(turns),
            personas={"B": persona},
            language=language,
            labels={"test_speaker": "B"},
        )
