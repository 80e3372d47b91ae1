"""`openai:MODEL@URL`: any server that speaks OpenAI's chat completions, over httpx.

Every failure becomes one BackendError that names the endpoint and never the key. A request is
tried again with exponential backoff and full jitter where that can help, but never once text has
been streamed to the caller.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from personae.errors import (
    BackendError,
    BackendFailure,
    Cancelled,
    CapabilityError,
    FormatError,
    InvalidOption,
)
from personae.lm.connection import (
    KEY_VARIABLE,
    StopKind,
    StoppableTransport,
    Stopped,
    Watch,
    checked_key,
    checked_url,
    is_loopback,
    origin,
    without_query,
)
from personae.lm.failures import classified, may_pass, retry_after_s, why_unreachable
from personae.lm.types import (
    Capability,
    FinishReason,
    Generation,
    Likelihood,
    OnText,
    Request,
    Timings,
)
from personae.lm.wire import (
    Answer,
    PrefillCutter,
    ServerFault,
    SseParser,
    StopCutter,
    chat_body,
    check_request,
    completion_body,
    dialect_named,
    fault_of,
    parse_object,
    parse_scores,
    render_chat,
    score_body,
    shown,
)

T = TypeVar("T")

DEFAULT_URL = "https://api.openai.com/v1"
URL_VARIABLE = "OPENAI_BASE_URL"
MAX_BODY_BYTES = 32_000_000
MAX_REDIRECTS = 3
SCORES_PER_REQUEST = 32
DRAIN_S = 0.2


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait, in seconds, and how often to try again.

    `first_byte_s` counts to the first byte of the answer's body, `idle_s` between later bytes,
    `total_s` over everything, retries and their pauses included.
    """

    connect_s: float = 10.0
    first_byte_s: float = 120.0
    idle_s: float = 60.0
    total_s: float = 600.0
    max_retries: int = 4
    first_pause_s: float = 0.5
    longest_pause_s: float = 30.0
    longest_retry_after_s: float = 120.0


@dataclass(slots=True)
class _Progress:
    """What one call has come to, over all its tries."""

    started: float
    first_token_s: float = 0.0
    emitted: str = ""
    begun: bool = False
    caller_failed: bool = False


class OpenAIModel:
    """A model behind an OpenAI-compatible endpoint; see `lm.types.LanguageModel`.

    `dialect` (openai, llama, vllm) says what the server understands beyond the standard;
    `completes` and `scores` that it has `/completions`, and that it echoes log-probabilities
    there; `schemas` and `tools` can be switched off. `chat_template` (Jinja) lets chats be scored.
    `extra` is added to each request's JSON, the keys in `drop` are left out of it.
    `max_concurrent` bounds the requests under way. `pause` and `rng` are for tests.
    """

    def __init__(
        self,
        model: str,
        base_url: str = DEFAULT_URL,
        *,
        api_key: str = "",
        dialect: str = "openai",
        completes: bool = False,
        scores: bool = False,
        schemas: bool = True,
        tools: bool = True,
        chat_template: str = "",
        context_tokens: int = 8192,
        extra: dict[str, Any] | None = None,
        drop: Sequence[str] = (),
        max_concurrent: int | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
        limits: Limits | None = None,
        pause: Callable[[float], None] | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._model = model
        self._url = checked_url(base_url)
        self._key = checked_key(api_key)
        self._dialect = dialect_named(dialect)
        self._capabilities = self._offered(completes, scores, schemas, tools)
        self._template = chat_template
        self._context_tokens = context_tokens
        self._extra = dict(extra or {})
        self._drop = frozenset(drop)
        self._slots = None if max_concurrent is None else _checked_slots(max_concurrent)
        self._max_body_bytes = max_body_bytes
        self._limits = limits or Limits()
        self._pause = pause
        self._rng = rng or random.Random()
        self._transport = StoppableTransport(self._url)
        self._client = httpx.Client(
            transport=self._transport, headers=self._headers(), trust_env=False
        )

    @property
    def name(self) -> str:
        return f"openai:{self._model}@{self._url}"

    @property
    def fingerprint(self) -> str:
        parts = [self.name, self._dialect.name, self._extra, sorted(self._drop), self._template]
        text = json.dumps(parts, sort_keys=True, default=str)
        return f"openai-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._capabilities

    @property
    def context_tokens(self) -> int:
        return self._context_tokens

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r})"

    def generate(self, request: Request, on_text: OnText | None = None) -> Generation:
        """Answer one request; see `LanguageModel.generate`."""
        check_request(self, request)
        path, body = self._path_and_body(request)
        if on_text is not None:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        progress = _Progress(time.monotonic())

        def attempt(watch: Watch) -> Generation:
            with self._opened("POST", path, self._trimmed(body), watch) as response:
                return self._answer(response, watch, request, on_text, progress)

        made = self._persist(attempt, request, progress)
        total_s = time.monotonic() - progress.started
        return replace(made, timings=Timings(total_s, progress.first_token_s or total_s))

    def score(self, request: Request, continuations: Sequence[str]) -> tuple[Likelihood, ...]:
        """Likelihoods by `/completions` with echo and logprobs; see `LanguageModel.score`.

        A chat can be scored only with a `chat_template`: the endpoint takes raw text.
        """
        check_request(self, request, "score")
        prompt = self._raw_prompt(request)
        found: list[Likelihood] = []
        for start in range(0, len(continuations), SCORES_PER_REQUEST):
            found += self._scored(
                prompt, continuations[start : start + SCORES_PER_REQUEST], request
            )
        return tuple(found)

    def models(self, timeout_s: float = 5.0) -> tuple[str, ...]:
        """The ids that the endpoint lists under `/models`; one try. Raises BackendError."""
        watch = Watch(None, time.monotonic() + timeout_s, timeout_s, timeout_s)
        with (
            self._named_failures(watch, _Progress(time.monotonic())),
            self._opened("GET", "/models", None, watch) as response,
        ):
            value = self._object(self._whole(response, watch))
        listed = value.get("data")
        if not isinstance(listed, list):
            raise self._failed("lists no models", "malformed")
        return tuple(str(item["id"]) for item in listed if isinstance(item, dict) and "id" in item)

    def count_tokens(self, text: str) -> int:
        """An estimate that errs upwards: one token for each 3.5 bytes of UTF-8."""
        return math.ceil(len(text.encode("utf-8", "surrogatepass")) / 3.5)

    def close(self) -> None:
        """Close the pooled connections."""
        self._client.close()

    # What is sent ----------------------------------------------------------------------------

    def _path_and_body(self, request: Request) -> tuple[str, dict[str, Any]]:
        if not request.messages:
            return "/completions", completion_body(request, self._model, self._dialect)
        # api.openai.com refuses max_tokens for its newer models; others may not know the new key.
        ours = urlsplit(self._url).hostname == "api.openai.com"
        limit_key = "max_completion_tokens" if ours else "max_tokens"
        return "/chat/completions", chat_body(request, self._model, self._dialect, limit_key)

    def _trimmed(self, body: dict[str, Any]) -> dict[str, Any]:
        return {key: part for key, part in (body | self._extra).items() if key not in self._drop}

    def _headers(self) -> dict[str, str]:
        headers = {
            "Accept": "application/json, text/event-stream",
            "Accept-Encoding": "identity",  # a compressed body could unpack beyond any limit
            "User-Agent": "personae",
        }
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        return headers

    def _offered(
        self, completes: bool, scores: bool, schemas: bool, tools: bool
    ) -> frozenset[Capability]:
        offered: set[Capability] = {"chat", *self._dialect.capabilities}
        switches: tuple[tuple[bool, tuple[Capability, ...]], ...] = (
            (completes, ("complete",)),
            (scores, ("complete", "score")),
            (schemas, ("schema",)),
            (tools, ("tools",)),
        )
        for wanted, capabilities in switches:
            offered |= set(capabilities) if wanted else set()
        return frozenset(offered)

    def _raw_prompt(self, request: Request) -> str:
        if not request.messages:
            return request.prompt + request.prefill
        if not self._template:
            raise CapabilityError(
                f"{self.name} can score raw prompts only: the endpoint does not say how it renders "
                "a chat. Pass the model's Jinja template as the option chat_template."
            )
        return render_chat(self._template, request)

    def _scored(
        self, prompt: str, continuations: Sequence[str], request: Request
    ) -> tuple[Likelihood, ...]:
        texts = [prompt + continuation for continuation in continuations]
        body = self._trimmed(score_body(texts, self._model))

        def attempt(watch: Watch) -> tuple[Likelihood, ...]:
            with self._opened("POST", "/completions", body, watch) as response:
                value = self._object(self._whole(response, watch))
            return parse_scores(value, len(prompt), [len(text) for text in texts])

        return self._persist(attempt, request, _Progress(time.monotonic()))

    # Trying, and trying again ----------------------------------------------------------------

    def _persist(self, attempt: Callable[[Watch], T], request: Request, progress: _Progress) -> T:
        """Run `attempt` until it succeeds, cannot succeed, or time or retries are used up."""
        limits = self._limits
        total_s = min(limits.total_s, request.timeout_s or limits.total_s)
        watch = Watch(
            request.cancel, progress.started + total_s, limits.first_byte_s, limits.idle_s
        )
        with self._slot(watch, progress):
            for tried in range(limits.max_retries + 1):
                try:
                    with self._named_failures(watch, progress):
                        return attempt(watch)
                except BackendError as error:
                    wait_s = self._pause_before_retry(error, tried, progress, watch)
                    if wait_s is None:
                        raise
                    self._sleep(wait_s, watch, progress)
        raise AssertionError("the last try either returns or raises")

    def _pause_before_retry(
        self, error: BackendError, tried: int, progress: _Progress, watch: Watch
    ) -> float | None:
        """Seconds until the next try, or None when there shall be none."""
        limits = self._limits
        if tried >= limits.max_retries or progress.begun or not may_pass(error):
            return None
        ceiling = min(limits.first_pause_s * 2**tried, limits.longest_pause_s)
        wait_s = self._rng.uniform(0, ceiling)
        if error.retry_after_s is not None:
            if error.retry_after_s > limits.longest_retry_after_s:
                return None
            wait_s = error.retry_after_s + self._rng.uniform(0, limits.first_pause_s)
        return wait_s if wait_s < watch.remaining_s() else None

    def _sleep(self, seconds: float, watch: Watch, progress: _Progress) -> None:
        with self._named_failures(watch, progress):
            if self._pause is None:
                watch.pause(seconds)
                return
            self._pause(seconds)
            watch.start_waiting()
            watch.check()

    @contextlib.contextmanager
    def _slot(self, watch: Watch, progress: _Progress) -> Iterator[None]:
        """Hold one of the `max_concurrent` places."""
        if self._slots is None:
            yield
            return
        watch.start_waiting()
        with self._named_failures(watch, progress):
            while not self._slots.acquire(timeout=0.05):
                watch.start_waiting()  # only cancel and deadline count while we queue
                watch.check()
        try:
            yield
        finally:
            self._slots.release()

    # One exchange ----------------------------------------------------------------------------

    @contextlib.contextmanager
    def _opened(
        self, method: str, path: str, body: dict[str, Any] | None, watch: Watch
    ) -> Iterator[httpx.Response]:
        """A response with status 200, its body unread; closes the connection on the way out."""
        url = self._url + path
        with self._transport.watching(watch):
            for _ in range(MAX_REDIRECTS + 1):
                watch.start_waiting()
                watch.check()
                response = self._client.send(self._request(method, url, body, watch), stream=True)
                with contextlib.closing(response):
                    if response.is_redirect:
                        url = self._redirected(url, response)
                        continue
                    if response.status_code != 200:
                        raise self._status_failure(response, watch)
                    yield response
                    return
        raise self._failed("redirects in a circle", "rejected")

    def _request(
        self, method: str, url: str, body: dict[str, Any] | None, watch: Watch
    ) -> httpx.Request:
        connect_s = min(self._limits.connect_s, watch.remaining_s() + 0.001)
        timeout = httpx.Timeout(None, connect=connect_s, write=self._limits.idle_s)
        return self._client.build_request(method, url, json=body, timeout=timeout)

    def _redirected(self, url: str, response: httpx.Response) -> str:
        target = urljoin(url, str(response.headers.get("location", "")))
        if origin(target) != origin(url) or response.status_code not in (307, 308):
            raise self._failed(
                f"redirects to {shown(without_query(target))}, which is not followed; "
                "name that URL instead if you trust it",
                "rejected",
                status=response.status_code,
            )
        return target

    def _answer(
        self,
        response: httpx.Response,
        watch: Watch,
        request: Request,
        on_text: OnText | None,
        progress: _Progress,
    ) -> Generation:
        answer = Answer()
        speech = _Speech(request, not self._dialect.prefill, on_text, progress)
        if on_text is not None and "event-stream" in response.headers.get("content-type", ""):
            self._read_stream(response, watch, answer, speech)
        else:
            speech.say(answer.add(self._object(self._whole(response, watch))))
        if not answer.choices_seen:
            raise self._failed("gave an answer without choices", "malformed")
        made = answer.generation(speech.finish())
        reason: FinishReason = "stop" if speech.stopped else made.finish_reason
        return replace(made, finish_reason=reason)

    def _read_stream(
        self, response: httpx.Response, watch: Watch, answer: Answer, speech: _Speech
    ) -> None:
        """Take in events until the end of the answer. Raises cut_stream when it never came."""
        parser = SseParser()
        chunks = self._chunks(response, watch)
        try:
            for chunk in chunks:
                for event in parser.feed(chunk):
                    watch.check()
                    if self._take(event, answer, speech):
                        self._drain(chunks, watch)
                        return
                    if speech.stopped:
                        return  # the rest is past a stop string: closing tells the server so
        except (httpcore.RemoteProtocolError, httpcore.ReadError):
            if not answer.finish:
                raise
        for event in parser.close():
            with contextlib.suppress(FormatError):  # half an event: the stream was cut
                if self._take(event, answer, speech):
                    return
        if not answer.finish:
            raise self._failed("ended its answer before it was complete", "cut_stream")

    def _take(self, event: str, answer: Answer, speech: _Speech) -> bool:
        """Take in one event; True when it is the last."""
        if event.strip() == "[DONE]":
            return True
        value = parse_object(event)
        fault = fault_of(value)
        if fault is not None:
            raise self._reported(fault, fault.status)
        speech.say(answer.add(value))
        return False

    def _drain(self, chunks: Iterator[bytes], watch: Watch) -> None:
        """Read the end of the body, if it is there already: only then is the connection kept."""
        idle_s, watch.idle_s = watch.idle_s, DRAIN_S
        with contextlib.suppress(
            Stopped, httpcore.RemoteProtocolError, httpcore.ReadError, BackendError
        ):
            for _ in chunks:
                pass
        watch.idle_s = idle_s

    def _object(self, body: bytes) -> dict[str, Any]:
        value = parse_object(body)
        fault = fault_of(value)
        if fault is not None:  # some servers report errors with status 200
            raise self._reported(fault, fault.status)
        return value

    def _whole(self, response: httpx.Response, watch: Watch) -> bytes:
        return b"".join(self._chunks(response, watch))

    def _chunks(self, response: httpx.Response, watch: Watch) -> Iterator[bytes]:
        """The body's bytes, up to the limit."""
        size = 0
        for chunk in response.iter_raw():
            watch.got_bytes()
            size += len(chunk)
            if size > self._max_body_bytes:
                raise self._failed(
                    f"sent more than {self._max_body_bytes} bytes, which is too much", "malformed"
                )
            yield chunk
            watch.got_bytes()  # what the caller did meanwhile is not the server's idleness

    # Failures --------------------------------------------------------------------------------

    def _failed(
        self,
        what: str,
        failure: BackendFailure,
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> BackendError:
        """A failure as one sentence that names the endpoint, and never the key."""
        sentence = f"{self.name} {what.rstrip('.')}."
        if self._key:
            sentence = sentence.replace(self._key, "[key]")
        return BackendError(sentence, failure=failure, status=status, retry_after_s=retry_after_s)

    def _status_failure(self, response: httpx.Response, watch: Watch) -> BackendError:
        body = b""
        with contextlib.suppress(httpcore.RemoteProtocolError, httpcore.ReadError, BackendError):
            for chunk in self._chunks(response, watch):
                body += chunk
                if len(body) > 100_000:
                    break
        try:
            fault = fault_of(parse_object(body)) or ServerFault(shown(body))
        except FormatError:
            fault = ServerFault(shown(body))
        return self._reported(fault, response.status_code, response.headers)

    def _reported(
        self, fault: ServerFault, status: int | None, headers: Mapping[str, str] | None = None
    ) -> BackendError:
        """The failure that the server itself reports, in its own words."""
        failure, what = classified(fault, status)
        if failure == "unauthorized":
            what += f" (the key: {KEY_VARIABLE}{'' if self._key else ', which is not set'})"
        code = "" if status is None else f" ({status})"
        said = f": {fault.message}" if fault.message else ""
        after = None if headers is None else retry_after_s(headers, datetime.now(UTC))
        return self._failed(f"{what}{code}{said}", failure, status=status, retry_after_s=after)

    @contextlib.contextmanager
    def _named_failures(self, watch: Watch, progress: _Progress) -> Iterator[None]:
        """Turn what the network raises into BackendError, with the cause."""
        try:
            yield
        except Exception as error:
            named = None if progress.caller_failed else self._named(error, watch, progress)
            if named is None:
                raise
            raise named from error

    def _named(self, error: Exception, watch: Watch, progress: _Progress) -> BackendError | None:
        """The BackendError for what went wrong, or None when it has a name already."""
        reason = shown(str(error)) or type(error).__name__
        match error:
            case Stopped(kind="cancelled"):
                return Cancelled(progress.emitted)
            case Stopped():
                return self._failed(self._late(error.kind, watch), "timeout")
            case FormatError():
                return self._failed(f"gave an answer that is not valid: {reason}", "malformed")
            case httpcore.TimeoutException() if watch.remaining_s() <= 0:
                return self._failed(self._late("total", watch), "timeout")
            case httpcore.TimeoutException():
                what = f"could not be reached within {self._limits.connect_s:g} s"
                return self._failed(what, "timeout")
            case httpcore.ConnectError():
                return self._failed(why_unreachable(error), "refused")
            case httpcore.RemoteProtocolError() | httpcore.ReadError() | httpcore.WriteError():
                return self._failed(f"broke the connection ({reason})", "cut_stream")
            case httpcore.ProxyError() | httpcore.ProtocolError() | httpcore.NetworkError():
                return self._failed(f"cannot be talked to ({reason})", "refused")
            case httpx.HTTPError() | httpx.InvalidURL() | UnicodeError():
                return self._failed(f"cannot be talked to ({reason})", "rejected")
        return None

    def _late(self, kind: StopKind, watch: Watch) -> str:
        if kind == "first_byte":
            return f"did not begin to answer within {watch.first_byte_s:g} s"
        if kind == "idle":
            return f"fell silent for {watch.idle_s:g} s in the middle of its answer"
        return "did not finish in the time allowed"


class _Speech:
    """Text on its way to the caller: without the prefill, and up to a stop string."""

    def __init__(
        self, request: Request, repeats_prefill: bool, on_text: OnText | None, progress: _Progress
    ) -> None:
        self._prefill = PrefillCutter(request.prefill if repeats_prefill else "")
        self._stops = StopCutter(request.sampling.stop)
        self._on_text = on_text
        self._progress = progress
        self._parts: list[str] = []

    @property
    def stopped(self) -> bool:
        return self._stops.stopped

    def say(self, piece: str) -> None:
        if piece:
            self._emit(self._stops.feed(self._prefill.feed(piece)))

    def finish(self) -> str:
        """Everything that was said, with what had been held back."""
        self._emit(self._stops.feed(self._prefill.close()))
        self._emit(self._stops.close())
        return "".join(self._parts)

    def _emit(self, text: str) -> None:
        if not text:
            return
        progress = self._progress
        self._parts.append(text)
        progress.first_token_s = progress.first_token_s or time.monotonic() - progress.started
        if self._on_text is not None:
            progress.begun = True
            progress.emitted += text
            try:
                self._on_text(text)
            except BaseException:
                progress.caller_failed = True
                raise


def _checked_slots(count: int) -> threading.BoundedSemaphore:
    if count < 1:
        raise InvalidOption(f"max_concurrent={count} is not 1 or more.")
    return threading.BoundedSemaphore(count)


def open_openai(
    model: str, base_url: str = "", *, offline: bool = False, **options: Any
) -> OpenAIModel:
    """The model at an endpoint, with URL and key from the environment where they are not given.

    Time limits may be given one by one (`first_byte_s=30`, `max_retries=0`, …; see Limits).
    Raises InvalidOption when the endpoint is not this machine and there is no key, or `offline`.
    """
    url = base_url or os.environ.get(URL_VARIABLE) or DEFAULT_URL
    key = options.pop("api_key", None) or os.environ.get(KEY_VARIABLE, "")
    names = {item.name for item in fields(Limits)}
    given = {name: options.pop(name) for name in list(options) if name in names}
    options["limits"] = checked_limits(replace(options.get("limits") or Limits(), **given))
    shown_url = shown(without_query(checked_url(url)))
    if offline and not is_loopback(url):
        raise InvalidOption(f"PERSONAE_OFFLINE is set, and {shown_url} is another machine.")
    if not key and not is_loopback(url):
        raise InvalidOption(
            f"The endpoint {shown_url} needs a key. Set {KEY_VARIABLE} (to any text where the "
            "server wants none)."
        )
    return OpenAIModel(model, url, api_key=key, **options)


def checked_limits(limits: Limits) -> Limits:
    """The same limits. Raises InvalidOption unless each is a number that can be waited for."""
    for item in fields(limits):
        value = getattr(limits, item.name)
        whole = item.name == "max_retries"
        kind = "a whole number from 0" if whole else "a number of seconds from 0"
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise InvalidOption(f"{item.name}={value!r} is not {kind}.")
        if not 0 <= value <= 1_000_000:
            raise InvalidOption(f"{item.name}={value!r} is not {kind} to 1000000.")
    return limits
