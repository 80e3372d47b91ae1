"""Adapters are bound to their base by hash."""

import json
from pathlib import Path

import pytest
from gguf import GGUFWriter

from personae.errors import EnvironmentFault, FormatError
from personae.lm.adapters import BASE_KEY, checked_adapters, shipped_adapters
from personae.lm.names import split_adapters
from personae.lm.weights import WEIGHTS_SHA256, sha256_of


def write_gguf(file: Path, kind: str = "adapter", base: str | None = WEIGHTS_SHA256) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(file, "llama")
    writer.add_string("general.type", kind)
    if base is not None:
        writer.add_string(BASE_KEY, base)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def test_an_adapter_of_the_base_is_named_like_its_file_or_its_folder(tmp_path):
    files = [write_gguf(tmp_path / "warm.gguf"), write_gguf(tmp_path / "sbs" / "adapter.gguf")]
    adapters = checked_adapters(files, WEIGHTS_SHA256)
    assert [one.name for one in adapters] == ["warm", "sbs"]
    assert adapters[0].sha256 == sha256_of(files[0])


@pytest.mark.parametrize("base", ["0" * 64, None])
def test_an_adapter_of_another_base_is_refused(tmp_path, base):
    file = write_gguf(tmp_path / "warm.gguf", base=base)
    with pytest.raises(FormatError, match=r"was trained on .*base"):
        checked_adapters([file], WEIGHTS_SHA256)


def test_a_model_is_no_adapter(tmp_path):
    with pytest.raises(FormatError, match="a model, not an adapter"):
        checked_adapters([write_gguf(tmp_path / "m.gguf", kind="model")], WEIGHTS_SHA256)


@pytest.mark.parametrize("content", [b"", b"GGUF", b"GGUF" + b"\xff" * 64, b"\x00" * 5000])
def test_a_broken_file_is_refused_in_one_sentence(tmp_path, content):
    file = tmp_path / "broken.gguf"
    file.write_bytes(content)
    with pytest.raises(FormatError, match="not a GGUF file that can be read"):
        checked_adapters([file], WEIGHTS_SHA256)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(EnvironmentFault, match="no adapter at"):
        checked_adapters([tmp_path / "none.gguf"], WEIGHTS_SHA256)


def test_what_ships_is_what_its_manifest_says():
    for adapter in shipped_adapters():
        facts = json.loads(adapter.file.with_name("manifest.json").read_text("utf-8"))
        assert facts["sha256"] == adapter.sha256
        assert adapter.file.with_name("card.md").is_file()
        assert checked_adapters([adapter.file], WEIGHTS_SHA256)


@pytest.mark.parametrize(
    ("name", "base", "files"),
    [
        ("embedded", "embedded", ()),
        ("embedded+a/b.gguf", "embedded", ("a/b.gguf",)),
        ("embedded+a+b.gguf+c.gguf", "embedded", ("a+b.gguf", "c.gguf")),
        ("gguf:my+model.gguf+c.gguf", "gguf:my+model.gguf", ("c.gguf",)),
        ("openai:x.gguf+y", "openai:x.gguf+y", ()),
    ],
)
def test_a_models_name_may_end_with_adapters(name, base, files):
    assert split_adapters(name) == (base, files)
