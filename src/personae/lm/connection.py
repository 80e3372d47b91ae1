"""HTTP that can be stopped: an httpx transport whose reads heed a cancel event and deadlines.

httpx by itself has one read timeout, and nothing wakes a thread that waits for a slow server.
Here every read happens in short slices, and between them the call's `Watch` is asked. What it
raises makes httpcore close the connection, so the server sees that nobody listens any more.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from personae.errors import InvalidOption
from personae.lm.wire import shown

KEY_VARIABLE = "OPENAI_API_KEY"
SLICE_S = 0.05
KEEP_ALIVE_S = 60.0
MAX_IDLE_CONNECTIONS = 32

StopKind = Literal["cancelled", "total", "first_byte", "idle"]


class Stopped(Exception):
    """The watch ended a read: the caller cancelled, or a time limit passed."""

    def __init__(self, kind: StopKind) -> None:
        self.kind: StopKind = kind
        super().__init__(kind)


@dataclass(slots=True)
class Watch:
    """The limits of one call. `deadline` and `waiting_since` are `time.monotonic()` seconds."""

    cancel: threading.Event | None
    deadline: float
    first_byte_s: float
    idle_s: float
    waiting_since: float = 0.0
    began: bool = False

    def start_waiting(self) -> None:
        """Count the time to the first byte from now."""
        self.waiting_since, self.began = time.monotonic(), False

    def got_bytes(self) -> None:
        """The body has begun or gone on: from now on `idle_s` counts."""
        self.waiting_since, self.began = time.monotonic(), True

    def check(self) -> None:
        """Raise Stopped when there is no reason to go on reading."""
        now = time.monotonic()
        if self.cancel is not None and self.cancel.is_set():
            raise Stopped("cancelled")
        if now >= self.deadline:
            raise Stopped("total")
        if now - self.waiting_since >= (self.idle_s if self.began else self.first_byte_s):
            raise Stopped("idle" if self.began else "first_byte")

    def remaining_s(self) -> float:
        """Seconds to the deadline, not below zero."""
        return max(self.deadline - time.monotonic(), 0.0)

    def pause(self, seconds: float) -> None:
        """Wait, unless the caller cancels or the deadline comes first (Stopped)."""
        if self.cancel is None:
            time.sleep(min(seconds, self.remaining_s()))
        elif self.cancel.wait(min(seconds, self.remaining_s())):
            raise Stopped("cancelled")
        if self.remaining_s() <= 0:
            raise Stopped("total")


class StoppableTransport(httpx.BaseTransport):
    """A pooled HTTP/1.1 transport; requests made under `watching(watch)` obey that watch."""

    def __init__(self, base_url: str) -> None:
        self._current = threading.local()
        self._pool = _pool(base_url, _WatchedBackend(self._current))

    @contextlib.contextmanager
    def watching(self, watch: Watch) -> Iterator[None]:
        """Put the reads of this thread under `watch`."""
        self._current.watch = watch
        try:
            yield
        finally:
            self._current.watch = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; raises httpcore's own exceptions, and Stopped."""
        assert isinstance(request.stream, httpx.SyncByteStream)
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_BodyStream(answer.stream),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _BodyStream(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        if hasattr(self._stream, "close"):
            self._stream.close()


class _WatchedBackend(httpcore.NetworkBackend):
    def __init__(self, current: threading.local) -> None:
        self._inner = httpcore.SyncBackend()
        self._current = current

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _WatchedStream(stream, self._current)


class _WatchedStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, current: threading.local) -> None:
        self._inner = inner
        self._current = current

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        watch: Watch | None = getattr(self._current, "watch", None)
        if watch is None:
            return self._inner.read(max_bytes, timeout)
        while True:
            watch.check()
            try:
                return self._inner.read(max_bytes, SLICE_S)
            except httpcore.ReadTimeout:
                continue

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.start_tls(ssl_context, server_hostname, timeout)
        return _WatchedStream(stream, self._current)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _pool(base_url: str, backend: httpcore.NetworkBackend) -> httpcore.ConnectionPool:
    """A pool for one endpoint, through the proxy that the environment names for it."""
    options: dict[str, Any] = {
        "ssl_context": httpx.create_ssl_context() if base_url.startswith("https:") else None,
        "max_connections": None,  # callers limit themselves; a wait here could not be cancelled
        "max_keepalive_connections": MAX_IDLE_CONNECTIONS,
        "keepalive_expiry": KEEP_ALIVE_S,
        "network_backend": backend,
    }
    parts = urlsplit(base_url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or is_loopback(base_url) or proxy_bypass(parts.hostname or ""):
        return httpcore.ConnectionPool(**options)
    found = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if found.scheme not in ("http", "https") or not found.hostname:
        raise InvalidOption("The proxy in the environment is not an http:// or https:// URL.")
    port = found.port or (443 if found.scheme == "https" else 80)
    login = (found.username or "", found.password or "") if found.username else None
    return httpcore.HTTPProxy(
        f"{found.scheme}://{_bracketed(found.hostname)}:{port}", proxy_auth=login, **options
    )


def is_loopback(url: str) -> bool:
    """Whether a URL points to this very machine, by its text alone (no name is looked up)."""
    import ipaddress

    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def origin(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ("", "", None)
    return parts.scheme, (parts.hostname or "").lower(), port


def without_query(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]


def checked_url(url: str) -> str:
    """An http(s) URL without a login, a query or a closing slash. Raises InvalidOption."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises ValueError when it is no number
        parsed = httpx.URL(url)
    except (ValueError, httpx.InvalidURL) as error:
        raise InvalidOption(
            "The endpoint's URL is not valid. Write http://HOST:PORT/v1."
        ) from error
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InvalidOption(
            f"The endpoint's URL may hold no login, query or fragment. Give a key as "
            f"{KEY_VARIABLE}."
        )
    if parts.scheme not in ("http", "https") or not parsed.host:
        raise InvalidOption(
            f"{shown(url)!r} is not an endpoint. Write http://HOST:PORT/v1 or https://HOST/v1."
        )
    return url.rstrip("/")


def checked_key(key: str) -> str:
    key = key.strip()
    if not all("!" <= letter <= "~" for letter in key):
        raise InvalidOption(f"The key in {KEY_VARIABLE} holds characters that no key has.")
    return key
