"""The control socket: kept connections, dropped ones, an engine that is not there."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from personae.errors import BackendError
from personae.lm import control_socket
from personae.lm.control_socket import ControlSocket


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    connections = 0
    drops_after_each = False
    answer = b'{"tokens": [1, 2]}'


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = self.server.answer if sent != {"echo": "ü"} else json.dumps(sent).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.server.drops_after_each

    def log_message(self, *_: object):
        return


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(str(tmp_path / "s"), Handler) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def control(server: Server, tmp_path: Path) -> Iterator[ControlSocket]:
    made = ControlSocket(tmp_path / "s")
    yield made
    made.close()


def test_calls_share_one_connection(server: Server, control: ControlSocket):
    assert [control.call("POST", "/tokenize", {})["tokens"] for _ in range(3)] == [[1, 2]] * 3
    assert server.connections == 1


def test_text_goes_there_and_back_as_utf_8(control: ControlSocket):
    assert control.call("POST", "/", {"echo": "ü"}) == {"echo": "ü"}


def test_a_connection_that_the_engine_dropped_is_made_again(server: Server, control: ControlSocket):
    server.drops_after_each = True
    assert [control.call("POST", "/", {})["tokens"] for _ in range(3)] == [[1, 2]] * 3
    assert server.connections == 3


def test_an_idle_connection_is_not_used_again(
    server: Server, control: ControlSocket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(control_socket, "IDLE_LIMIT_S", 0.0)
    control.call("POST", "/", {})
    control.call("POST", "/", {})
    assert server.connections == 2


def test_an_answer_that_is_no_json_is_a_backend_error(server: Server, control: ControlSocket):
    server.answer = b"oops"
    with pytest.raises(BackendError, match="did not answer /tokenize"):
        control.call("POST", "/tokenize", {})


def test_an_engine_that_is_gone_is_a_backend_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(control_socket, "PAUSES_S", (0.0,))
    with pytest.raises(BackendError, match="did not answer /props"):
        ControlSocket(tmp_path / "none").call("GET", "/props")
