"""What backends share, as pure functions: request checks, the OpenAI wire format, stop strings.

The wire is that of `/chat/completions` and `/completions`, with server-sent events when it
streams. Everything that a server says is hostile until parsed: faults are FormatError.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from personae.errors import FormatError, InvalidOption
from personae.lm.types import (
    Capability,
    FinishReason,
    Generation,
    LanguageModel,
    Likelihood,
    Message,
    Request,
    ToolCall,
    Usage,
    require,
)

MAX_LINE_BYTES = 1_000_000
MAX_EVENT_BYTES = 4_000_000
MAX_TOOL_CALLS = 128
MAX_SHOWN_CHARS = 300
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FINISH: dict[str, FinishReason] = {
    "length": "length", "max_tokens": "length", "tool_calls": "tool_calls",
    "function_call": "tool_calls", "tool_use": "tool_calls", "content_filter": "content_filter",
}  # fmt: skip


# Requests ------------------------------------------------------------------------------------


def needed_capabilities(request: Request) -> tuple[Capability, ...]:
    """What a model must offer to answer `request`; `messages` win over a `prompt`."""
    needs: list[Capability] = ["chat" if request.messages else "complete"]
    if request.schema is not None:
        needs.append("schema")
    if request.grammar:
        needs.append("grammar")
    if request.tools:
        needs.append("tools")
    if request.adapters:
        needs.append("adapters")
    return tuple(needs)


def check_request(model: LanguageModel, request: Request, *more: Capability) -> None:
    """Refuse what `model` cannot answer. Raises CapabilityError, InvalidOption."""
    if not request.prompt and not request.messages:
        raise InvalidOption("The request is empty: it has neither messages nor a prompt.")
    if request.schema is not None and request.grammar:
        raise InvalidOption("The request has a schema and a grammar; a model can obey only one.")
    if request.sampling.max_tokens < 1:
        raise InvalidOption(f"max_tokens={request.sampling.max_tokens} is not 1 or more.")
    require(model, (*more, *needed_capabilities(request)), "This request")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a kind of server understands beyond the common wire format.

    `sampling` maps our sampling fields to the server's; `prefill` is sent with a begun reply.
    """

    name: str
    sampling: Mapping[str, str] = field(default_factory=dict)
    prefill: Mapping[str, Any] = field(default_factory=dict)
    grammar_key: str = ""
    capabilities: tuple[Capability, ...] = ()
    max_stops: int = 4


DIALECTS: dict[str, Dialect] = {
    "openai": Dialect("openai"),
    "llama": Dialect(
        "llama",
        sampling={"top_k": "top_k", "min_p": "min_p", "repeat_penalty": "repeat_penalty"},
        grammar_key="grammar",
        capabilities=("complete", "grammar"),
        max_stops=64,
    ),
    "vllm": Dialect(
        "vllm",
        sampling={"top_k": "top_k", "min_p": "min_p", "repeat_penalty": "repetition_penalty"},
        prefill={"continue_final_message": True, "add_generation_prompt": False},
        capabilities=("complete",),
        max_stops=64,
    ),
}


def chat_body(
    request: Request, model: str, dialect: Dialect, limit_key: str = "max_tokens"
) -> dict[str, Any]:
    """The JSON body of `/chat/completions`. A prefill is sent as a begun assistant message."""
    messages = [message_json(message) for message in request.messages]
    body: dict[str, Any] = {"model": model, "messages": messages}
    if request.prefill:
        messages.append({"role": "assistant", "content": request.prefill})
        body |= dialect.prefill
    if request.tools:
        body["tools"] = [_tool_json(tool) for tool in request.tools]
    if request.schema is not None:
        body["response_format"] = _response_format(request.schema)
    return body | _sampling_json(request, dialect, limit_key)


def completion_body(request: Request, model: str, dialect: Dialect) -> dict[str, Any]:
    """The JSON body of `/completions`, for raw text."""
    body: dict[str, Any] = {"model": model, "prompt": request.prompt + request.prefill}
    if request.schema is not None:
        body["response_format"] = _response_format(request.schema)
    return body | _sampling_json(request, dialect, "max_tokens")


def score_body(prompts: Sequence[str], model: str) -> dict[str, Any]:
    """A `/completions` body that makes the server say how likely each prompt's tokens are."""
    # One token more than asked: several servers refuse max_tokens=0. Its score is left out.
    return {
        "model": model, "prompt": list(prompts), "echo": True, "logprobs": 1,
        "max_tokens": 1, "temperature": 0, "n": 1,
    }  # fmt: skip


def message_json(message: Message) -> dict[str, Any]:
    """One message as the wire has it; a name that the wire does not allow is left out."""
    shown: dict[str, Any] = {"role": message.role, "content": message.content}
    if _NAME.fullmatch(message.name):
        shown["name"] = message.name
    if message.tool_call_id:
        shown["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        shown["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {
                    "name": call.name,
                    "arguments": json.dumps(call.arguments, ensure_ascii=False),
                },
            }
            for call in message.tool_calls
        ]
    return shown


def render_chat(
    template: str, request: Request, *, bos_token: str = "", eos_token: str = ""
) -> str:
    """The text of a chat by a model's Jinja template, ready for the assistant's reply.

    Raises InvalidOption when the template is broken or refuses the messages.
    """
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def refuse(reason: object) -> None:
        raise InvalidOption(f"The chat template refuses these messages: {reason}.")

    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    try:
        text = environment.from_string(template).render(
            messages=[message_json(message) for message in request.messages],
            add_generation_prompt=True,
            bos_token=bos_token,
            eos_token=eos_token,
            raise_exception=refuse,
        )
    except (
        TemplateError,
        TypeError,
        ValueError,
        LookupError,
        ArithmeticError,
        AttributeError,
        RecursionError,
    ) as error:
        raise InvalidOption(f"The chat template cannot be rendered: {error}.") from error
    return text + request.prefill


def _sampling_json(request: Request, dialect: Dialect, limit_key: str) -> dict[str, Any]:
    sampling = request.sampling
    body: dict[str, Any] = {
        "n": 1, "temperature": sampling.temperature, "top_p": sampling.top_p,
        limit_key: sampling.max_tokens,
    }  # fmt: skip
    stops = [stop for stop in sampling.stop if stop][: dialect.max_stops]
    if stops:
        body["stop"] = stops
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    for ours, theirs in dialect.sampling.items():
        body[theirs] = getattr(sampling, ours)
    if request.grammar and dialect.grammar_key:
        body[dialect.grammar_key] = request.grammar
    return body


def _tool_json(tool: Mapping[str, Any]) -> dict[str, Any]:
    return dict(tool) if "function" in tool else {"type": "function", "function": dict(tool)}


def _response_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    named = {"name": "reply", "schema": schema, "strict": is_strict(schema)}
    return {"type": "json_schema", "json_schema": named}


def is_strict(schema: Any, depth: int = 0) -> bool:
    """Whether OpenAI's strict mode takes a schema: all properties required, no others allowed."""
    if isinstance(schema, list):
        return all(is_strict(part, depth + 1) for part in schema)
    if not isinstance(schema, dict):
        return True
    if depth > 40:
        return False
    if schema.get("type") == "object" or "properties" in schema:
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False:
            return False
        if set(schema.get("required", ())) != set(properties):
            return False
        if not all(is_strict(part, depth + 1) for part in properties.values()):
            return False
    definitions = schema.get("$defs", {})
    nested = [schema.get("items"), schema.get("anyOf"), list(definitions.values())]
    return all(is_strict(part, depth + 1) for part in nested)


# Server-sent events --------------------------------------------------------------------------


class SseParser:
    """Cuts a byte stream into the data of its events, wherever the chunks happen to end.

    Lines end in LF, CR or CRLF; comments and fields other than `data` are skipped; several data
    lines are joined by LF (WHATWG HTML, 9.2.6). A line or an event over its limit is a
    FormatError. `close` returns the event that the stream ended in, which the standard drops and
    servers nevertheless send.
    """

    def __init__(
        self, max_line_bytes: int = MAX_LINE_BYTES, max_event_bytes: int = MAX_EVENT_BYTES
    ) -> None:
        self._max_line, self._max_event = max_line_bytes, max_event_bytes
        self._rest = bytearray()  # grows in place: a hostile server may send byte by byte
        self._after_cr = False
        self._first = True
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[str]:
        """The events that `chunk` completes. Raises FormatError."""
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        lines = re.split(rb"\r\n|\n|\r", chunk)
        self._after_cr = chunk.endswith(b"\r")
        events: list[str] = []
        for line in lines[:-1]:
            events += self._line(bytes(self._rest + line))
            self._rest.clear()
        self._rest += lines[-1]
        if len(self._rest) > self._max_line:
            raise FormatError(f"A line of the event stream exceeds {self._max_line} bytes.")
        return events

    def close(self) -> list[str]:
        """The event that was not ended by an empty line, if any."""
        events = self._line(bytes(self._rest)) if self._rest else []
        self._rest.clear()
        return [*events, *self._line(b"")]

    def _line(self, line: bytes) -> list[str]:
        if self._first:
            self._first = False
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) > self._max_line:
            raise FormatError(f"A line of the event stream exceeds {self._max_line} bytes.")
        if not line:
            return self._event()
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
            self._size += len(value)
            if self._size > self._max_event:
                raise FormatError(f"An event exceeds {self._max_event} bytes.")
        return []

    def _event(self) -> list[str]:
        if not self._data:
            return []
        data = b"\n".join(self._data).decode("utf-8", "replace")
        self._data, self._size = [], 0
        return [data]


# Answers -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ServerFault:
    """What a server says went wrong."""

    message: str
    code: str = ""
    status: int | None = None


def parse_object(text: str | bytes) -> dict[str, Any]:
    """A JSON object. Raises FormatError."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"This is not JSON: {shown(text)!r}.") from error
    if not isinstance(value, dict):
        raise FormatError(f"This is not a JSON object: {shown(text)!r}.")
    return value


def shown(text: str | bytes) -> str:
    """The beginning of a text, on one line, for messages."""
    if isinstance(text, bytes):
        text = text[: 4 * MAX_SHOWN_CHARS].decode("utf-8", "replace")
    line = " ".join(text[: 2 * MAX_SHOWN_CHARS].split())
    return line if len(line) <= MAX_SHOWN_CHARS else line[:MAX_SHOWN_CHARS] + "…"


def fault_of(value: Mapping[str, Any]) -> ServerFault | None:
    """The error that a body or an event reports, in any of the shapes in use, or None."""
    fault = value.get("error")
    if isinstance(fault, str) and fault:
        return ServerFault(shown(fault))
    if isinstance(fault, dict):
        code = fault.get("code")
        words = [str(part) for part in (code, fault.get("type")) if isinstance(part, str | int)]
        status = code if isinstance(code, int) and 400 <= code < 600 else None
        return ServerFault(shown(str(fault.get("message", ""))), " ".join(words), status)
    if value.get("object") == "error":
        code = value.get("code")
        status = code if isinstance(code, int) and 400 <= code < 600 else None
        return ServerFault(shown(str(value.get("message", ""))), str(value.get("type", "")), status)
    detail = value.get("detail")
    return ServerFault(shown(str(detail))) if detail and "choices" not in value else None


@dataclass(slots=True)
class _PartialCall:
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class Answer:
    """An answer as it comes in: whole, or chunk by chunk. `text` is what has been said so far."""

    text: str = ""
    finish: str = ""
    usage: Usage = field(default_factory=Usage)
    choices_seen: bool = False
    refused: bool = False
    calls: dict[int, _PartialCall] = field(default_factory=dict)

    def add(self, value: Mapping[str, Any]) -> str:
        """Take in a chunk or a whole answer; returns its text. Raises FormatError."""
        self._add_usage(value)
        choices = value.get("choices", [])
        if not isinstance(choices, list):
            raise FormatError("`choices` is not a list.")
        for choice in choices:
            if not isinstance(choice, dict):
                raise FormatError("A choice is not an object.")
            if choice.get("index", 0) in (0, None):
                return self._add_choice(choice)
        return ""

    @property
    def finish_reason(self) -> FinishReason:
        if self.refused:
            return "content_filter"
        return "tool_calls" if self.calls else _FINISH.get(self.finish, "stop")

    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls with parsed arguments. Raises FormatError."""
        return tuple(_tool_call(call) for _, call in sorted(self.calls.items()))

    def generation(self, text: str, prompt: str = "") -> Generation:
        """The finished answer with `text` as its text. Raises FormatError."""
        return Generation(
            text, self.finish_reason, self.usage, tool_calls=self.tool_calls(), prompt=prompt
        )

    def _add_choice(self, choice: Mapping[str, Any]) -> str:
        self.choices_seen = True
        finish = choice.get("finish_reason")
        self.finish = finish if isinstance(finish, str) else self.finish
        part = choice.get("delta") or choice.get("message")
        if part is None:
            text = _text_of(choice.get("text"))
        elif isinstance(part, dict):
            text = _text_of(part.get("content"))
            refusal = _text_of(part.get("refusal"))
            if refusal and not text:
                text, self.refused = refusal, True
            self._add_calls(part.get("tool_calls"))
        else:
            raise FormatError("A choice holds no message object.")
        self.text += text
        return text

    def _add_calls(self, calls: Any) -> None:
        if calls is None:
            return
        if not isinstance(calls, list):
            raise FormatError("`tool_calls` is not a list.")
        for position, call in enumerate(calls):
            function = call.get("function") if isinstance(call, dict) else None
            if not isinstance(function, dict):
                raise FormatError("A tool call holds no function object.")
            index = call.get("index", position)
            if not isinstance(index, int) or not 0 <= index < MAX_TOOL_CALLS:
                raise FormatError(f"A tool call's index is not 0 to {MAX_TOOL_CALLS - 1}.")
            partial = self.calls.setdefault(index, _PartialCall())
            partial.id = _text_of(call.get("id")) or partial.id
            partial.name += _text_of(function.get("name"))
            arguments = function.get("arguments")
            partial.arguments += (
                json.dumps(arguments) if isinstance(arguments, dict) else _text_of(arguments)
            )

    def _add_usage(self, value: Mapping[str, Any]) -> None:
        usage = value.get("usage")
        timings = value.get("timings")  # llama.cpp says here what its cache saved
        if not isinstance(usage, dict):
            return
        details = usage.get("prompt_tokens_details")
        cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else 0
        if not cached and isinstance(timings, dict):
            cached = _count(timings.get("cache_n"))
        self.usage = Usage(
            _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")), cached
        )


def parse_scores(
    value: Mapping[str, Any], prompt_chars: int, totals: Sequence[int]
) -> tuple[Likelihood, ...]:
    """The likelihood of what follows the first `prompt_chars` characters of each echoed text.

    `totals` are the lengths of the texts, in characters. A token that straddles the border
    belongs to the continuation. Raises FormatError when the server did not echo log-probabilities.
    """
    choices = value.get("choices")
    if not isinstance(choices, list) or len(choices) != len(totals):
        raise FormatError(f"The server scored no {len(totals)} texts.")
    by_index = {
        index if isinstance(index := choice.get("index"), int) else position: choice
        for position, choice in enumerate(choices)
        if isinstance(choice, dict)
    }
    return tuple(
        _likelihood(by_index.get(position, {}), prompt_chars, total)
        for position, total in enumerate(totals)
    )


def _likelihood(choice: Mapping[str, Any], start: int, end: int) -> Likelihood:
    found = choice.get("logprobs")
    values = found.get("token_logprobs") if isinstance(found, dict) else None
    offsets = found.get("text_offset") if isinstance(found, dict) else None
    if (
        not isinstance(values, list)
        or not values
        or not isinstance(offsets, list)
        or len(values) != len(offsets)
        or not all(isinstance(offset, int) for offset in offsets)
        or not all(value is None or _is_log_prob(value) for value in values)
    ):
        raise FormatError("The server gave no log-probabilities for the text (echo, logprobs).")
    ends = [*offsets[1:], end + 1]
    return Likelihood(
        tuple(
            float(value)
            for value, offset, token_end in zip(values, offsets, ends, strict=True)
            if value is not None and token_end > start and offset < end
        )
    )


def _is_log_prob(value: Any) -> bool:
    return isinstance(value, int | float) and -1e6 < value < 1e-3


def _tool_call(call: _PartialCall) -> ToolCall:
    if not call.name:
        raise FormatError("A tool call has no name.")
    try:
        arguments = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError) as error:
        raise FormatError(
            f"The arguments of the tool call {shown(call.name)!r} are not JSON: "
            f"{shown(call.arguments)!r}."
        ) from error
    if not isinstance(arguments, dict):
        raise FormatError(f"The arguments of the tool call {shown(call.name)!r} are no object.")
    return ToolCall(call.name, arguments, call.id)


def _text_of(value: Any) -> str:
    """A text, or the text parts of a list of parts; nothing for null."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        parts = [part.get("text") for part in value if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    raise FormatError(f"A text was expected, not {type(value).__name__}.")


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


# Text as it streams --------------------------------------------------------------------------


class StopCutter:
    """Lets text through until a stop string begins; holds back what might still become one."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.stopped = False

    def feed(self, piece: str) -> str:
        """The text that may be shown now; nothing once a stop string has come."""
        if self.stopped:
            return ""
        text = self._held + piece
        found = min((at for stop in self._stops if (at := text.find(stop)) >= 0), default=-1)
        if found >= 0:
            self.stopped, self._held = True, ""
            return text[:found]
        keep = max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def close(self) -> str:
        """What was held back, when the text ends without a stop string."""
        held, self._held = self._held, ""
        return held


class PrefillCutter:
    """Drops the prefill from the front of a reply, where a server repeats it.

    A prefill of fewer than four characters is let be: the reply may well begin like it.
    """

    def __init__(self, prefill: str) -> None:
        self._prefill = prefill if len(prefill) >= 4 else ""
        self._held = ""

    def feed(self, piece: str) -> str:
        """The text that is surely not the repeated prefill."""
        if not self._prefill:
            return piece
        self._held += piece
        if self._prefill.startswith(self._held) and self._held != self._prefill:
            return ""
        return self.close()

    def close(self) -> str:
        """What was held back."""
        held, prefill = self._held, self._prefill
        self._held = self._prefill = ""
        return held.removeprefix(prefill) if prefill else held


def _overlap(text: str, stop: str) -> int:
    """The length of the longest proper beginning of `stop` that `text` ends in."""
    for length in range(min(len(stop) - 1, len(text)), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0


def dialect_named(name: str) -> Dialect:
    """The dialect of that name. Raises InvalidOption."""
    if name not in DIALECTS:
        raise InvalidOption(f"dialect={name!r} is not one of: {', '.join(DIALECTS)}.")
    return DIALECTS[cast(Literal["openai", "llama", "vllm"], name)]
