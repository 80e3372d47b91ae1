"""The grammar of a reply: Draft (its state), Kit (the handles), Step, and `chain`.

A step is `(Draft, Kit) -> Draft`; a method is a chain of steps. A step never changes the draft it
was given, never imports a model, and is plain and synchronous: drivers run many in threads.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import Field

from personae.data import Scene
from personae.errors import CapabilityError
from personae.lm.types import (
    Capability,
    LanguageModel,
    Message,
    Role,
    Sampling,
    Timings,
    Usage,
    require,
)

if TYPE_CHECKING:
    from personae.encoders.types import Embedder, Nli

PartRole = Literal["system", "history", "volatile", "user"]

# Types of factory options: what `check_options` admits.
Count = Annotated[int, Field(ge=1, le=100_000)]
Limit = Annotated[int, Field(ge=0, le=100_000)]  # 0 turns the part off, or lifts the limit
Temperature = Annotated[float, Field(ge=0, le=10)]
Share = Annotated[float, Field(gt=0, le=1)]


@dataclass(frozen=True, slots=True)
class PromptPart:
    """One named piece of the prompt. `pinned` parts are never dropped to fit the budget.

    A part with the role `history` stands `depth` messages before the end, said as `said_as`.
    """

    name: str
    text: str
    role: PartRole = "system"
    pinned: bool = False
    tokens: int = 0
    depth: int = 0
    said_as: Role = "system"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something recalled for this reply, where it comes from, and why it was taken."""

    text: str
    source: str
    score: float = 0.0
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible reply, how it was made, and what judges say of it."""

    text: str
    made_by: str = ""
    raw: str = ""
    scores: dict[str, float] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """The state of one reply in the making; a step returns a changed copy.

    `parts` say where each piece of `messages` comes from; `text_prompt` is used instead of
    `messages` by methods that prompt with raw text. `adapters` are those that the model writes with
    (see `lm.types.Request`). `chosen` indexes `candidates`.
    """

    scene: Scene
    parts: tuple[PromptPart, ...] = ()
    messages: tuple[Message, ...] = ()
    text_prompt: str = ""
    prefill: str = ""
    sampling: Sampling = field(default_factory=lambda: Sampling())
    adapters: tuple[tuple[str, float], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    plan: str = ""
    candidates: tuple[Candidate, ...] = ()
    chosen: int | None = None
    usage: Usage = Usage()
    timings: Timings = Timings()
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def reply(self) -> str:
        """The chosen candidate's text, or an empty string before the choice."""
        return "" if self.chosen is None else self.candidates[self.chosen].text

    def noting(self, **notes: Any) -> Draft:
        """A copy with more notes: what `/why` and the run record show."""
        return replace(self, notes={**self.notes, **notes})


@dataclass(frozen=True, slots=True)
class Emission:
    """Something that happens while a reply is made: a piece of text, or a step's name."""

    kind: Literal["text", "restart", "step"]
    text: str = ""


def _now() -> datetime:
    # With the local offset: events happen by the hour of the user's day.
    return datetime.now(UTC).astimezone()


def _drop(_: Emission) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Kit:
    """The handles a step may use: passed in, never global, so every method can be replayed.

    `replayable` makes each generation depend on its request alone (see `lm.types.Request`);
    `tools` are host functions that a persona's tools may call, by name; `judges` further inference
    models, by name. With `prompt_only` the
    step `generate` writes nothing, so that the draft ends as the prompt.
    """

    lm: LanguageModel
    rng: random.Random = field(default_factory=lambda: random.Random(0))
    seed: int = 0
    embedder: Embedder | None = None
    nli: Nli | None = None
    judges: Mapping[str, Nli] = field(default_factory=dict)
    memory: Any = None
    knowledge: Any = None
    tools: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    clock: Callable[[], datetime] = _now
    emit: Callable[[Emission], None] = _drop
    cancel: threading.Event | None = None
    replayable: bool = False
    prompt_only: bool = False

    def needs(self, who: str, *capabilities: Capability) -> None:
        """Raise CapabilityError unless the language model offers all `capabilities`."""
        require(self.lm, capabilities, who)

    def need_embedder(self, who: str) -> Embedder:
        """The embedder, or a CapabilityError that says how to get one."""
        if self.embedder is None:
            raise CapabilityError(
                f"{who} needs an embedder, and none was given. Pass `embedder=open_embedder()`."
            )
        return self.embedder

    def need_nli(self, who: str, judge: str = "") -> Nli:
        """The inference model (the judge of that name), or a CapabilityError that says how to."""
        if judge and judge not in self.judges:
            raise CapabilityError(
                f"{who} needs the judge {judge!r}, and none of that name was given. Pass "
                f"`judges={{{judge!r}: open_nli(name={judge!r})}}`."
            )
        if judge:
            return self.judges[judge]
        if self.nli is None:
            raise CapabilityError(
                f"{who} needs the inference model, and none was given. Pass `nli=open_nli()`."
            )
        return self.nli


Step: TypeAlias = Callable[[Draft, Kit], Draft]


def chain(*steps: Step) -> Step:
    """The step that runs `steps` from left to right."""

    def run(draft: Draft, kit: Kit) -> Draft:
        for step in steps:
            draft = step(draft, kit)
        return draft

    return run


def unheard(step: Step) -> Step:
    """The step, of which nobody hears anything: which reply is shown is not known yet."""

    def run(draft: Draft, kit: Kit) -> Draft:
        return step(draft, replace(kit, emit=lambda _: None))

    return run


def show_reply(draft: Draft, kit: Kit) -> Draft:
    """Say the reply that was chosen among what nobody heard."""
    if draft.reply:
        kit.emit(Emission("text", draft.reply))
    return draft
