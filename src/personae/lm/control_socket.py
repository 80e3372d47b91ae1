"""JSON calls over HTTP to a Unix socket: how the embedded engine's tokenizer is reached."""

from __future__ import annotations

import json
import socket
import threading
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from personae.errors import BackendError

TIMEOUT_S = 60.0
# The engine drops a connection that has been idle for five seconds.
IDLE_LIMIT_S = 2.0
# Between attempts to connect: the engine may be about to listen.
PAUSES_S = (0.05, 0.2, 0.8)


class ControlSocket:
    """Calls of `path` on the engine's control endpoint; thread-safe, connections are kept."""

    def __init__(self, file: Path) -> None:
        self._file = str(file)
        self._idle: list[tuple[float, _UnixConnection]] = []
        self._lock = threading.Lock()

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer's JSON. Raises BackendError when the engine does not answer with some."""
        sent = None if body is None else json.dumps(body)
        try:
            try:
                answer = self._exchange(self._connection(), method, path, sent)
            except ConnectionError:
                # An idle connection that the engine had just closed; the calls change nothing.
                answer = self._exchange(_UnixConnection(self._file), method, path, sent)
            return json.loads(answer)  # type: ignore[no-any-return]
        except (OSError, HTTPException, ValueError) as error:
            raise BackendError(
                f"The engine did not answer {path}: {error}.", failure="engine"
            ) from error

    def close(self) -> None:
        """Close the idle connections; calling it twice is fine."""
        with self._lock:
            while self._idle:
                self._idle.pop()[1].close()

    def _connection(self) -> _UnixConnection:
        with self._lock:
            while self._idle:
                since, connection = self._idle.pop()
                if time.monotonic() - since < IDLE_LIMIT_S:
                    return connection
                connection.close()
        return _UnixConnection(self._file)

    def _exchange(
        self, connection: _UnixConnection, method: str, path: str, body: str | None
    ) -> bytes:
        headers = {"Content-Type": "application/json"}
        try:
            connection.request(method, path, body and body.encode(), headers)
            answer = connection.getresponse().read()
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._idle.append((time.monotonic(), connection))
        return answer


class _UnixConnection(HTTPConnection):
    def __init__(self, file: str) -> None:
        super().__init__("engine", timeout=TIMEOUT_S)
        self._file = file

    def connect(self) -> None:
        for pause_s in (*PAUSES_S, None):
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.settimeout(self.timeout)
            try:
                self.sock.connect(self._file)
            except OSError:
                self.sock.close()
                if pause_s is None:
                    raise
                time.sleep(pause_s)
            else:
                return
