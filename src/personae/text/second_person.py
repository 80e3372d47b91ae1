"""A persona's own statements, told to it."""

from __future__ import annotations

import re

# Score Before You Speak, appendix (code: the Llama branch): longest first.
_TOLD = {
    "i am": "you are", "i'm": "you are", "i've": "you have", "i have": "you have",
    "i was": "you were", "i'll": "you will", "i'd": "you would", "am i": "are you",
    "myself": "yourself", "mine": "yours", "my": "your", "me": "you", "i": "you",
}  # fmt: skip
_OWN = re.compile(rf"\b({'|'.join(map(re.escape, _TOLD))})\b(?!')", re.IGNORECASE)


def second_person(statement: str) -> str:
    """ "I love my dog." as "You love your dog." Capitals stand where a sentence begins."""

    def told(found: re.Match[str]) -> str:
        words = _TOLD[found[1].lower()]
        before = statement[: found.start()].rstrip()
        begins = not before or before[-1] in ".!?"
        return words[0].upper() + words[1:] if begins and found[1][0].isupper() else words

    return _OWN.sub(told, statement)
