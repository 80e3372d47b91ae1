"""The shapes that measured runs work with: what replies, what is asked, what is reported."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeVar

from personae.data import JsonObject, Scene
from personae.lm.types import Likelihood

BASELINE = "baseline:"  # begins the method of a run that a baseline answered


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


class Asked(Protocol):
    """One thing that a run asks: what it is called, the gold reply, and the moment before it."""

    @property
    def id(self) -> str: ...

    @property
    def reference(self) -> str: ...

    @property
    def record(self) -> JsonObject:
        """What its sample's record says of it, whatever is answered."""
        ...

    def scene(self) -> Scene: ...


AskedT = TypeVar("AskedT", bound=Asked, contravariant=True)


class Answerer(Protocol[AskedT]):
    """How a run gets the answer to one thing that it asks; called from several threads at once."""

    def answer(self, asked: AskedT, *, seed: int, cancel: threading.Event) -> Answer: ...

    def likelihood(self, asked: AskedT) -> Likelihood | None:
        """The gold reply's likelihood, or None where nobody can tell or wants to know."""
        ...


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What the replies of a run depend on; a run is only resumed with the same.

    `data_sha256` is that of `data_digest`; `limit` counts test turns, None is all of them.
    `benchmark` names the benchmark, its version, ask and options, where a run is one of its.
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
    benchmark: Mapping[str, Any] = field(default_factory=dict)


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
