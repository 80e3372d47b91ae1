"""How Score Before You Speak writes its prompts: the persona as "you", and the score asked for.

Training and talking use the same two functions, so that they cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from personae.text.second_person import second_person


def told_persona(statements: Sequence[str], name: str = "") -> str:
    """The system prompt: the statements in the second person, as in the paper's Llama runs."""
    own = [f"Your name is {name}."] if name else []
    return " ".join([*own, *map(second_person, statements)])


def with_score(text: str, score: float | None) -> str:
    """The user's turn with the score of the reply: "1.0", "0.87", as training wrote them."""
    return text if score is None else f"{text} Score: {round(float(score), 2)}"
