"""`embedded` and `gguf:PATH`: llama.cpp inside this process, through xllamacpp.

Concurrent requests share llama.cpp's slots and are decoded as one batch. The engine opens no port:
its control endpoint is a Unix socket in a private folder, and only this module talks to it (for the
tokenizer and the chat template, which xllamacpp does not export).

Batching rounds: beside other requests, and after a cached prefix, llama.cpp computes the same row
in another block, with other last bits. Measured with eight requests at once: with one cache for all
slots 0 of 16 texts were what the same requests gave alone; with a cache a slot (`kv_unified=False`,
used here) 16 of 16 for short prompts, but 3 of 8 for prompts of 100 to 700 words. So a request that
is `replayable` runs alone and without the prompt cache, and depends on nothing but itself.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from personae.errors import (
    BackendError,
    BackendFailure,
    Cancelled,
    EnvironmentFault,
    FormatError,
    InvalidOption,
)
from personae.lm.adapters import Adapter, checked_adapters, shipped_adapters
from personae.lm.control_socket import ControlSocket
from personae.lm.types import (
    Capability,
    FinishReason,
    Generation,
    Likelihood,
    Message,
    NextTokens,
    OnText,
    Request,
    Timings,
    Usage,
    require,
)
from personae.lm.weights import WEIGHTS_SHA256, embedded_weights, sha256_of

_CAPABILITIES: frozenset[Capability] = frozenset(
    {"chat", "complete", "score", "schema", "grammar", "distribution", "adapters"}
)
# Best of the speed-for-perplexity table in docs/models.md.
DEFAULT_QUANTISATION = "Q8_0"
_FOLDER_PREFIX = "personae-engine-"
_WHOLE = " the"  # a text whose token is whole characters


def open_embedded(
    path: Path | None = None,
    *,
    slots: int = 2,
    context_tokens: int = 4096,
    threads: int | None = None,
    quantisation: str = DEFAULT_QUANTISATION,
    adapters: Sequence[str | Path] = (),
) -> EmbeddedModel:
    """Load the packaged model, or the GGUF at `path`, into this process.

    The packaged model comes with the adapters that ship for it; `adapters` are GGUF files of the
    user's. They rest until a request names them.

    `slots` is how many replies are made at once, each with `context_tokens` of its own (about 23 MB
    of memory per 1,024 tokens and slot for the packaged model). Raises EnvironmentFault when the
    engine or the weights are missing, FormatError when `path` is no GGUF that llama.cpp can load.
    """
    if path is None:
        file, name = embedded_weights(quantisation), "embedded"
        fingerprint = f"smollm2-135m-instruct-{WEIGHTS_SHA256[:12]}-{file.stem.split('.')[-1]}"
    else:
        file, name = _checked_gguf(path), f"gguf:{path}"
        fingerprint = f"gguf-{_quick_hash(file)}"
    loaded = () if path else shipped_adapters()
    if adapters:
        base = WEIGHTS_SHA256 if path is None else sha256_of(file)
        loaded += checked_adapters([Path(one) for one in adapters], base)
    fingerprint += "".join(f"+{one.sha256[:8]}" for one in loaded)
    engine = _Engine(
        file, slots=slots, context_tokens=context_tokens, threads=threads, adapters=loaded
    )
    return EmbeddedModel(engine, name=name, fingerprint=f"{fingerprint}-{engine.version}")


class EmbeddedModel:
    """A llama.cpp model in this process; see `lm.types.LanguageModel`."""

    def __init__(self, engine: _Engine, *, name: str, fingerprint: str) -> None:
        self._engine, self._name, self._fingerprint = engine, name, fingerprint
        # Replayable requests run one at a time: beside others they are rounded in other blocks.
        self._alone = threading.Lock()
        # Bound to the instance, so that a closed model's cache goes with it.
        self._count = lru_cache(maxsize=4096)(lambda text: len(engine.tokenize(text)))

    @property
    def name(self) -> str:
        return self._name

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def capabilities(self) -> frozenset[Capability]:
        return _CAPABILITIES

    @property
    def context_tokens(self) -> int:
        return self._engine.context_tokens

    def generate(self, request: Request, on_text: OnText | None = None) -> Generation:
        """Answer one request; see `LanguageModel.generate`."""
        if request.tools:
            require(self, ("tools",), "This request")
        prompt = self.render(request)
        body = _body_of(request, prompt) | self._added(request)
        with self._alone if request.replayable else nullcontext():
            return self._engine.stream(body, prompt, request, on_text)

    def score(self, request: Request, continuations: Sequence[str]) -> tuple[Likelihood, ...]:
        """Exact log-likelihoods in nats, under the raw distribution (no temperature, no cut-off).

        A grammar of token ids forces the continuation, so that the engine reports the probability
        of each of its tokens as it decodes; the continuations share the slots.
        """
        prompt, added = self.render(request), self._added(request)
        if request.replayable:
            with self._alone:
                return self._replayable_scores(prompt, added, continuations)
        with ThreadPoolExecutor(self._engine.slots) as pool:
            score = partial(self._engine.score, prompt, added, is_cached=True)
            return tuple(pool.map(score, continuations))

    def _replayable_scores(
        self, prompt: str, added: dict[str, Any], continuations: Sequence[str]
    ) -> tuple[Likelihood, ...]:
        """The same whatever was asked before, and in whichever order.

        Several continuations go on from one reading of the prompt, in one slot; a token decoded
        after it first makes them all find it read, none by itself.
        """
        if len(continuations) < 2:
            score = partial(self._engine.score, prompt, added, is_cached=False)
            return tuple(map(score, continuations))
        pinned = {**added, "id_slot": 0}
        self._engine.force(prompt, pinned, self.tokenize("\n")[:1], 1, is_cached=False)
        score = partial(self._engine.score, prompt, pinned, is_cached=True)
        return tuple(map(score, continuations))

    def tokenize(self, text: str) -> tuple[int, ...]:
        """Token ids of a text; what looks like a control token is read as plain text."""
        return tuple(self._engine.tokenize(text))

    def detokenize(self, tokens: Sequence[int]) -> str:
        """The text of token ids; half a character at the end is a replacement character."""
        return self._engine.detokenize(tokens)

    def next_tokens(
        self, requests: Sequence[Request], written: Sequence[int], top: int
    ) -> tuple[NextTokens, ...]:
        """See `DistributionModel.next_tokens`. Quick where there is a slot for each request.

        Replayable requests run one after the other, the first time without the prompt cache; while
        more is written they go on from what that left.
        """
        prompts = [(self.render(request), self._added(request)) for request in requests]
        if any(request.replayable for request in requests):
            with self._alone:
                return tuple(
                    self._engine.next_tokens(*prompt, written, top, slot, is_cached=bool(written))
                    for slot, prompt in enumerate(prompts)
                )
        with ThreadPoolExecutor(self._engine.slots) as pool:
            ask = partial(self._engine.next_tokens, is_cached=True)
            slots = range(len(prompts))
            return tuple(pool.map(lambda slot: ask(*prompts[slot], written, top, slot), slots))

    def forced_tokens(
        self, request: Request, tokens: Sequence[int], top: int
    ) -> tuple[NextTokens, ...]:
        """See `DistributionModel.forced_tokens`."""
        prompt = self.render(request)
        with self._alone if request.replayable else nullcontext():
            content = self._engine.force(
                prompt, self._added(request), tokens, top, is_cached=not request.replayable
            )
        return tuple(_next_tokens(place, with_own=True) for place in content)

    def render(self, request: Request) -> str:
        """The very text that the model reads: the chat template's, or the raw prompt."""
        if not request.messages:
            return request.prompt + request.prefill
        return self._engine.apply_template(request.messages) + request.prefill

    def count_tokens(self, text: str) -> int:
        return self._count(text)

    @property
    def adapters(self) -> tuple[str, ...]:
        """The names of the adapters that a request may name."""
        return self._engine.adapters

    def _added(self, request: Request) -> dict[str, Any]:
        """The engine's keys for the request's adapters. Raises InvalidOption: no such adapter."""
        loaded = self._engine.adapters
        for name, _ in request.adapters:
            if name not in loaded:
                raise InvalidOption(
                    f"The model {self.name!r} was opened without the adapter {name!r}. "
                    f"It has: {', '.join(loaded) or 'none'}."
                )
        scales = [{"id": loaded.index(name), "scale": scale} for name, scale in request.adapters]
        return {"lora": scales} if scales else {}

    def close(self) -> None:
        self._engine.close()


class _Engine:
    """The llama.cpp server object and its private control socket."""

    def __init__(
        self, file: Path, *, slots: int, context_tokens: int, threads: int | None,
        adapters: Sequence[Adapter] = (),
    ) -> None:  # fmt: skip
        try:
            import xllamacpp
        except ImportError as error:
            raise EnvironmentFault(
                "The engine of the embedded model is missing.", remedy="pip install xllamacpp"
            ) from error
        self.slots, self.context_tokens = slots, context_tokens
        self.adapters = tuple(one.name for one in adapters)
        self.version = f"xllamacpp{xllamacpp.__version__}"
        self._folder = _private_folder()
        params = xllamacpp.CommonParams()
        params.model.path = str(file)
        params.hostnames = [str(self._folder / "engine.sock")]
        params.n_parallel, params.n_ctx, params.kv_unified = slots, slots * context_tokens, False
        params.cpuparams.n_threads = threads or _default_threads()
        params.cpuparams_batch.n_threads = params.cpuparams.n_threads
        params.cache_ram_mib, params.warmup, params.verbosity = 0, False, -1
        params.endpoint_slots = False
        # Loaded, but added only where a request says so.
        params.lora_adapters = [
            xllamacpp.CommonAdapterLoraInfo(str(one.file), 0.0) for one in adapters
        ]
        params.lora_init_without_apply = True
        try:
            self._server = xllamacpp.Server(params)
        except (RuntimeError, ValueError, OSError) as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise FormatError(f"llama.cpp cannot load this model: {error}.", file=file) from error
        self._control = ControlSocket(self._folder / "engine.sock")
        self._special = _special_token_pattern(self._control.call("GET", "/props"))

    def stream(
        self, body: dict[str, Any], prompt: str, request: Request, on_text: OnText | None
    ) -> Generation:
        """Run one completion to its end, cancel it, or raise BackendError."""
        run = _StreamedRun(request, on_text)
        self._server.handle_completions({**body, "stream": True}, run.take)
        return run.finish(prompt, self.tokenize)

    def score(
        self, prompt: str, added: dict[str, Any], text: str, *, is_cached: bool
    ) -> Likelihood:
        """The log-probability of each token of `text`, decoded one after the other."""
        content = self.force(prompt, added, self.tokenize(text), 1, is_cached=is_cached)
        return Likelihood(tuple(float(place["logprob"]) for place in content))

    def force(
        self, prompt: str, added: dict[str, Any], tokens: Sequence[int], top: int, *,
        is_cached: bool,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """What the engine reports of each place of a continuation that it is made to decode.

        `added` are keys that go to the engine as they are.
        """
        if not tokens:
            return []
        answer = self._server.handle_completions(
            {
                "prompt": prompt,
                "n_predict": len(tokens),
                "grammar": "root ::= " + " ".join(f"<[{token}]>" for token in tokens),
                "temperature": 0.0,
                "logprobs": top,
                "n_probs": top,
                "cache_prompt": is_cached,
                **added,
            }
        )
        _raise_engine_error(answer)
        content: list[dict[str, Any]] = answer["choices"][0]["logprobs"]["content"]
        if [token["id"] for token in content] != list(tokens):
            raise BackendError(
                "The engine did not decode the tokens it was told to score.", failure="engine"
            )
        return content

    def next_tokens(
        self, prompt: str, added: dict[str, Any], written: Sequence[int], top: int, slot: int, *,
        is_cached: bool,
    ) -> NextTokens:  # fmt: skip
        """The distribution after a prompt and the tokens written so far, kept warm in a slot."""
        body = {
            "prompt": [prompt, *written],
            "n_predict": 1,
            "temperature": 0.0,
            "logprobs": top,
            "n_probs": top,
            "cache_prompt": is_cached,
            "id_slot": slot % self.slots,
            **added,
        }
        answer = self._server.handle_completions(body)
        _raise_engine_error(answer)
        if answer["choices"][0]["logprobs"] is None:
            # The likeliest token is half a character, which the engine keeps back with what it
            # knows of it. The distribution is the same before any other token.
            whole = self.tokenize(_WHOLE)[0]
            answer = self._server.handle_completions({**body, "grammar": f"root ::= <[{whole}]>"})
            _raise_engine_error(answer)
        return _next_tokens(answer["choices"][0]["logprobs"]["content"][0])

    def detokenize(self, tokens: Sequence[int]) -> str:
        """The text of token ids."""
        return str(self._ask("/detokenize", {"tokens": list(tokens)})["content"])

    def tokenize(self, text: str) -> list[int]:
        """Token ids; text that looks like a control token is read as plain text."""
        answer = self._ask("/tokenize", {"content": text, "parse_special": False})
        return [int(token) for token in answer["tokens"]]

    def apply_template(self, messages: Sequence[Message]) -> str:
        """The chat template's text; control tokens inside contents are defused."""
        plain = [
            {"role": message.role, "content": self._special.sub(_defuse, message.content)}
            for message in messages
        ]
        return str(self._ask("/apply-template", {"messages": plain})["prompt"])

    def close(self) -> None:
        """Stop the engine and remove its folder; calling it twice is fine."""
        self._control.close()
        self._server = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._control.call("POST", path, body)
        _raise_engine_error(answer)
        return answer


class _StreamedRun:
    """Collects the pieces of one streamed completion; `take` returns True to stop it."""

    def __init__(self, request: Request, on_text: OnText | None) -> None:
        self._request, self._on_text = request, on_text
        self._pieces: list[str] = []
        self._tokens: list[tuple[str, float]] = []
        self._started = time.perf_counter()
        self._first_token_s: float | None = None
        self._last: dict[str, Any] = {}
        self._prompt: dict[str, Any] = {}
        self._cancelled = False
        self._timed_out = False
        self._ended = False
        self._failure: BaseException | None = None

    def take(self, chunk: dict[str, Any]) -> bool:
        """The engine's callback. It swallows exceptions, so ours are kept for `finish`."""
        try:
            return self._take(chunk)
        except BaseException as error:  # noqa: BLE001 - re-raised in finish
            self._failure = error
            return True

    def _take(self, chunk: dict[str, Any]) -> bool:
        now = time.perf_counter() - self._started
        if "error" in chunk:
            self._last = chunk
            return True
        self._prompt = chunk.get("prompt_progress") or self._prompt
        choice = chunk["choices"][0]
        text = choice.get("text") or ""
        if text:
            if self._first_token_s is None:
                self._first_token_s = now
            self._pieces.append(text)
            self._tokens += _told_tokens(choice)
            if self._on_text is not None and self._on_text(text):
                self._ended = True
        if choice.get("finish_reason"):
            self._last = chunk
        self._cancelled = self._request.cancel is not None and self._request.cancel.is_set()
        self._timed_out = self._request.timeout_s is not None and now > self._request.timeout_s
        return self._cancelled or self._timed_out or self._ended

    def finish(self, prompt: str, tokenize: Callable[[str], Sequence[int]]) -> Generation:
        """The generation, once the engine has returned; `tokenize` counts what we ended early."""
        if self._failure is not None:
            raise self._failure
        _raise_engine_error(self._last)
        text = "".join(self._pieces)
        if self._cancelled and not self._last:
            raise Cancelled(text)
        if self._timed_out and not self._last:
            raise BackendError(
                f"The reply was not done within {self._request.timeout_s} s.", failure="timeout"
            )
        total_s = time.perf_counter() - self._started
        return Generation(
            text=text,
            finish_reason=_finish_reason(self._last),
            usage=self._usage(text, tokenize),
            timings=Timings(total_s=total_s, first_token_s=self._first_token_s or total_s),
            prompt=prompt,
            tokens=tuple(self._tokens),
        )

    def _usage(self, text: str, tokenize: Callable[[str], Sequence[int]]) -> Usage:
        counts = self._last.get("timings")
        if counts:
            cached = int(counts["cache_n"])
            return Usage(cached + int(counts["prompt_n"]), int(counts["predicted_n"]), cached)
        total, cached = (int(self._prompt.get(key, 0)) for key in ("total", "cache"))
        return Usage(total, len(tokenize(text)) if text else 0, cached)


def _body_of(request: Request, prompt: str) -> dict[str, Any]:
    sampling = request.sampling
    body: dict[str, Any] = {
        "prompt": prompt,
        "n_predict": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
        "repeat_penalty": sampling.repeat_penalty,
        "stop": list(sampling.stop),
        "cache_prompt": not request.replayable,
        # The first piece then has the prompt's counts: a reply that we end early has no last one.
        "return_progress": True,
    }
    if sampling.seed is not None:
        body["seed"] = sampling.seed % 2**32
    if request.schema is not None:
        body["json_schema"] = request.schema
    if request.grammar:
        body["grammar"] = request.grammar
    if request.log_probs:
        body |= {"logprobs": 1, "n_probs": 1}
    return body


def _told_tokens(choice: dict[str, Any]) -> list[tuple[str, float]]:
    """The tokens of one streamed piece with their log-probabilities, where they were asked for."""
    content = (choice.get("logprobs") or {}).get("content") or ()
    return [(str(token["token"]), float(token["logprob"])) for token in content]


def _next_tokens(place: dict[str, Any], *, with_own: bool = False) -> NextTokens:
    """What the engine says of one place; `with_own` adds its own token where it is not listed."""
    listed = list(place["top_logprobs"])
    if with_own and place["id"] not in {one["id"] for one in listed}:
        listed.append(place)
    return NextTokens(
        ids=tuple(int(one["id"]) for one in listed),
        log_probs=tuple(float(one["logprob"]) for one in listed),
        # A control token has no text: the turn is over there.
        ends=tuple(not one["bytes"] for one in listed),
    )


def _finish_reason(last: dict[str, Any]) -> FinishReason:
    reason = (last.get("choices") or [{}])[0].get("finish_reason")
    return "length" if reason == "length" else "stop"


def _raise_engine_error(answer: dict[str, Any]) -> None:
    if "error" not in answer:
        return
    error = answer["error"] if isinstance(answer["error"], dict) else {"message": answer["error"]}
    message = str(error.get("message", "unknown")).rstrip(".")
    if error.get("type") == "exceed_context_size_error":
        raise BackendError(
            f"The prompt does not fit: {message}. Shorten it, or open the model with a larger "
            "context_tokens.",
            failure="overflow",
        )
    failure: BackendFailure = "engine"
    if error.get("type") == "invalid_request_error":
        failure = "rejected"
    raise BackendError(
        f"The engine refused the request: {message}.", failure=failure, status=error.get("code")
    )


def _special_token_pattern(props: dict[str, Any]) -> re.Pattern[str]:
    """Matches the control tokens that the chat template is made of."""
    template = str(props.get("chat_template", ""))
    tokens = {str(props.get("bos_token", "")), str(props.get("eos_token", ""))}
    tokens |= set(re.findall(r"<\|[^|<>\n]{1,40}\|>|<[a-z_]{2,30}>|\[/?[A-Z_]{2,20}\]", template))
    known = sorted(filter(None, tokens), key=len, reverse=True)
    # `<|…|>` is refused whatever the template: llama.cpp parses it as special wherever it is known.
    return re.compile("|".join([r"<\|[^|<>\n]{1,40}\|>", *map(re.escape, known)]))


def _defuse(match: re.Match[str]) -> str:
    # A word joiner after the first character: reads the same, and is no control token any more.
    return match.group()[0] + "\u2060" + match.group()[1:]


def _private_folder() -> Path:
    """A new folder for the control socket; those that killed processes left are swept away."""
    root = Path(tempfile.gettempdir())
    for left in root.glob(f"{_FOLDER_PREFIX}*-*"):
        number = left.name.removeprefix(_FOLDER_PREFIX).partition("-")[0]
        if number.isdigit() and not _is_running(int(number)):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{_FOLDER_PREFIX}{os.getpid()}-"))


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _default_threads() -> int:
    """OMP_NUM_THREADS where it is set, else one a core, up to eight."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return int(wanted) if wanted.isdigit() and int(wanted) else min(os.cpu_count() or 2, 8)


def _checked_gguf(path: Path) -> Path:
    path = path.expanduser()
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise EnvironmentFault(f"There is no model file at {path} ({error.strerror}).") from error
    if magic != b"GGUF":
        raise FormatError("This is not a GGUF file (it does not begin with GGUF).", file=path)
    return path


def _quick_hash(file: Path) -> str:
    """Twelve hex digits over size, head and tail: cheap, and changes when the weights do."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        head = stream.read(1 << 20)
        stream.seek(max(0, size - (1 << 20)))
        tail = stream.read()
    return hashlib.sha256(str(size).encode() + head + tail).hexdigest()[:12]
