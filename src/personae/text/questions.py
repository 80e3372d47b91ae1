"""A statement of a persona, asked back: "i have two dogs ." becomes "Do you have two dogs?"."""

from __future__ import annotations

import re

_SWAP = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "am": "are",
    "i'm": "you're", "im": "you're", "i've": "you've", "our": "your", "we": "you", "us": "you",
    "was": "were",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z']+")
_PAST_VERBS = """
    went was were had did got made took came saw grew won lost met left began became wrote ate drank
    bought taught thought found gave kept knew ran said sold spent told wore broke built fought
    heard held paid sang sat slept spoke stood swam threw led drove fell
"""
_PAST = frozenset(_PAST_VERBS.split())
_ADVERB = r"(?:(?:also|just|really|currently|still|usually|often|sometimes|only|recently)\s+)?"
_LONGEST_WORDS = 24

# (pattern of the statement, how the question begins); the first group is what it asks about.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), start)
    for pattern, start in (
        (rf"(?:i am|i'm|im) {_ADVERB}(?:not )?(.+)", "Are you"),
        (rf"i was {_ADVERB}(.+)", "Were you"),
        (r"i (?:can not|cannot|can't|cant|can) (.+)", "Can you"),
        (r"i (?:would|'d|would not|wouldn't) (.+)", "Would you"),
        (rf"(?:i have|i've) (?:never|always) {_ADVERB}(.+)", "Have you ever"),
        (rf"(?:i have|i've) {_ADVERB}been (.+)", "Have you been"),
        (rf"(?:i have got|i've got|i've|i have) {_ADVERB}(.+)", "Do you have"),
        (r"i (?:do not|don't|dont) (.+)", "Do you"),
        (r"i never (.+)", "Do you ever"),
    )
)
_POSSESSION = re.compile(r"my ([a-z' -]{2,40}?) (is|are) .+", re.IGNORECASE)
_PRESENT = re.compile(rf"i {_ADVERB}([a-z]+)(?: (.+))?", re.IGNORECASE)


def question_about(statement: str) -> str | None:
    """The question that a first-person statement answers; None where no pattern fits.

    Patterns cover what one is, has, can, does and what of one's own is how; statements of the past
    with an unmarked verb, of more than 24 words, or in another language get none.
    """
    text = " ".join(statement.replace("’", "'").split()).rstrip(" .!")
    if not text or len(text.split()) > _LONGEST_WORDS or any(mark in text for mark in ".!?"):
        return None
    for pattern, start in _PATTERNS:
        found = pattern.fullmatch(text)
        if found:
            is_do = start.startswith("Do you") and start != "Do you have"
            verb = found[1].split()[0].lower()
            return f"{start} {_turned(found[1])}?" if _is_present(verb) or not is_do else None
    owned = _POSSESSION.fullmatch(text)
    if owned:
        be = owned[2].lower()
        return f"What {be} your {_turned(owned[1])}?"
    doing = _PRESENT.fullmatch(text)
    if doing and _is_present(doing[1].lower()):
        rest = f" {_turned(doing[2])}" if doing[2] else ""
        return f"Do you {doing[1].lower()}{rest}?"
    return None


def _is_present(verb: str) -> bool:
    """Whether a word after "i" can follow "do you": no past form, no auxiliary."""
    auxiliary = {"will", "should", "must", "might", "may", "could", "ll", "d", "m", "ve", "used"}
    return verb not in _PAST and verb not in auxiliary and not verb.endswith(("ed", "ing"))


def _turned(text: str) -> str:
    """The other person's view: "my dog and i" becomes "your dog and you"."""
    return _WORD.sub(lambda word: _SWAP.get(word[0].lower(), word[0]), text)
