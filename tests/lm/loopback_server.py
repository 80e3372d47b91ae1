"""A small real OpenAI-compatible server on loopback, which also fails in every way we know.

The behaviour is the first part of the path: `http://127.0.0.1:PORT/<behaviour>/v1`. What it says
is made from what it was asked, so a test can tell whose answer it got.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse


@dataclass
class Seen:
    """What the server has seen."""

    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    disconnects: int = 0
    under_way: int = 0
    peak: int = 0


class LoopbackServer:
    """Runs the application in a thread; `seen` is filled as requests come."""

    def __init__(self) -> None:
        self.seen = Seen()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        config = uvicorn.Config(
            application(self), log_level="critical", lifespan="off", ws="none",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    def url(self, behaviour: str) -> str:
        return f"http://127.0.0.1:{self.port}/{behaviour}/v1"

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._socket.close()


def reply_to(body: dict[str, Any]) -> str:
    """What the server says: about the last message, or the raw prompt, and the seed."""
    heard = body["messages"][-1]["content"] if "messages" in body else body["prompt"]
    return f"I heard {heard!r} with seed {body.get('seed')}, dear friend."


def usage_of(body: dict[str, Any]) -> dict[str, Any]:
    words = len(json.dumps(body.get("messages", body.get("prompt"))).split())
    return {
        "prompt_tokens": words, "completion_tokens": len(reply_to(body).split()),
        "total_tokens": 0, "prompt_tokens_details": {"cached_tokens": words // 2},
    }  # fmt: skip


def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    value = {"id": "c", "object": "chat.completion.chunk", "choices": [choice]}
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


async def streamed(body: dict[str, Any]) -> AsyncIterator[str]:
    yield ": ping\n\n" + chunk({"role": "assistant", "content": ""})
    text = reply_to(body)
    for start in range(0, len(text), 5):
        yield chunk({"content": text[start : start + 5]})
        await asyncio.sleep(0)
    yield chunk({}, "stop")
    yield f"data: {json.dumps({'choices': [], 'usage': usage_of(body)})}\n\n"
    yield "data: [DONE]\n\n"


def whole(body: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply_to(body)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"object": "chat.completion", "choices": [choice], "usage": usage_of(body)}


def refusal(status: int, message: str, code: str = "", **headers: str) -> JSONResponse:
    error = {"message": message, "type": "error", "code": code}
    return JSONResponse(
        {"error": error}, status, {k.replace("_", "-"): v for k, v in headers.items()}
    )


def sse(source: AsyncIterator[str]) -> StreamingResponse:
    return StreamingResponse(source, media_type="text/event-stream")


def application(server: LoopbackServer) -> FastAPI:
    app = FastAPI()
    seen = server.seen

    @app.get("/{behaviour}/v1/models")
    async def models(behaviour: str) -> Any:
        if behaviour == "unauthorized":
            return refusal(401, "no")
        return {"object": "list", "data": [{"id": "tiny"}, {"id": "large"}]}

    @app.post("/{behaviour}/v1/completions")
    async def completions(behaviour: str, request: Request) -> Any:
        body = await request.json()
        seen.bodies.append(body)
        if body.get("echo"):
            return scored(body)
        choice = {"index": 0, "text": reply_to(body), "finish_reason": "length"}
        return {"choices": [choice], "usage": usage_of(body)}

    @app.post("/{behaviour}/v1/chat/completions")
    async def chat(behaviour: str, request: Request) -> Any:
        body = await request.json()
        seen.bodies.append(body)
        seen.keys.append(request.headers.get("authorization", ""))
        seen.ports.append(request.client.port)
        seen.counts[behaviour] += 1
        answer = BEHAVIOURS[behaviour](body, seen.counts[behaviour], request, server)
        return await answer if asyncio.iscoroutine(answer) else answer

    return app


def scored(body: dict[str, Any]) -> dict[str, Any]:
    """Echo with log-probabilities: a token a character, each worth -ord/1000, and one more."""
    choices = []
    for index, text in enumerate(body["prompt"]):
        shown = text + "!"
        logprobs = {
            "tokens": list(shown), "text_offset": list(range(len(shown))),
            "token_logprobs": [None, *(-ord(letter) / 1000 for letter in shown[1:])],
        }  # fmt: skip
        choices.append({"index": index, "text": shown, "logprobs": logprobs})
    return {"choices": choices[::-1], "usage": {}}


def normal(body: dict[str, Any], *_: Any) -> Any:
    return sse(streamed(body)) if body.get("stream") else whole(body)


async def held(body: dict[str, Any], count: int, request: Request, server: LoopbackServer) -> Any:
    """Answers after 10 s, or notices that nobody waits any more."""
    for _ in range(500):
        if await request.is_disconnected():
            server.seen.disconnects += 1
            break
        await asyncio.sleep(0.02)
    return whole(body)


async def crowded(
    body: dict[str, Any], count: int, request: Request, server: LoopbackServer
) -> Any:
    seen = server.seen
    seen.under_way += 1
    seen.peak = max(seen.peak, seen.under_way)
    await asyncio.sleep(0.03)
    seen.under_way -= 1
    return whole(body)


async def _drip(body: dict[str, Any], server: LoopbackServer, pause_s: float) -> AsyncIterator[str]:
    try:
        for _ in range(200):
            yield chunk({"content": "drip "})
            await asyncio.sleep(pause_s)
    except asyncio.CancelledError:
        server.seen.disconnects += 1
        raise


async def _cut(text: str, *, brutally: bool) -> AsyncIterator[str]:
    if text:
        yield chunk({"content": text})
        yield chunk({"content": " and then"})
    yield 'data: {"choices": [{"index": 0, "del'
    if brutally:
        raise ConnectionError("the server dies here")


def _cut_once(body: dict[str, Any], count: int, *_: Any) -> Any:
    return sse(_cut("", brutally=True)) if count == 1 else normal(body)


async def _in_stream_error(said: str) -> AsyncIterator[str]:
    if said:
        yield chunk({"content": said})
    yield 'data: {"error": {"message": "the GPU is gone", "code": 503}}\n\n'


async def _calls() -> AsyncIterator[str]:
    def part(index: int, **function: str) -> str:
        return chunk({"tool_calls": [{"index": index, "id": f"c{index}", "function": function}]})

    yield part(0, name="look", arguments='{"where"')
    yield part(1, name="wait", arguments="")
    yield part(0, arguments=': "up"}')
    yield chunk({}, "tool_calls")
    yield "data: [DONE]\n\n"


def tools(body: dict[str, Any], *_: Any) -> Any:
    if body.get("stream"):
        return sse(_calls())
    call = {"id": "x", "type": "function", "function": {"name": "look", "arguments": '{"a": 1}'}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}


async def _text(*pieces: str) -> AsyncIterator[str]:
    for piece in pieces:
        yield chunk({"content": piece})
    yield chunk({}, "stop")
    yield "data: [DONE]\n\n"


def repeats_prefill(body: dict[str, Any], *_: Any) -> Any:
    begun = body["messages"][-1]["content"]
    return sse(_text(begun[:3], begun[3:] + " of", " war"))


def echoes_key(body: dict[str, Any], count: int, request: Request, _: Any) -> Any:
    return refusal(401, f"Incorrect API key provided: {request.headers['authorization']}")


BEHAVIOURS: dict[str, Any] = {
    "normal": normal,
    "whole": lambda body, *_: whole(body),
    "tools": tools,
    "prefill": repeats_prefill,
    "stops": lambda *_: sse(_text("One. Tw", "o. EN", "OUGH. Thr", "ee. E", "ND. Four.")),
    "unauthorized": echoes_key,
    "forbidden": lambda *_: refusal(403, "not yours"),
    "unknown": lambda *_: refusal(404, "The model `tiny` does not exist", "model_not_found"),
    "overflow": lambda *_: refusal(400, "too long", "context_length_exceeded"),
    "rejected": lambda *_: refusal(400, "temperature must be a number"),
    "quota": lambda *_: refusal(429, "You have no money", "insufficient_quota"),
    "limited": lambda body, count, *_: (
        refusal(429, "slow down", retry_after="2") if count < 3 else normal(body)
    ),
    "limited-for-long": lambda *_: refusal(429, "come back tomorrow", retry_after="86400"),
    "failing": lambda *_: refusal(500, "broken"),
    "failing-once": lambda body, count, *_: (
        PlainTextResponse("Bad Gateway", 502) if count == 1 else normal(body)
    ),
    "cut": lambda *_: sse(_cut("Once", brutally=True)),
    "cut-politely": lambda *_: sse(_cut("Once", brutally=False)),
    "cut-once": _cut_once,
    "error-at-once": lambda *_: sse(_in_stream_error("")),
    "error-later": lambda *_: sse(_in_stream_error("Once")),
    "malformed": lambda *_: PlainTextResponse('{"choices": [', 200),
    "malformed-event": lambda *_: StreamingResponse(
        iter(["data: {oops}\n\n"]), media_type="text/event-stream"
    ),
    "html": lambda *_: PlainTextResponse("<html>Welcome to nginx!</html>", 200),
    "wrong-types": lambda *_: JSONResponse({"choices": [{"message": {"content": 7}}]}),
    "deep": lambda *_: PlainTextResponse('{"choices":' + "[" * 100_000, 200),
    "empty": lambda *_: JSONResponse({"choices": []}),
    "huge": lambda *_: StreamingResponse(iter([b"x" * 65_536] * 40), media_type="application/json"),
    "held": held,
    "crowded": crowded,
    "drip": lambda body, count, request, server: sse(_drip(body, server, 0.02)),
    "slow-drip": lambda body, count, request, server: sse(_drip(body, server, 3.0)),
    "moved": lambda *_: RedirectResponse("/normal/v1/chat/completions", 307),
    "circle": lambda *_: RedirectResponse("/circle/v1/chat/completions", 307),
    "elsewhere": lambda _body, _count, _request, server: RedirectResponse(
        f"http://localhost:{server.port}/normal/v1/chat/completions?key=1", 307
    ),
}  # fmt: skip
