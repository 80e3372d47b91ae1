"""What deserves a look in a persona that is valid: what is empty, unconsented, or never used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from personae.data import Persona
from personae.formats.character_card import notes_of
from personae.text.lorebook import is_understood
from personae.text.regex_guard import fault_of

_FOR_USER = re.compile(
    r"(?:\{\{user\}\}|<user>)(?:\s*:|\s+(?:say|said|ask|repl|answer|nod|smil|laugh|think|feel)s?)"
    r"|^\s*you\s*:",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a card: an error (it cannot be used) or a warning, and where."""

    level: Literal["error", "warning"]
    place: str
    message: str


def advice(persona: Persona) -> tuple[Finding, ...]:
    """Warnings about a valid persona, each with the field that it is about."""
    found = (*_content(persona), *_speaking(persona), *_lore(persona), *_assets(persona))
    return tuple(Finding("warning", place, message) for place, message in found)


def _content(persona: Persona) -> Iterator[tuple[str, str]]:
    for note in notes_of(persona):
        yield "spec_version", note
    if not persona.statements:
        yield "statements", "there are none: consistency can only be checked against statements"
    for index, statement in enumerate(persona.statements):
        if not statement.strip():
            yield f"statements[{index}]", "it is empty"
    if not (persona.description or persona.personality or persona.statements):
        yield "description", "nothing says who this is"
    if not persona.greetings:
        yield "greetings", "there are none: the user has to begin"
    if persona.provenance.real_person and not persona.provenance.consent:
        yield "provenance.consent", "this is a real person, and no consent is recorded"


def _speaking(persona: Persona) -> Iterator[tuple[str, str]]:
    """Lines in which the character speaks or acts for the user: models learn it from them."""
    message = "the character speaks for the user here, and the model will imitate it"
    for index, example in enumerate(persona.examples):
        if any(speaker == "{{char}}" and _FOR_USER.search(text) for speaker, text in example.turns):
            yield f"examples[{index}]", message
    for index, greeting in enumerate(persona.greetings):
        if _FOR_USER.search(greeting):
            yield f"greetings[{index}]", message


def _lore(persona: Persona) -> Iterator[tuple[str, str]]:
    for index, entry in enumerate(persona.lorebook.entries if persona.lorebook else ()):
        place = f"lorebook.entries[{index}]"
        if not (entry.keys or entry.constant or entry.decorators):
            yield place, "it has no keys and is not constant, so it never enters the prompt"
        for key in entry.keys if entry.use_regex else ():
            if fault := fault_of(key):
                yield f"{place}.keys", f"{key[:80]!r} is never matched: {fault}"
        for name, value in entry.decorators:
            if not is_understood(name, value):
                yield place, f"the decorator @@{name[:40]} is kept but not understood"


def _assets(persona: Persona) -> Iterator[tuple[str, str]]:
    assets = persona.card.get("assets")
    for index, asset in enumerate(assets if isinstance(assets, list) else ()):
        uri = str(asset.get("uri", "")) if isinstance(asset, dict) else ""
        if uri.startswith(("http:", "https:")):
            yield f"assets[{index}]", "it is on the web; personae fetches nothing"
        elif "/code/" in uri:
            yield f"assets[{index}]", "it is program code; personae keeps it and never runs it"
