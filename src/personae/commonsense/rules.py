"""What follows from a statement by its grammar alone: the offline expander, without any model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from personae.commonsense.facts import Fact, Relation
from personae.text.quoting import one_line

WORDS_LIMIT = 9  # of what a statement is about: longer ones make awkward sentences
_SHORT = (
    ("i'm", "I am"), ("i've", "I have"), ("i'd like", "I would like"), ("don't", "do not"),
    ("can't", "cannot"), ("i'll", "I will"), ("hobby's", "hobby is"), ("color's", "color is"),
)  # fmt: skip
_OFTEN = r"(?:really |also |just |absolutely |always |often |usually )*"
_LIKE = rf"I {_OFTEN}(?:like|love|enjoy|adore)"

Template = tuple[Relation, str]
# The first pattern that fits counts; {0} and {1} are what it found.
_RULES: tuple[tuple[str, tuple[Template, ...]], ...] = (
    (
        rf"{_LIKE} to (.+)",
        (
            ("characteristic", "happy when I {0}"),
            ("routine_habit", "{0} whenever I can"),
            ("goal_plan", "{0} more often"),
            ("experience", "found out long ago that I like to {0}"),
        ),
    ),
    (
        rf"{_LIKE} (.+)",
        (
            ("characteristic", "fond of {0}"),
            ("routine_habit", "look forward to {0}"),
            ("goal_plan", "have more time for {0}"),
            ("experience", "have liked {0} for a long time"),
        ),
    ),
    (
        rf"I {_OFTEN}go ([a-z]+ing\b.*)",
        (
            ("characteristic", "fond of {0}"),
            ("routine_habit", "make time for {0}"),
            ("goal_plan", "go {0} again soon"),
        ),
    ),
    (
        r"My favou?rite ([\w ]+?) (?:is|are) (.+)",
        (
            ("characteristic", "fond of {1}"),
            ("routine_habit", "choose {1} over any other {0}"),
        ),
    ),
    (
        rf"I {_OFTEN}(?:hate|dislike|do not like|cannot stand) (?!to\b)(.+)",
        (
            ("characteristic", "bothered by {0}"),
            ("routine_habit", "avoid {0}"),
            ("goal_plan", "keep away from {0}"),
        ),
    ),
    (
        rf"I {_OFTEN}(?:want|would like|hope|plan|am planning|am hoping) to (.+)",
        (
            ("characteristic", "eager to {0}"),
            ("routine_habit", "think a lot about how to {0}"),
            ("goal_plan", "{0} soon"),
        ),
    ),
    (
        r"I (?:currently )?work ((?:as|for|in|at|with|on) .+)",
        (
            ("characteristic", "busy with my work {0}"),
            ("routine_habit", "earn my living {0}"),
        ),
    ),
    (
        r"I (?:currently |still )?live ((?:in|on|near|with|by|at|alone) ?.*)",
        (
            ("characteristic", "at home {0}"),
            ("routine_habit", "wake up every day {0}"),
        ),
    ),
    (
        rf"I {_OFTEN}play (.+)",
        (
            ("characteristic", "keen to play {0}"),
            ("routine_habit", "make time to play {0}"),
            ("goal_plan", "play {0} better"),
        ),
    ),
    (
        r"I grew up ((?:in|on|near|with) .+)",
        (
            ("characteristic", "shaped by growing up {0}"),
            ("experience", "spent my childhood {0}"),
        ),
    ),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), made) for pattern, made in _RULES)


def by_rules(statement: str) -> list[Fact]:
    """What a statement lets one say by its form; nothing where no rule fits. The head is itself."""
    return list(_made(statement))


def _made(statement: str) -> Iterator[Fact]:
    plain = one_line(statement).strip(" .!").replace("’", "'")
    for short, long in _SHORT:
        plain = re.sub(rf"\b{short}\b", long, plain, flags=re.IGNORECASE)
    for pattern, made in _COMPILED:
        found = pattern.fullmatch(plain)
        if found:
            parts = [part.strip() for part in found.groups()]
            if all(0 < len(part.split()) <= WORDS_LIMIT for part in parts):
                for relation, template in made:
                    yield Fact(statement, relation, template.format(*parts), score=0.5)
            return
