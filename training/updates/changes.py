"""How people tell that something changed, as rewritings of what they said before."""

# ruff: noqa: E501 - one rule a line reads better than wrapped ones
from __future__ import annotations

import random
import re

from pairs.rewrite import plain

_VERBS = "like|love|enjoy|play|drive|study|own|collect|watch|read|eat|drink"
_RULES: list[tuple[str, tuple[str, ...]]] = [
    (r"^i live in (.+)", (r"i moved away from \1", r"i do not live in \1 any more")),
    (r"^i work (as|at|in|for) (.+)",
     ("i quit my job", r"i no longer work \1 \2", r"i left my job \1 \2", r"i got fired , so i do not work \1 \2 any more", r"i retired from working \1 \2")),
    (r"^i am (a|an) ([\w ]+)$", (r"i used to be \1 \2 but not any more", r"i am no longer \1 \2", r"i quit being \1 \2")),
    (rf"^i ({_VERBS}) (.+)",
     (r"i no longer \1 \2", r"i do not \1 \2 any more", r"i used to \1 \2", r"i stopped , so i do not \1 \2 now", r"i gave up \2")),
    (r"^i have (?:a|an|\w+) (dog|cat|pet|horse|bird)s?\b.*", (r"my \1 died last week", r"i gave my \1 away", r"i do not have a \1 any more")),
    (rf"^i do not ({_VERBS}|have) (.+)", (r"i started to \1 \2", r"now i \1 \2", r"i \1 \2 these days")),
    (r"^i am (married|single|divorced|engaged|pregnant|unemployed|retired|sick)\b.*", (r"i am not \1 any more", r"i was \1 until last month")),
    (r"^i want to (.+)", (r"i finally did it and \1", r"i do not want to \1 any more")),
    (r"^my favorite ([\w ]+) is (.+)", (r"\2 is not my favorite \1 any more", r"i have a new favorite \1")),
    (r"^i can not (.+)", (r"i can \1 now", r"i learned to \1")),
    (r"^i have never (.+)", (r"i have \1 now , for the first time",)),
]  # fmt: skip


def changed(text: str, rng: random.Random) -> str | None:
    """A sentence after which `text` no longer holds; None where no rule fits."""
    said = plain(text)
    if "?" in said:
        return None
    for pattern, ways in _RULES:
        if re.match(pattern, said):
            return re.sub(pattern, rng.choice(ways), said, count=1)
    return None
