"""What a language model is asked, what it answers, and what it can do.

A backend is any object with the shape of `LanguageModel`. It is called from several threads at
once and does its own batching; callers stay plain and synchronous.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, cast, runtime_checkable

from personae.errors import CapabilityError

Role = Literal["system", "user", "assistant", "tool"]
Capability = Literal[
    "chat", "complete", "score", "schema", "grammar", "tools",
    "distribution", "logits", "hidden", "adapters", "embed", "image", "speech",
]  # fmt: skip
FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call the model wants made; `arguments` is parsed JSON."""

    name: str
    arguments: dict[str, Any]
    id: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat prompt."""

    role: Role
    content: str
    name: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn. `temperature=0` is greedy; `seed=None` lets the backend choose."""

    temperature: float = 0.7
    top_p: float = 0.95
    top_k: int = 40
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    seed: int | None = None
    max_tokens: int = 128
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What to generate from: `messages` (a chat), or `prompt` (raw text, capability `complete`).

    `prefill` begins the assistant's reply. `schema` (a JSON schema) or `grammar` (GBNF) constrains
    the text. `cancel` stops the generation when set. `replayable` asks that the text depend on this
    request alone: the embedded engine then does not reuse its prompt cache, whose rounding differs.
    `log_probs` asks for `Generation.tokens`, where the backend can tell them. `adapters` are names
    of adapters that the model was opened with, and how much of each is added (1: as trained).
    """

    messages: tuple[Message, ...] = ()
    prompt: str = ""
    prefill: str = ""
    sampling: Sampling = field(default_factory=Sampling)
    schema: dict[str, Any] | None = None
    grammar: str = ""
    tools: tuple[dict[str, Any], ...] = ()  # OpenAI function schemas
    timeout_s: float | None = None
    cancel: threading.Event | None = None
    replayable: bool = False
    log_probs: bool = False
    adapters: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens read, written, and read from the cache (part of `prompt_tokens`)."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
        )


@dataclass(frozen=True, slots=True)
class Timings:
    """Wall-clock seconds from the call to its end, and to the first token."""

    total_s: float = 0.0
    first_token_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Generation:
    """One answer. `prompt` is the very text the model read, where the backend knows it.

    `tokens`: the text of each token written with its natural-log probability under the raw
    distribution, where the request asked for it and the backend can tell.
    """

    text: str
    finish_reason: FinishReason = "stop"
    usage: Usage = Usage()
    timings: Timings = Timings()
    tool_calls: tuple[ToolCall, ...] = ()
    prompt: str = ""
    tokens: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely a continuation is: one natural-log probability per token."""

    token_log_probs: tuple[float, ...]

    @property
    def total(self) -> float:
        return sum(self.token_log_probs)

    @property
    def tokens(self) -> int:
        return len(self.token_log_probs)

    @property
    def per_token(self) -> float:
        """The mean log-probability of a token; 0 without any."""
        return self.total / max(1, self.tokens)


@dataclass(frozen=True, slots=True)
class NextTokens:
    """The likeliest next tokens, best first: ids and natural-log probabilities.

    The probabilities are those of the whole raw distribution, so that they sum to less than 1.
    `ends` says of each whether it ends the text.
    """

    ids: tuple[int, ...]
    log_probs: tuple[float, ...]
    ends: tuple[bool, ...]


# Given each piece of text as it comes; returning True ends the reply there, as a stop string would.
OnText = Callable[[str], bool | None]


@runtime_checkable
class LanguageModel(Protocol):
    """A backend. All methods may be called from many threads at once."""

    @property
    def name(self) -> str:
        """The string that `open_model` takes to get this model again."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes when the weights or the way of running them change: caches key on it."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and reply may have together."""
        ...

    def generate(self, request: Request, on_text: OnText | None = None) -> Generation:
        """Answer one request; `on_text` is given each piece as it comes.

        Raises BackendError (Cancelled when `request.cancel` is set), CapabilityError.
        """
        ...

    def score(self, request: Request, continuations: Sequence[str]) -> tuple[Likelihood, ...]:
        """The likelihood of each continuation after the request's prompt (needs `score`)."""
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens in `text`: exact where the backend has the tokenizer, else an estimate."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class DistributionModel(LanguageModel, Protocol):
    """A backend with the capability `distribution`: it decodes token by token for its caller."""

    def tokenize(self, text: str) -> tuple[int, ...]:
        """Token ids of a text that follows a prompt; control tokens in it are plain text."""
        ...

    def detokenize(self, tokens: Sequence[int]) -> str: ...

    def next_tokens(
        self, requests: Sequence[Request], written: Sequence[int], top: int
    ) -> tuple[NextTokens, ...]:
        """After each request's prompt and the tokens `written`: the `top` likeliest next tokens."""
        ...

    def forced_tokens(
        self, request: Request, tokens: Sequence[int], top: int
    ) -> tuple[NextTokens, ...]:
        """At each place of the continuation `tokens`: the `top` likeliest tokens there.

        The token that stands there is always among them, last where it is not a likely one.
        """
        ...


_BACKENDS_BY_CAPABILITY: dict[str, str] = {
    "chat": "any backend", "complete": "embedded, gguf:, hf:", "score": "embedded, gguf:, hf:",
    "schema": "embedded, gguf:, openai:", "grammar": "embedded, gguf:", "tools": "openai:",
    "logits": "hf:", "hidden": "hf:", "adapters": "embedded, gguf:",
    "distribution": "embedded, gguf:, hf:",
}  # fmt: skip


def require(model: LanguageModel, needs: Sequence[Capability], who: str) -> None:
    """Raise CapabilityError when `model` lacks something that `who` needs."""
    for capability in needs:
        if capability not in model.capabilities:
            would_do = _BACKENDS_BY_CAPABILITY.get(capability, "no backend yet")
            raise CapabilityError(
                f"{who} needs the capability {capability!r}, which the model {model.name!r} does "
                f"not offer. Backends that do: {would_do}."
            )


def need_distributions(model: LanguageModel, who: str) -> DistributionModel:
    """`model` as one that decodes token by token, or a CapabilityError."""
    require(model, ("distribution",), who)
    return cast("DistributionModel", model)
