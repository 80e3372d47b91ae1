"""`hf:PATH`: a transformers model in this process, for scoring, logits and hidden states.

Loads a folder with safetensors, or a GGUF file (then with the very weights that llama.cpp runs, so
that what one backend trains or scores the other can serve). Needs the extra `[hf]`.
"""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import inspect
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.errors import (
    BackendError,
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
    Usage,
)
from personae.lm.wire import StopCutter, check_request, message_json

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]

INSTALL_COMMAND = "pip install 'torch==2.13.0' 'transformers>=5,<6' gguf accelerate"
DTYPES = ("float32", "bfloat16", "float16")
_CAPABILITIES: frozenset[Capability] = frozenset(
    ("chat", "complete", "score", "distribution", "logits", "hidden")
)
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def open_hf(
    path: str,
    *,
    dtype: str = "float32",
    device: str = "",
    context_tokens: int | None = None,
    batch_size: int = 16,
) -> HfModel:
    """Load a folder, a `.gguf` file, or (`embedded`) the packaged model.

    `device` is a torch device; empty takes cuda where there is one, else the processor.
    Raises EnvironmentFault when the extra or the file is missing, FormatError when transformers
    cannot load it.
    """
    if dtype not in DTYPES:
        raise InvalidOption(f"dtype={dtype!r} is not one of: {', '.join(DTYPES)}.")
    if batch_size < 1:
        raise InvalidOption(f"batch_size={batch_size} is not 1 or more.")
    require_extra()
    source = _packaged_weights() if path == "embedded" else Path(path).expanduser()
    model, tokenizer = _load(source, dtype, device or _best_device())
    limit = int(getattr(model.config, "max_position_embeddings", 0) or 2048)
    return HfModel(
        model,
        tokenizer,
        name=f"hf:{path}",
        fingerprint=_fingerprint(source, dtype),
        context_tokens=min(context_tokens or limit, limit),
        batch_size=batch_size,
    )


def require_extra() -> None:
    """Raise EnvironmentFault unless torch and transformers are installed."""
    for package in ("torch", "transformers", "gguf", "accelerate"):
        if importlib.util.find_spec(package) is None:
            raise EnvironmentFault(
                f"The backend hf: needs the package {package!r}, which is not installed.",
                remedy=INSTALL_COMMAND,
            )


class HfModel:
    """A transformers model in this process; see `lm.types.LanguageModel`.

    One lock lets one call at a time into torch, which uses all cores by itself.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        *,
        name: str,
        fingerprint: str,
        context_tokens: int,
        batch_size: int = 16,
    ) -> None:
        self._model, self._tokenizer = model, tokenizer
        self._name, self._fingerprint = name, fingerprint
        self._context_tokens, self._batch_size = context_tokens, batch_size
        self._lock = threading.Lock()
        # Transformers 5.24 renamed it.
        takes = inspect.signature(model.forward).parameters
        self._cache_word = "cache" if "cache" in takes else "past_key_values"
        special = sorted(filter(None, tokenizer.all_special_tokens), key=len, reverse=True)
        self._special = re.compile("|".join(map(re.escape, special)) or r"(?!)")

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
        return self._context_tokens

    @property
    def layers(self) -> int:
        """How many layers there are: `hidden` takes 0 (the embeddings) to this number."""
        return int(self._model.config.num_hidden_layers)

    def __repr__(self) -> str:
        return f"HfModel({self._name!r})"

    def generate(self, request: Request, on_text: OnText | None = None) -> Generation:
        """Answer one request; see `LanguageModel.generate`."""
        check_request(self, request)
        started = time.monotonic()
        prompt = self.render(request)
        ids = self._ids(prompt)
        room = self._room(len(ids))
        stream = _Stream(request, on_text, self._tokenizer, len(ids), started)
        with self._lock:
            output = self._run(ids, request, min(request.sampling.max_tokens, room), stream)
        written = output[len(ids) :]
        text = stream.finish(written)
        ended = stream.stopped or bool(written and written[-1] in self._end_ids())
        reason: FinishReason = "stop" if ended else "length"
        total_s = time.monotonic() - started
        return Generation(
            text=text,
            finish_reason=reason,
            usage=Usage(len(ids), len(written)),
            timings=Timings(total_s, stream.first_token_s or total_s),
            prompt=prompt,
        )

    def score(self, request: Request, continuations: Sequence[str]) -> tuple[Likelihood, ...]:
        """Exact log-likelihoods in nats, under the raw distribution (no temperature, no cut-off).

        The continuation is tokenised apart from the prompt. The prompt is read once, and the
        continuations in batches over its cache.
        """
        check_request(self, request, "score")
        prompt = self._ids(self.render(request))
        tokens = [self._ids(text) for text in continuations]
        self._room(len(prompt) + max(map(len, tokens), default=0) - 1)
        found: dict[int, Likelihood] = {
            position: Likelihood(()) for position, ids in enumerate(tokens) if not ids
        }
        # Neighbours in length share a batch, so that little of it is padding.
        order = sorted((p for p, ids in enumerate(tokens) if ids), key=lambda p: len(tokens[p]))
        with self._lock:
            cache, first = self._read(prompt) if order else (None, None)
            for start in range(0, len(order), self._batch_size):
                batch = order[start : start + self._batch_size]
                values = self._score_batch(cache, first, len(prompt), [tokens[p] for p in batch])
                found |= dict(zip(batch, values, strict=True))
        return tuple(found[position] for position in range(len(tokens)))

    def logits(self, text: str) -> FloatArray:
        """Next-token logits after each token of `text`: float32, (tokens, vocabulary)."""
        import torch

        ids = self._checked_text(text)
        with self._lock, torch.inference_mode():
            output = self._model(torch.tensor([ids], device=self._model.device))
            return _as_array(output.logits[0])

    def hidden(self, texts: Sequence[str], layer: int) -> list[FloatArray]:
        """Hidden states of each text after `layer`: float32, (tokens, width).

        Layer 0 is the embeddings; negative numbers count from the last layer. Raises InvalidOption.
        """
        import torch

        count = self.layers + 1
        if not -count <= layer < count:
            raise InvalidOption(f"layer={layer} is not from {-count} to {count - 1}.")
        rows = [self._checked_text(text) for text in texts]
        states: list[FloatArray] = []
        with self._lock, torch.inference_mode():
            for start in range(0, len(rows), self._batch_size):
                batch = rows[start : start + self._batch_size]
                ids, mask = self._padded(batch)
                output = self._model(ids, attention_mask=mask, output_hidden_states=True)
                chosen = output.hidden_states[layer]
                states += [_as_array(chosen[row, : len(ids_)]) for row, ids_ in enumerate(batch)]
        return states

    def tokenize(self, text: str) -> tuple[int, ...]:
        """Token ids of a text that follows a prompt."""
        return tuple(self._ids(text))

    def detokenize(self, tokens: Sequence[int]) -> str:
        """The text of token ids; half a character at the end is a replacement character."""
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=True))

    def next_tokens(
        self, requests: Sequence[Request], written: Sequence[int], top: int
    ) -> tuple[NextTokens, ...]:
        """See `DistributionModel.next_tokens`; each call reads the prompts anew."""
        rows = [[*self._ids(self.render(request)), *written] for request in requests]
        return tuple(self._distributions(row, len(row) - 1, top)[0] for row in rows)

    def forced_tokens(
        self, request: Request, tokens: Sequence[int], top: int
    ) -> tuple[NextTokens, ...]:
        """See `DistributionModel.forced_tokens`: one forward pass."""
        if not tokens:
            return ()
        prompt = self._ids(self.render(request))
        return self._distributions([*prompt, *tokens], len(prompt) - 1, top, forced=tokens)

    def _distributions(
        self, ids: list[int], start: int, top: int, forced: Sequence[int] = ()
    ) -> tuple[NextTokens, ...]:
        """What follows the tokens from `start` on; all but the last place where some are forced."""
        import torch

        self._room(len(ids) - 1)
        ends = self._end_ids()
        with self._lock, torch.inference_mode():
            inputs = torch.tensor([ids], device=self._model.device)
            table = self._model(inputs).logits[0, start:].float().log_softmax(-1).cpu()
        found = []
        for place, row in enumerate(table[: len(forced)] if forced else table):
            values, chosen = row.topk(min(top, len(row)))
            listed = [int(token) for token in chosen]
            log_probs = [float(value) for value in values]
            if forced and forced[place] not in listed:
                listed.append(forced[place])
                log_probs.append(float(row[forced[place]]))
            is_end = tuple(token in ends for token in listed)
            found.append(NextTokens(tuple(listed), tuple(log_probs), is_end))
        return tuple(found)

    def render(self, request: Request) -> str:
        """The very text that the model reads: the chat template's, or the raw prompt."""
        if not request.messages:
            return request.prompt + request.prefill
        messages = [message_json(message) for message in request.messages]
        for message in messages:
            message["content"] = self._special.sub(_defuse, message["content"])
        try:
            text = self._tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=True
            )
        except Exception as error:  # templates raise whatever they like
            raise BackendError(
                f"The chat template of {self._name} cannot render these messages: {error}.",
                failure="rejected",
            ) from error
        return str(text) + request.prefill

    def count_tokens(self, text: str) -> int:
        return len(self._ids(text))

    def close(self) -> None:
        """Let go of the weights."""
        with self._lock:
            self._model = None

    def _ids(self, text: str) -> list[int]:
        encoded = self._tokenizer(text, add_special_tokens=False, verbose=False)
        return [int(token) for token in encoded["input_ids"]]

    def _checked_text(self, text: str) -> list[int]:
        ids = self._ids(text)
        if not ids:
            raise InvalidOption("The text is empty: there is nothing to compute.")
        self._room(len(ids) - 1)
        return ids

    def _room(self, tokens: int) -> int:
        """How many tokens may still follow. Raises BackendError (overflow) when there is none."""
        if tokens >= self._context_tokens:
            raise BackendError(
                f"The prompt has {tokens} tokens, and {self._name} reads at most "
                f"{self._context_tokens}.",
                failure="overflow",
            )
        return self._context_tokens - tokens

    def _end_ids(self) -> frozenset[int]:
        ends = self._model.generation_config.eos_token_id
        listed = ends if isinstance(ends, list) else [ends]
        return frozenset({*listed, self._tokenizer.eos_token_id} - {None})

    def _padded(self, rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        """Rows padded on the right, and their mask; padding cannot be seen from before it."""
        import torch

        width = max(map(len, rows))
        ids = torch.zeros((len(rows), width), dtype=torch.long)
        mask = torch.zeros((len(rows), width), dtype=torch.long)
        for position, row in enumerate(rows):
            ids[position, : len(row)] = torch.tensor(row)
            mask[position, : len(row)] = 1
        return ids.to(self._model.device), mask.to(self._model.device)

    def _run(self, ids: list[int], request: Request, room: int, stream: _Stream) -> list[int]:
        """All token ids after generation; the seed holds for this call alone."""
        import torch
        from transformers import StoppingCriteriaList

        seed = request.sampling.seed
        with torch.random.fork_rng(), torch.inference_mode():
            torch.manual_seed(seed if seed is not None else time.monotonic_ns())
            inputs = torch.tensor([ids], device=self._model.device)
            output = self._model.generate(
                inputs,
                attention_mask=torch.ones_like(inputs),
                generation_config=self._generation_config(request, room),
                stopping_criteria=StoppingCriteriaList([stream.criterion()]),
            )
        if stream.fault is not None:
            raise stream.fault
        return [int(token) for token in output[0]]

    def _generation_config(self, request: Request, room: int) -> Any:
        from transformers import GenerationConfig

        sampling = request.sampling
        drawn: dict[str, Any] = {"do_sample": False}
        if sampling.temperature > 0:
            drawn = {
                "do_sample": True, "temperature": sampling.temperature, "top_p": sampling.top_p,
                "top_k": sampling.top_k, "min_p": sampling.min_p or None,
            }  # fmt: skip
        ends = sorted(self._end_ids())
        return GenerationConfig(
            max_new_tokens=room,
            eos_token_id=ends or None,
            pad_token_id=ends[0] if ends else 0,
            repetition_penalty=sampling.repeat_penalty,
            **drawn,
        )

    def _read(self, prompt: list[int]) -> tuple[Any, Any]:
        """The cache after the prompt, and the log-probabilities of what follows it."""
        import torch

        with torch.inference_mode():
            inputs = torch.tensor([prompt], device=self._model.device)
            output = self._model(inputs, use_cache=True, logits_to_keep=1)
            return output.past_key_values, output.logits[0, -1].float().log_softmax(-1)

    def _score_batch(
        self, cache: Any, first: Any, prompt_tokens: int, rows: Sequence[Sequence[int]]
    ) -> list[Likelihood]:
        """The likelihood of each row of tokens after the prompt in `cache`."""
        import torch

        ids, mask = self._padded(rows)
        with torch.inference_mode():
            shared = copy.deepcopy(cache)  # the model writes into the cache it is given
            shared.batch_repeat_interleave(len(rows))
            seen = torch.ones((len(rows), prompt_tokens), dtype=mask.dtype, device=mask.device)
            output = self._model(
                ids, **{self._cache_word: shared}, attention_mask=torch.cat([seen, mask], dim=1)
            )
            later = output.logits[:, :-1].float().log_softmax(-1)
            later = later.gather(2, ids[:, 1:].unsqueeze(2)).squeeze(2)
            values = torch.cat([first[ids[:, 0]].unsqueeze(1), later], dim=1).cpu()
        return [
            Likelihood(tuple(float(value) for value in values[position, : len(row)]))
            for position, row in enumerate(rows)
        ]


@dataclass(slots=True)
class _Stream:
    """Watches a generation token by token: decodes, streams, and says when to stop."""

    request: Request
    on_text: OnText | None
    tokenizer: Any
    prompt_tokens: int
    started: float
    first_token_s: float = 0.0
    fault: BaseException | None = None
    _decoded: str = ""
    _parts: list[str] = field(default_factory=list)
    _cutter: StopCutter = field(init=False)

    def __post_init__(self) -> None:
        self._cutter = StopCutter(self.request.sampling.stop)

    @property
    def stopped(self) -> bool:
        return self._cutter.stopped

    def criterion(self) -> Callable[..., Any]:
        """A transformers stopping criterion: called with all ids after each token."""
        import torch
        from transformers import StoppingCriteria

        stream = self

        class Watch(StoppingCriteria):  # type: ignore[misc]
            def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
                stop = stream._after_token(input_ids[0, stream.prompt_tokens :].tolist())
                return torch.full((len(input_ids),), stop, device=input_ids.device)

        return Watch()

    def finish(self, written: list[int]) -> str:
        """The whole text, with what had been held back."""
        self._show(self._fresh(written, last=True))
        self._emit(self._cutter.close())
        return "".join(self._parts)

    def _after_token(self, written: list[int]) -> bool:
        if not self.first_token_s:
            self.first_token_s = time.monotonic() - self.started
        try:
            self._show(self._fresh(written, last=False))
            self._check_limits()
        except BaseException as error:  # noqa: BLE001 - raised again outside of torch
            self.fault = error
        return self.fault is not None or self.stopped

    def _check_limits(self) -> None:
        request = self.request
        if request.cancel is not None and request.cancel.is_set():
            raise Cancelled("".join(self._parts))
        if request.timeout_s is not None and time.monotonic() - self.started > request.timeout_s:
            raise BackendError(
                f"The model did not finish within {request.timeout_s:g} s.", failure="timeout"
            )

    def _fresh(self, written: list[int], *, last: bool) -> str:
        """The text since the last call; half a character is held until its rest is there."""
        text = self.tokenizer.decode(written, skip_special_tokens=True)
        if not last:
            text = text.rstrip(_REPLACEMENT)
        fresh = text[len(self._decoded) :]
        self._decoded += fresh
        return str(fresh)

    def _show(self, fresh: str) -> None:
        self._emit(self._cutter.feed(fresh))

    def _emit(self, text: str) -> None:
        if text:
            self._parts.append(text)
            if self.on_text is not None:
                self.on_text(text)


def _load(source: Path, dtype: str, device: str) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    if not source.exists():
        raise EnvironmentFault(f"There is no model at {source}: neither a folder nor a .gguf file.")
    is_gguf = source.is_file()
    folder, extra = (source.parent, {"gguf_file": source.name}) if is_gguf else (source, {})
    logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True, **extra)
        model = AutoModelForCausalLM.from_pretrained(
            str(folder),
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,  # a pickle could run code
            dtype=getattr(torch, dtype),
            **extra,
        )
    except Exception as error:  # transformers raises many kinds, all meaning the same to us
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise FormatError(f"transformers cannot load this model: {reason}.", file=source) from error
    return model.to(device).eval(), tokenizer


def _best_device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _packaged_weights() -> Path:
    from personae.lm.weights import INSTALL_COMMAND as WEIGHTS_COMMAND
    from personae.lm.weights import find_weights

    found = find_weights()
    if found is None:
        raise EnvironmentFault(
            "The weights of the embedded model are not here.", remedy=WEIGHTS_COMMAND
        )
    return found


def _fingerprint(source: Path, dtype: str) -> str:
    """Over names, sizes and the first megabyte of each weight and configuration file."""
    files = [source] if source.is_file() else sorted(source.glob("*.*"))
    digest = hashlib.sha256(dtype.encode())
    for file in files:
        if file.suffix in (".gguf", ".safetensors", ".json", ".jinja", ".model"):
            digest.update(f"{file.name}:{file.stat().st_size}".encode())
            with file.open("rb") as stream:
                digest.update(stream.read(1 << 20))
    return f"hf-{digest.hexdigest()[:12]}"


def _defuse(match: re.Match[str]) -> str:
    # A word joiner after the first character: reads the same, and is no control token any more.
    return match.group()[0] + "\u2060" + match.group()[1:]


def _as_array(tensor: Any) -> FloatArray:
    import numpy as np

    return np.asarray(tensor.float().cpu().numpy(), dtype=np.float32)
