"""A persona told in one line of the third person, as statements of the first.

`A 45-year-old farmer from Kenya who loves dancing` says three things: the age and trade, the place,
and what the person loves. By rules: what none fits stays in the first statement.
"""

from __future__ import annotations

import re

_OPENING = re.compile(r"^(?:an?|the)\s+", re.I)
_AGE = re.compile(r"^(\d{1,3})[- ]year[- ]old\s+", re.I)
_FROM = re.compile(r"\s+(from|in)\s+((?:the\s+)?[A-Z][^,]*?)(?=\s+who\b|,|\.|$)")
_WHO = re.compile(r",?\s+who\s+(.+?)(?=,\s*\w+ing\b|\.|$)")
_DOING = re.compile(r",\s*(?:and\s+)?(\w+ing\s+.+?)(?=,\s*(?:and\s+)?\w+ing\b|\.|$)")
_IRREGULAR = {
    "is": "am", "has": "have", "does": "do", "goes": "go", "was": "was", "isn't": "am not",
    "hasn't": "haven't", "doesn't": "don't", "can": "can", "cannot": "cannot", "wants": "want",
}  # fmt: skip
_OWN = {"his": "my", "her": "my", "their": "my", "himself": "myself", "herself": "myself"}


def first_person_statements(line: str) -> list[str]:
    """What the line says of the person, one statement each; nothing of an empty line."""
    rest = " ".join(line.split()).strip().rstrip(".")
    if not rest:
        return []
    found: list[str] = []
    for pattern, said in ((_WHO, _who), (_DOING, _doing)):
        while (match := pattern.search(rest)) is not None:
            found.append(said(match[1]))
            rest = rest[: match.start()] + rest[match.end() :]
    if (place := _FROM.search(rest)) is not None:
        found.insert(0, f"I {'am from' if place[1] == 'from' else 'live in'} {place[2].strip()}.")
        rest = rest[: place.start()] + rest[place.end() :]
    head = _OPENING.sub("", rest).strip(" ,")
    if (age := _AGE.match(head)) is not None:
        found.insert(0, f"I am {age[1]} years old.")
        head = head[age.end() :].strip()
    if head:
        found.insert(0, f"I am {_article(head)}{head}.")
    return [_own(one) for one in found]


def _who(text: str) -> str:
    verb, _, rest = text.strip().partition(" ")
    return f"I {_first(verb)} {rest}".strip() + "."


def _doing(text: str) -> str:
    return f"I am {text.strip()}."


def _first(verb: str) -> str:
    """`loves` as `love`; a word that is no third person stays."""
    known = _IRREGULAR.get(verb.lower())
    if known is not None:
        return known
    if verb.endswith("ies") and len(verb) > 4:
        return f"{verb[:-3]}y"
    if re.search(r"(?:ss|sh|ch|x|zz)es$", verb):
        return verb[:-2]
    return verb[:-1] if verb.endswith("s") and not verb.endswith("ss") else verb


def _article(noun: str) -> str:
    return "an " if noun[:1].lower() in "aeiou" else "a "


def _own(text: str) -> str:
    return re.sub(
        r"\b(his|her|their|himself|herself)\b", lambda match: _OWN[match[1].lower()], text
    )
