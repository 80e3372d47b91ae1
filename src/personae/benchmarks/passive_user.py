"""A user who knows how an answer should be, and says so only where directly asked (S081).

What a question asks about is the class of its nearest example by the shipped embedder;
`benchmarks/asked_preferences.py` measures it on questions that are not among the examples.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from personae.text.preferences import VALUES
from personae.text.sentences import split_sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PEOPLE = Path(__file__).parent / "prefdisco_people.json"
OTHER = "other"
# The least cosine with the nearest example: chosen on the examples, each left out in turn.
THRESHOLD = 0.35

INDIFFERENT = "I do not mind."
UNASKED = "I would not know what to say to that."
FINAL = "Please give your final answer now."

User = Literal["passive", "collaborative"]

_ACTION = re.compile(r"^\W*ACTION\W*:?\W*(ask_question|final_answer)\W*", re.IGNORECASE)
_RESPONSE = re.compile(r"\W*RESPONSE\W*:\s*", re.IGNORECASE)
_LABEL = re.compile(r"^\W*(question|answer)\s*:\s*", re.IGNORECASE)


@cache
def people() -> Mapping[str, Any]:
    """The shipped personas, what they say, and examples of questions."""
    value: Mapping[str, Any] = json.loads(PEOPLE.read_text(encoding="utf-8"))
    return value


def read_action(text: str) -> tuple[bool, str]:
    """Whether a message asks the user something rather than answers, and what it says.

    The published marks (`###ACTION###: ask_question` and `###RESPONSE###: …`) and plain labels
    (`QUESTION: …`) are obeyed; without either a message asks that consists of questions alone.
    """
    if (action := _ACTION.match(text)) is not None:
        return action[1].lower() == "ask_question", _RESPONSE.sub("", text[action.end() :], count=1)
    if (label := _LABEL.match(text)) is not None:
        return label[1].lower() == "question", text[label.end() :]
    sentences = split_sentences(text)
    return bool(sentences) and all(one.endswith("?") for one in sentences), text


def answer_to(
    message: str,
    preferences: Mapping[str, str],
    told: Sequence[str],
    user: User,
    rng: random.Random,
) -> str:
    """What the user says to a message: the first preference that one of its questions is about.

    `told` is what the user said before: a collaborative one adds a preference not told yet.
    """
    asked = [one for one in split_sentences(message) if one.endswith("?")]
    found = [dimension for one in asked if (dimension := asked_about(one)) != OTHER]
    if not found:
        said = UNASKED
    elif found[0] in preferences:
        said = phrase(found[0], preferences[found[0]], rng)
    else:
        said = INDIFFERENT
    if user == "passive":
        return said
    known = understood(" ".join([*told, said]))
    more = [phrase(name, value, rng) for name, value in preferences.items() if name not in known]
    return " ".join([said, *more[:1]])


def phrase(dimension: str, value: str, rng: random.Random) -> str:
    """A preference in the user's words."""
    told: list[str] = people()["dimensions"][dimension][value]
    return rng.choice(told)


def understood(text: str) -> dict[str, str]:
    """The preferences that a user's words say: what `phrase` wrote, read back."""
    return {
        dimension: value
        for dimension, values in VALUES.items()
        for value in values
        if any(said in text for said in people()["dimensions"][dimension][value])
    }


@lru_cache(maxsize=4_096)
def asked_about(question: str) -> str:
    """The dimension that a question asks about, or `other`."""
    return nearest(question, *_examples())


def nearest(
    question: str, names: Sequence[str], vectors: NDArray[np.float32], least: float = THRESHOLD
) -> str:
    """The name of the example nearest to a question; `other` where none is near."""
    from personae.encoders.heads import shipped_embedder

    cosines = vectors @ shipped_embedder().embed([question])[0]
    best = int(cosines.argmax())
    return names[best] if cosines[best] >= least else OTHER


def examples() -> list[tuple[str, str]]:
    """Questions with what they ask about."""
    known = people()
    asked = [(one, name) for name in VALUES for one in known["dimensions"][name]["asks"]]
    return [*asked, *((one, OTHER) for one in known["other"])]


@cache
def _examples() -> tuple[tuple[str, ...], NDArray[np.float32]]:
    from personae.encoders.heads import shipped_embedder

    found = examples()
    return tuple(name for _, name in found), shipped_embedder().embed([text for text, _ in found])
