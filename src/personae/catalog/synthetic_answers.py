"""A model whose accuracy as each persona is known, to try the studies of personas on.

It ranks the options of the shipped items: as a persona of accuracy p it is right on an item with
the chance p, decided by the seed, the item, and what it was told.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache

from personae.items import knowledge
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Request

# From all that was told before the question ("" is nothing) and the item's subject.
Accuracy = Callable[[str, str], float]


def synthetic_model(accuracy: Accuracy, *, seed: int = 0, shared: float = 0.0) -> ScriptedModel:
    """The model; `shared` is how much of an item's luck is the same for all personas (0–1)."""

    def score(request: Request, text: str) -> float:
        question = request.messages[_asked_at(request)].content
        right, subject = _known()[question]
        line = told_in(request)
        own = random.Random(f"{seed}/{line}/{question}").random()
        common = random.Random(f"{seed}/{question}").random()
        luck = common if random.Random(f"{seed}/{line}/{question}/which").random() < shared else own
        is_hit = luck < accuracy(line, subject)
        return 0.0 if (text == right) == is_hit else -1.0

    return ScriptedModel(["I do not know."], scorer=score, name="synthetic")


def told_in(request: Request) -> str:
    """Everything in a request beside the question and the model's own first answer."""
    at = _asked_at(request)
    return "\n".join(
        one.content
        for number, one in enumerate(request.messages)
        if number != at and one.role != "assistant"
    )


def _asked_at(request: Request) -> int:
    return next(at for at, one in enumerate(request.messages) if one.content in _known())


@cache
def _known() -> dict[str, tuple[str, str]]:
    """The right option's words and the subject, by question."""
    return {one.question: (one.options[one.answer], one.subject) for one in knowledge()}
