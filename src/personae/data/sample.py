"""Sample and Score: one item of a run, and what a metric says of it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from personae.data.noun import JsonObject, Noun
from personae.data.scene import Scene


class Score(Noun):
    """One number with a name; `value` is 0–1 unless the metric says otherwise."""

    name: str
    value: float
    detail: JsonObject = Field(default_factory=dict)


class Sample(Noun):
    """One reply that was asked for: the scene, the gold reply, and what came back.

    `error` is set, and `reply` empty, where the reply failed: a failed sample is a record.
    `reference_log_likelihood` is the gold reply's total log-likelihood in nats, with
    `reference_tokens` tokens, where the model could score it.
    """

    id: str
    scene: Scene
    reference: str = ""
    reply: str = ""
    error: str = ""
    reference_log_likelihood: float | None = None
    reference_tokens: int = 0
    record: dict[str, Any] = Field(default_factory=dict)
