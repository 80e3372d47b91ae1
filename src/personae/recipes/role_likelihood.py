"""How unlikely a language model finds replies when it is told the role: a baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from personae.data.role import Role
from personae.formats.role_turns import CHARACTER, LabelledTurn
from personae.lm.types import Message, Request
from personae.recipes.lora_training import Report
from personae.text.macros import expand
from personae.text.role_prompt import told_role

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def unlikely_scores(
    role: Role, turns: Sequence[LabelledTurn], lm: str, show: Report
) -> NDArray[np.float64]:
    """The mean negative log-likelihood of each reply's tokens, in nats, after what came before.

    Replies to one message are scored with one prompt. Raises CapabilityError for a model that
    cannot score.
    """
    import numpy as np

    from personae.lm.names import open_model
    from personae.lm.types import require

    told: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for at, turn in enumerate(turns):
        told.setdefault(turn.before, []).append(at)
    scores = np.zeros(len(turns))
    model = open_model(lm)
    try:
        require(model, ("score",), "The likelihood under the role")
        for done, (before, own) in enumerate(told.items(), start=1):
            request = Request(messages=messages(role, before))
            found = model.score(request, [turns[at].reply for at in own])
            for at, one in zip(own, found, strict=True):
                scores[at] = -one.total / max(1, one.tokens)
            show("likelihood", done, len(told), turns[own[0]].reply)
    finally:
        model.close()
    return scores


def messages(role: Role, before: Sequence[tuple[str, str]]) -> tuple[Message, ...]:
    """The prompt of the method `retrieve-fail-generate`, after these turns."""
    system = expand(told_role(role), char=role.character, user="User")
    said = [Message("assistant" if who == CHARACTER else "user", text) for who, text in before]
    return (Message("system", system), *said)
