"""A model that says what it is told and fails how it is told: for tests, demos and replays.

Three ways to tell it: a list (or a callable) in Python, a YAML file (`scripted:script.yaml`), or
nothing at all, when the reply depends on the prompt and the seed alone.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast, get_args

from personae.errors import (
    BackendError,
    BackendFailure,
    Cancelled,
    EnvironmentFault,
    FormatError,
    InvalidOption,
)
from personae.lm.types import (
    Capability,
    FinishReason,
    Generation,
    Likelihood,
    NextTokens,
    OnText,
    Request,
    Timings,
    ToolCall,
    Usage,
)
from personae.lm.wire import check_request
from personae.text.parsing import yaml_fault

DEFAULT_CAPABILITIES: frozenset[Capability] = frozenset(
    ("chat", "complete", "score", "schema", "grammar", "tools", "distribution", "adapters")
)
MAX_SCRIPT_BYTES = 1_000_000
MAX_RULES = 10_000
MAX_PATTERN_CHARS = 500
MAX_MATCHED_CHARS = 4_000
MAX_YAML_DEPTH = 40
FAILURES: tuple[str, ...] = get_args(BackendFailure)
UNLIKELY_NATS = -30.0  # of a word that the distributor does not name


@dataclass(frozen=True, slots=True)
class CutShort:
    """A reply that breaks off: `text` is streamed, then `error` is raised."""

    text: str
    error: BaseException


Scripted: TypeAlias = str | Generation | BaseException | CutShort
Replier: TypeAlias = Callable[[Request], Scripted]
Scorer: TypeAlias = Callable[[Request, str], "Likelihood | float"]
# From a request and the text written so far: how likely each word is next; "" is the end.
Distributor: TypeAlias = Callable[[Request, str], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a script file says: when the last user message matches, say the replies in turn.

    A rule without a pattern is for every message that no pattern matches.
    """

    replies: tuple[Scripted, ...]
    when: re.Pattern[str] | None = None


@dataclass(slots=True)
class _Progress:
    """What changes from call to call, under one lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    requests: list[Request] = field(default_factory=list)
    scored: list[tuple[Request, tuple[str, ...]]] = field(default_factory=list)
    said: dict[int, int] = field(default_factory=dict)  # rule position -> replies given
    words: dict[str, int] = field(default_factory=dict)  # word -> token id, as they come


class ScriptedModel:
    """A language model whose every word is decided beforehand.

    `replies` is a sequence (said one after the other), a callable, or None (see `echo`). An
    exception among them is raised, a `CutShort` is streamed and then raised; `{seed}` in a text
    becomes the request's seed. Words count as tokens. `when_exhausted` says whether a list
    starts again or raises. `delay_s` is waited before each word. `scorer` replaces the pseudo
    likelihoods, `distributor` the pseudo distributions. `requests` and `scored` hold everything
    that was asked, in order.
    """

    def __init__(
        self,
        replies: Sequence[Scripted | Rule] | Replier | None = None,
        *,
        when_exhausted: Literal["cycle", "raise"] = "cycle",
        scorer: Scorer | None = None,
        distributor: Distributor | None = None,
        capabilities: Iterable[Capability] = DEFAULT_CAPABILITIES,
        context_tokens: int = 8192,
        delay_s: float = 0.0,
        name: str = "scripted",
        fingerprint: str = "",
    ) -> None:
        if isinstance(replies, str):
            raise InvalidOption("`replies` is a list of texts, not one text. Write it as [text].")
        if when_exhausted not in ("cycle", "raise"):
            raise InvalidOption(
                f"when_exhausted={when_exhausted!r} is neither 'cycle' nor 'raise'."
            )
        self._replier = replies if callable(replies) else None
        self._rules = () if replies is None or callable(replies) else _as_rules(replies)
        self._speaks_by_itself = replies is None
        self._when_exhausted = when_exhausted
        self._scorer = scorer
        self._distributor = distributor or pseudo_distribution
        self._capabilities = frozenset(capabilities)
        self._context_tokens = context_tokens
        self._delay_s = delay_s
        self._name = name
        self._fingerprint = fingerprint or self._own_fingerprint()
        self._progress = _Progress()

    @property
    def name(self) -> str:
        return self._name

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._capabilities

    @property
    def context_tokens(self) -> int:
        return self._context_tokens

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every request that `generate` was given, oldest first."""
        with self._progress.lock:
            return tuple(self._progress.requests)

    @property
    def scored(self) -> tuple[tuple[Request, tuple[str, ...]], ...]:
        """Every (request, continuations) that `score` was given, oldest first."""
        with self._progress.lock:
            return tuple(self._progress.scored)

    def generate(self, request: Request, on_text: OnText | None = None) -> Generation:
        """Say what the script has next. Raises what it holds, BackendError, CapabilityError."""
        with self._progress.lock:
            self._progress.requests.append(request)
        check_request(self, request)
        prompt = rendered(request)
        self._refuse_overflow(prompt)
        answer = self._next(request)
        if isinstance(answer, BaseException):
            raise answer.with_traceback(None)
        if isinstance(answer, CutShort):
            self._speak(request, answer.text, on_text)
            raise answer.error.with_traceback(None)
        text = answer if isinstance(answer, str) else answer.text
        spoken, reason = self._speak(request, text, on_text)
        return self._finished(prompt, answer, spoken, reason)

    def score(self, request: Request, continuations: Sequence[str]) -> tuple[Likelihood, ...]:
        """Likelihoods that depend on (prompt, continuation) alone, or those of the scorer."""
        with self._progress.lock:
            self._progress.scored.append((request, tuple(continuations)))
        check_request(self, request, "score")
        self._refuse_overflow(rendered(request))
        scorer = self._scorer or pseudo_likelihood
        return tuple(_as_likelihood(scorer(request, text)) for text in continuations)

    def tokenize(self, text: str) -> tuple[int, ...]:
        """One token a word, numbered as words come."""
        with self._progress.lock:
            known = self._progress.words
            return tuple(known.setdefault(word, len(known)) for word in text.split())

    def detokenize(self, tokens: Sequence[int]) -> str:
        """The words, a space between them."""
        with self._progress.lock:
            words = list(self._progress.words)
        return " ".join(words[token] for token in tokens)

    def next_tokens(
        self, requests: Sequence[Request], written: Sequence[int], top: int
    ) -> tuple[NextTokens, ...]:
        """The distributor's words after each prompt, likeliest first."""
        return tuple(self._next_tokens(request, written, top) for request in requests)

    def forced_tokens(
        self, request: Request, tokens: Sequence[int], top: int
    ) -> tuple[NextTokens, ...]:
        """The distributor's words at each place; the word that stands there is among them."""
        return tuple(
            self._next_tokens(request, tokens[:place], top, own=token)
            for place, token in enumerate(tokens)
        )

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def close(self) -> None:
        """Nothing to release."""

    def __repr__(self) -> str:
        return f"ScriptedModel(name={self._name!r}, requests={len(self.requests)})"

    def _next_tokens(
        self, request: Request, written: Sequence[int], top: int, own: int | None = None
    ) -> NextTokens:
        check_request(self, request, "distribution")
        self._refuse_overflow(rendered(request))
        found = self._distributor(request, self.detokenize(written))
        words = sorted((word for word in found if found[word] > 0), key=lambda w: (-found[w], w))
        listed = {self._token(word): math.log(found[word]) for word in words[:top]}
        if own is not None and own not in listed:
            chance = found.get(self.detokenize([own]), 0.0)
            listed[own] = math.log(chance) if chance > 0 else UNLIKELY_NATS
        end = self._token("")
        return NextTokens(tuple(listed), tuple(listed.values()), tuple(t == end for t in listed))

    def _token(self, word: str) -> int:
        with self._progress.lock:
            return self._progress.words.setdefault(word, len(self._progress.words))

    def _next(self, request: Request) -> Scripted:
        if self._replier is not None:
            return self._replier(request)
        if self._speaks_by_itself:
            return echo(request)
        position = _matching(self._rules, last_user_text(request))
        if position is None:
            raise BackendError(
                "The script has no reply for this message: no pattern matches it, and there is "
                "no reply without a pattern.",
                failure="engine",
            )
        with self._progress.lock:
            said = self._progress.said.get(position, 0)
            self._progress.said[position] = said + 1
        replies = self._rules[position].replies
        if said >= len(replies) and self._when_exhausted == "raise":
            raise BackendError(
                f"The script is exhausted: it held {len(replies)} replies, and this is request "
                f"{said + 1}.",
                failure="engine",
            )
        return replies[said % len(replies)]

    def _speak(
        self, request: Request, text: str, on_text: OnText | None
    ) -> tuple[str, FinishReason]:
        """Stream `text` word by word; returns what was said, and why it ended."""
        text = text.replace("{seed}", str(request.sampling.seed))
        wanted = text[: _stop_position(text, request.sampling.stop)]
        words = re.findall(r"\s*\S+|\s+$", wanted)
        deadline = None if request.timeout_s is None else time.monotonic() + request.timeout_s
        said = ""
        for count, word in enumerate(words):
            if count >= request.sampling.max_tokens:
                return said, "length"
            self._wait(request, deadline, said)
            said += word
            if on_text is not None:
                on_text(word)
        if request.cancel is not None and request.cancel.is_set():
            raise Cancelled(said)
        return said, "stop"

    def _wait(self, request: Request, deadline: float | None, said: str) -> None:
        if request.cancel is not None:
            if request.cancel.wait(self._delay_s):
                raise Cancelled(said)
        elif self._delay_s:
            time.sleep(self._delay_s)
        if deadline is not None and time.monotonic() > deadline:
            raise BackendError(
                f"The scripted model did not finish within {request.timeout_s:g} s.",
                failure="timeout",
            )

    def _finished(
        self, prompt: str, answer: str | Generation, spoken: str, reason: FinishReason
    ) -> Generation:
        words = self.count_tokens(spoken)
        # The clock is simulated, so that two runs of one script give the same bytes.
        plain = Generation(
            text=spoken,
            finish_reason=reason,
            usage=Usage(self.count_tokens(prompt), words),
            timings=Timings(words * self._delay_s, self._delay_s if words else 0.0),
            prompt=prompt,
        )
        if isinstance(answer, str):
            return plain
        changed = reason if reason == "length" else answer.finish_reason
        return replace(
            answer,
            text=spoken,
            finish_reason=changed,
            usage=plain.usage if answer.usage == Usage() else answer.usage,
            timings=plain.timings if answer.timings == Timings() else answer.timings,
            prompt=answer.prompt or prompt,
        )

    def _refuse_overflow(self, prompt: str) -> None:
        tokens = self.count_tokens(prompt)
        if tokens > self._context_tokens:
            raise BackendError(
                f"The prompt has {tokens} tokens, and the scripted model reads at most "
                f"{self._context_tokens}.",
                failure="overflow",
            )

    def _own_fingerprint(self) -> str:
        is_told = self._distributor is not pseudo_distribution
        if self._replier is not None or self._scorer is not None or is_told:
            return f"scripted-{uuid.uuid4().hex[:12]}"  # code has no value to compare by
        parts = [self._when_exhausted, *map(repr, self._rules)]
        return f"scripted-{_digest(*parts)[:12]}"


def open_scripted(path: Path | None = None, **options: Any) -> ScriptedModel:
    """The model of a script file, or the one that speaks by itself.

    Raises FormatError when the file is not a script, EnvironmentFault when it cannot be read.
    """
    if path is None:
        return ScriptedModel(**options)
    script = parse_script(_read_limited(path), file=path)
    return ScriptedModel(**{"name": f"scripted:{path}", **script, **options})


def parse_script(text: str, *, file: str | Path | None = None) -> dict[str, Any]:
    """A YAML script as keyword arguments of ScriptedModel. Raises FormatError.

    The script is a list of rules, or a mapping with `replies` (that list) and optionally
    `when_exhausted`, `context_tokens`, `delay_s` and `capabilities`. A rule is a text, or a
    mapping of `when` (a regular expression, searched in the last user message), `reply` (a text
    or a list of them), `tool_calls`, `error` (a failure class) and `retry_after_s`.
    """
    value = _load_yaml(text, file)
    options = value if isinstance(value, dict) else {"replies": value}
    checks: dict[str, Callable[[Any], Any]] = {
        "replies": lambda rules: _checked_rules(rules, file),
        "when_exhausted": lambda word: _checked_choice(word, ("cycle", "raise"), file),
        "context_tokens": lambda number: int(_checked_number(number, 1, 10**9, file)),
        "delay_s": lambda number: _checked_number(number, 0, 3600, file),
        "capabilities": lambda names: _checked_capabilities(names, file),
    }
    for key in options:
        if key not in checks:
            raise FormatError(f"A script has no key {_shown(key)}. Its keys: {', '.join(checks)}.",
                              file=file)  # fmt: skip
    if "replies" not in options:
        raise FormatError("The script has no `replies`.", file=file)
    return {key: checks[key](part) for key, part in options.items()}


def echo(request: Request) -> str:
    """A reply that depends on the prompt and the seed alone; JSON where a schema asks for it."""
    digest = _digest(rendered(request), request.sampling.seed)
    rng = random.Random(digest)
    if request.schema is not None:
        return json.dumps(_instance(request.schema, rng, depth=0), ensure_ascii=False)
    heard = re.findall(r"\w+", last_user_text(request) or request.prompt)[-40:]
    words = rng.sample(heard, k=min(len(heard), rng.randint(2, 6)))
    opening = rng.choice(("I hear you:", "Well,", "You say", "Let me think about", "So,"))
    return f"{opening} {' '.join(words) or 'nothing'} ({digest[:6]})."


def pseudo_likelihood(request: Request, continuation: str) -> Likelihood:
    """Log-probabilities between -8 and 0, one a word, from a hash of prompt and words so far."""
    prompt = rendered(request)
    words = continuation.split()
    return Likelihood(
        tuple(
            -8.0 * (int(_digest(prompt, *words[: count + 1])[:8], 16) + 1) / 2**32
            for count in range(len(words))
        )
    )


def pseudo_distribution(request: Request, written: str) -> dict[str, float]:
    """Words of the prompt's last user message, as likely as a hash says; the end comes nearer."""
    heard = re.findall(r"\w+", last_user_text(request) or request.prompt)[-12:]
    prompt, said = rendered(request), len(written.split())
    weights = {
        word: 1 + int(_digest(prompt, written, word)[:4], 16) for word in (*heard, "well", "yes")
    }
    total = sum(weights.values())
    end = min(0.9, 0.1 * said)
    return {"": end} | {word: (1 - end) * value / total for word, value in weights.items()}


def rendered(request: Request) -> str:
    """The text that the scripted model "reads": one line a message, then the prefill."""
    if not request.messages:
        return request.prompt + request.prefill
    lines = [f"{message.role}: {message.content}" for message in request.messages]
    return "\n".join([*lines, f"assistant: {request.prefill}".rstrip()])


def last_user_text(request: Request) -> str:
    """The last user message, or an empty string."""
    for message in reversed(request.messages):
        if message.role == "user":
            return message.content
    return ""


def _as_rules(replies: Sequence[Scripted | Rule]) -> tuple[Rule, ...]:
    """The rules among `replies` first, then one rule with all plain replies."""
    if not replies:
        raise InvalidOption("A script needs at least one reply.")
    rules = [reply for reply in replies if isinstance(reply, Rule)]
    plain = tuple(reply for reply in replies if not isinstance(reply, Rule))
    return (*rules, Rule(plain)) if plain else tuple(rules)


def _matching(rules: tuple[Rule, ...], heard: str) -> int | None:
    for position, rule in enumerate(rules):
        if rule.when is None or rule.when.search(heard[-MAX_MATCHED_CHARS:]):
            return position
    return None


def _stop_position(text: str, stops: Sequence[str]) -> int:
    found = [text.find(stop) for stop in stops if stop and stop in text]
    return min(found, default=len(text))


def _as_likelihood(value: Likelihood | float) -> Likelihood:
    return value if isinstance(value, Likelihood) else Likelihood((float(value),))


def _digest(*parts: object) -> str:
    text = json.dumps([str(part) for part in parts])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _instance(schema: Any, rng: random.Random, depth: int) -> Any:
    """A small value that a JSON schema allows (types, enum, const, anyOf, required, minItems)."""
    if not isinstance(schema, dict) or depth > MAX_YAML_DEPTH:
        return None
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return rng.choice(schema["enum"])
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return _instance(schema[key][0], rng, depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "object":
        parts = schema.get("properties", {})
        return {key: _instance(part, rng, depth + 1) for key, part in parts.items()}
    if kind == "array":
        length = max(int(schema.get("minItems", 1)), 0)
        return [_instance(schema.get("items", {}), rng, depth + 1) for _ in range(length)]
    return _scalar(str(kind), schema, rng)


def _scalar(kind: str, schema: dict[str, Any], rng: random.Random) -> Any:
    if kind in ("integer", "number"):
        low = schema.get("minimum", 0)
        high = max(schema.get("maximum", low + 10), low)
        return rng.randint(int(low), int(high)) if kind == "integer" else rng.uniform(low, high)
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "null":
        return None
    word = rng.choice(("amber", "birch", "cedar", "delta"))
    return word.ljust(int(schema.get("minLength", 0)), "x")[: schema.get("maxLength")]


def _read_limited(path: Path) -> str:
    try:
        with path.expanduser().open("rb") as source:
            data = source.read(MAX_SCRIPT_BYTES + 1)
    except OSError as error:
        raise EnvironmentFault(f"There is no script at {path} ({error.strerror}).") from error
    if len(data) > MAX_SCRIPT_BYTES:
        raise FormatError(f"The script is larger than {MAX_SCRIPT_BYTES} bytes.", file=path)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("The script is not UTF-8 text.", file=path) from error


def _load_yaml(text: str, file: str | Path | None) -> Any:
    import yaml

    if len(text) > MAX_SCRIPT_BYTES:
        raise FormatError(f"The script is larger than {MAX_SCRIPT_BYTES} bytes.", file=file)
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise FormatError("A script may not use YAML aliases.", file=file)
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_YAML_DEPTH:
                raise FormatError(f"The script nests deeper than {MAX_YAML_DEPTH}.", file=file)
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise yaml_fault(error, file) from error


def _checked_rules(value: Any, file: str | Path | None) -> tuple[Rule | Scripted, ...]:
    if not isinstance(value, list) or not value:
        raise FormatError("`replies` is not a list with at least one reply.", file=file)
    if len(value) > MAX_RULES:
        raise FormatError(f"A script holds at most {MAX_RULES} replies.", file=file)
    found: list[Rule | Scripted] = []
    for position, item in enumerate(value, start=1):
        found += _checked_rule(item, f"Reply {position}", file)
    return tuple(found)


_RULE_KEYS = ("when", "reply", "tool_calls", "error", "retry_after_s")


def _checked_rule(item: Any, who: str, file: str | Path | None) -> Sequence[Rule | Scripted]:
    if isinstance(item, str):
        return [item]
    if not isinstance(item, dict):
        raise FormatError(f"{who} is neither a text nor a mapping; quote it.", file=file)
    for key in item:
        if key not in _RULE_KEYS:
            raise FormatError(
                f"{who} has an unknown key {_shown(key)}. Known: {', '.join(_RULE_KEYS)}.",
                file=file,
            )
    replies = _replies_of(item, who, file)
    if "when" not in item:
        return replies
    return [Rule(replies, _checked_pattern(item["when"], who, file))]


def _replies_of(item: dict[str, Any], who: str, file: str | Path | None) -> tuple[Scripted, ...]:
    texts = item.get("reply", [])
    texts = [texts] if isinstance(texts, str) else texts
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise FormatError(f"{who}: `reply` is not a text or a list of texts; quote it.", file=file)
    if "error" in item:
        error = _checked_error(item, who, file)
        return tuple(CutShort(text, error) for text in texts) or (error,)
    if "tool_calls" in item:
        calls = _checked_calls(item["tool_calls"], who, file)
        return tuple(
            Generation(text, finish_reason="tool_calls", tool_calls=calls) for text in texts or [""]
        )
    if not texts:
        raise FormatError(f"{who} has no `reply`, `error` or `tool_calls`.", file=file)
    return tuple(texts)


def _checked_error(item: dict[str, Any], who: str, file: str | Path | None) -> BackendError:
    failure = _checked_choice(item["error"], FAILURES, file)
    wait = item.get("retry_after_s")
    seconds = None if wait is None else _checked_number(wait, 0, 86_400, file)
    if failure == "cancelled":
        return Cancelled()
    return BackendError(
        f"{who} of the script says that the model fails ({failure}).",
        failure=cast(BackendFailure, failure),
        retry_after_s=seconds,
    )


def _checked_calls(value: Any, who: str, file: str | Path | None) -> tuple[ToolCall, ...]:
    calls = value if isinstance(value, list) else [value]
    for call in calls:
        if (
            not isinstance(call, dict)
            or not isinstance(call.get("name"), str)
            or not isinstance(call.get("arguments", {}), dict)
        ):
            raise FormatError(
                f"{who}: a tool call is a mapping with `name` and `arguments` (a mapping).",
                file=file,
            )
    try:
        json.dumps(calls)
    except (TypeError, ValueError) as error:
        raise FormatError(f"{who}: a tool call is not plain JSON; quote it.", file=file) from error
    return tuple(
        ToolCall(call["name"], call.get("arguments", {}), str(call.get("id", f"call_{number}")))
        for number, call in enumerate(calls, start=1)
    )


def _checked_pattern(value: Any, who: str, file: str | Path | None) -> re.Pattern[str]:
    if not isinstance(value, str) or len(value) > MAX_PATTERN_CHARS:
        raise FormatError(
            f"{who}: `when` is not a text of at most {MAX_PATTERN_CHARS} characters.", file=file
        )
    try:
        return re.compile(value)
    except (re.error, RecursionError, OverflowError) as error:
        raise FormatError(
            f"{who}: `when` is not a regular expression: {error}.", file=file
        ) from error


def _shown(value: Any) -> str:
    """A value for a message; huge numbers have no decimal text in Python, so only their type."""
    return repr(value[:60]) if isinstance(value, str) else f"A value of type {type(value).__name__}"


def _checked_choice(value: Any, allowed: Sequence[str], file: str | Path | None) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise FormatError(f"{_shown(value)} is not one of: {', '.join(allowed)}.", file=file)
    return value


def _checked_number(value: Any, low: float, high: float, file: str | Path | None) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise FormatError(f"{_shown(value)} is not a number from {low:g} to {high:g}.", file=file)
    return float(value)


def _checked_capabilities(value: Any, file: str | Path | None) -> tuple[Capability, ...]:
    if not isinstance(value, list):
        raise FormatError("`capabilities` is not a list.", file=file)
    allowed: tuple[str, ...] = get_args(Capability)
    return tuple(cast(Capability, _checked_choice(name, allowed, file)) for name in value)
