"""The shapes that measured runs work with: what replies, what is asked, what is reported."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from personae.data import Scene
from personae.lm.types import Likelihood


class Answer(Protocol):
    """What a reply run needs of a reply."""

    @property
    def text(self) -> str: ...

    def to_dict(self) -> dict[str, Any]:
        """Reply, method, model, candidates, evidence, usage, timings: a JSON object."""
        ...


class Replier(Protocol):
    """What a reply run needs of a `Speaker`; called from several threads at once."""

    def reply(
        self, scene: Scene, *, seed: int | None = None, cancel: threading.Event | None = None
    ) -> Answer: ...

    def score_reference(self, scene: Scene, reference: str) -> Likelihood | None:
        """The gold reply's likelihood, or None where the model cannot score text."""
        ...


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What the replies of a run depend on; a run is only resumed with the same.

    `data_sha256` is that of `data_digest`; `limit` counts test turns, None is all of them.
    """

    data_path: str
    data_sha256: str
    data_format: str
    method: str
    model: str
    fingerprint: str
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class RunState:
    """How far a run is: samples in all, done (failed ones too), failed, and done before now."""

    total: int
    done: int
    failed: int
    resumed: int
    interrupted: bool = False

    @property
    def complete(self) -> bool:
        return self.done == self.total


OnProgress: TypeAlias = Callable[[RunState], None]
