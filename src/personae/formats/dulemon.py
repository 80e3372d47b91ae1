"""DuLeMon: dialogues of a user and a bot with long-term memory, and which facts each turn uses.

Speakers are "user" and "bot" (the answering side). A turn that uses persona facts has their texts
as `labels["uses"]`. The user's facts that the bot knows when the dialogue begins are the dialogue's
`labels["known"]`; what it does not know yet is among the user's statements only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from personae.data import Dialogue, Persona, Turn
from personae.registry import EntryInfo
from personae.text.parsing import Place, Record, head_keys, json_records

ENTRY = EntryInfo(
    systems=("S094",),
    aka=("lemon",),
    paper="Long Time No See! Open-Domain Conversation with Long-Term Persona Memory "
    "(Xu et al., 2022)",
    reads="dialogue",
    extensions=(".json", ".jsonl"),
)

KNOWN, UNKNOWN, OWN = "user_said_persona", "user_no_said_persona", "bot_persona"
_SPEAKERS = {"Usr": "user", "Bot": "bot"}
_FACT = re.compile(r"\s*([UB]\d+)\s*[:：]\s*(.*\S)\s*", re.DOTALL)
_TURN = re.compile(r"\s*(Usr|Bot)\s*[:：]\s*([^\t]*?)\s*(?:\t(.*))?", re.DOTALL)
_TAG = re.compile(r"[UB]\d+")


def detects(head: bytes, path: Path) -> bool:
    """Whether the file begins with an object that has personas of a bot and of a user."""
    return {OWN, KNOWN} <= head_keys(head)


def read(source: Path) -> Iterator[Dialogue]:
    """The dialogues of a JSON array or of JSON Lines. Raises FormatError."""
    for number, record in enumerate(json_records(source)):
        own, known, unknown = (_facts(record, key) for key in (OWN, KNOWN, UNKNOWN))
        facts = {**own, **known, **unknown}
        if len(facts) < len(own) + len(known) + len(unknown):
            raise record.place.fault("Two facts of the dialogue have the same tag.")
        turns = tuple(_turn(text, facts, record.place) for text in record.texts("conversation"))
        if not turns:
            raise record.place.fault("The dialogue has no turns.")
        yield Dialogue(
            id=f"{source.stem}-{number}",
            turns=turns,
            personas={
                "user": Persona(name="user", statements=(*known.values(), *unknown.values())),
                "bot": Persona(name="bot", statements=tuple(own.values())),
            },
            labels={"test_speaker": "bot", "known": list(known.values())},
        )


def _facts(record: Record, key: str) -> dict[str, str]:
    """Texts by tag, of "U1: I have a dog"."""
    found: dict[str, str] = {}
    for text in record.texts(key):
        told = _FACT.fullmatch(text)
        if told is None:
            raise record.place.fault(f'{text[:60]!r} in {key} is not like "U1: I have a dog".')
        if told[1] in found:
            raise record.place.fault(f"Two facts of {key} have the tag {told[1]}.")
        found[told[1]] = told[2]
    return found


def _turn(text: str, facts: Mapping[str, str], place: Place) -> Turn:
    """A turn of "Bot: Hello.<tab>U2 B1"; tags that stand for no fact are a fault."""
    told = _TURN.fullmatch(text)
    if told is None or not told[2]:
        raise place.fault(f'{text[:60]!r} is not like "Usr: Hello." or "Bot: Hello.<tab>U1".')
    tags = _TAG.findall(told[3] or "")
    lost = [tag for tag in tags if tag not in facts]
    if lost:
        raise place.fault(f"A turn uses {lost[0]}, and there is no such fact.")
    labels = {"uses": [facts[tag] for tag in tags]} if tags else {}
    return Turn(speaker=_SPEAKERS[told[1]], text=told[2], labels=labels)
