"""PersonalDialog sessions: JSON Lines with a profile a speaker and the speaker of each line.

{"profile": [{"tag", "loc", "gender"}], "dialog": [["…"], …], "uid": [0, 1, …]}; test sets add
`responder_profile` and `golden_response`. Speakers are named A, B, C … by their index.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from personae.data import Dialogue, Persona, Turn
from personae.registry import EntryInfo
from personae.text.parsing import Place, Record, head_keys, json_records

ENTRY = EntryInfo(
    systems=("S027",),
    paper="Personalized Dialogue Generation with Diversified Traits (Zheng et al., 2019)",
    reads="dialogue",
    extensions=(".jsonl", ".json"),
)


def detects(head: bytes, path: Path) -> bool:
    """Whether the first session has profiles, lines and speaker indices."""
    return {"profile", "dialog", "uid"} <= head_keys(head)


def read(source: Path) -> Iterator[Dialogue]:
    """One dialogue a session; a gold response is the last turn, of the answering speaker."""
    for position, record in enumerate(json_records(source)):
        yield _dialogue(record, f"{source.stem}-{position}")


def _dialogue(record: Record, name: str) -> Dialogue:
    profiles = record.records("profile", required=True)
    said, speakers = record.items("dialog", required=True), record.items("uid", required=True)
    if len(said) != len(speakers):
        raise record.place.fault(f"{len(said)} lines have {len(speakers)} speaker indices.")
    turns = [
        Turn(speaker=_name(index, len(profiles), record.place), text=_said(line, record.place))
        for line, index in zip(said, speakers, strict=True)
    ]
    personas = {_letter(n): _persona(_letter(n), profile) for n, profile in enumerate(profiles)}
    labels: dict[str, Any] = {}
    if "golden_response" in record.fields:
        responder = record.record("responder_profile")
        answering = _answering(turns, personas, responder)
        personas.setdefault(answering, _persona(answering, responder))
        text = _said(record.fields["golden_response"], record.place)
        turns.append(Turn(speaker=answering, text=text, labels={"gold": True}))
        labels["test_speaker"] = answering
    return Dialogue(id=name, turns=tuple(turns), personas=personas, language="zh", labels=labels)


def _persona(name: str, profile: Record) -> Persona:
    tags = profile.fields.get("tag")
    texts = (tags or "").split(";") if isinstance(tags, str | None) else profile.texts("tag")
    attributes = {
        "gender": _optional(profile, "gender"),
        "location": profile.text("loc", "").strip(),
        "age": _optional(profile, "age"),
        "interests": ", ".join(text.strip() for text in texts if text.strip()),
    }
    known = {key: value for key, value in attributes.items() if value}
    return Persona(name=name, attributes=known, language="zh")


def _answering(turns: list[Turn], personas: dict[str, Persona], responder: Record) -> str:
    """The speaker with the responder's profile who did not speak last, or a new one."""
    wanted = _persona("", responder).attributes
    last = turns[-1].speaker if turns else ""
    for name, persona in personas.items():
        if name != last and persona.attributes == wanted:
            return name
    return _letter(len(personas))


def _optional(profile: Record, key: str) -> str:
    """A field that crawlers write as a number or as a word."""
    value = profile.fields.get(key)
    return str(value) if isinstance(value, int) else profile.text(key, "").strip()


def _said(line: object, place: Place) -> str:
    if isinstance(line, list) and line and all(isinstance(part, str) for part in line):
        return " ".join(line)
    if isinstance(line, str):
        return line
    raise place.fault("A line of 'dialog' is neither a string nor a list of strings.")


def _name(index: object, count: int, place: Place) -> str:
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < count:
        raise place.fault(f"The speaker index {index!r} has no profile; there are {count}.")
    return _letter(index)


def _letter(index: int) -> str:
    return chr(ord("A") + index) if index < 26 else f"Speaker {index + 1}"
