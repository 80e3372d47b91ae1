"""LoRA adapters as GGUF files: shipped ones and the user's, each bound to its base by hash."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from personae.errors import EnvironmentFault, FormatError
from personae.lm.weights import WEIGHTS_SHA256, sha256_of

BASE_KEY = "personae.base.sha256"
FILE_NAME = "adapter.gguf"
_FOLDER = Path(__file__).parents[1] / "adapters"
_MANIFEST_LIMIT_BYTES = 65_536
_ADAPTER_LIMIT_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Adapter:
    """A checked adapter file and the name that requests call it by."""

    name: str
    file: Path
    sha256: str


@cache
def shipped_adapters() -> tuple[Adapter, ...]:
    """The adapters of the packaged model, by the hashes of their manifests.

    Raises FormatError when a file is not what its manifest says.
    """
    return tuple(_shipped(manifest) for manifest in sorted(_FOLDER.glob("*/manifest.json")))


def checked_adapters(files: Sequence[Path], base_sha256: str) -> tuple[Adapter, ...]:
    """The user's adapters, each named like its file, for the base with that hash.

    An adapter says in the key `personae.base.sha256` which base it was trained on. Raises
    EnvironmentFault when a file is missing, FormatError when it is no adapter or of another base.
    """
    return tuple(_checked(file.expanduser(), base_sha256) for file in files)


def _shipped(manifest: Path) -> Adapter:
    if manifest.stat().st_size > _MANIFEST_LIMIT_BYTES:
        raise FormatError("The manifest is too large.", file=manifest)
    facts = json.loads(manifest.read_text("utf-8"))
    file = manifest.with_name(FILE_NAME)
    if sha256_of(file) != facts["sha256"] or facts["base_sha256"] != WEIGHTS_SHA256:
        raise FormatError("This adapter is not the one that personae ships.", file=file)
    return Adapter(manifest.parent.name.replace("_", "-"), file, facts["sha256"])


def _checked(file: Path, base_sha256: str) -> Adapter:
    if not file.is_file():
        raise EnvironmentFault(f"There is no adapter at {file}.")
    if file.stat().st_size > _ADAPTER_LIMIT_BYTES:
        raise FormatError("The adapter is larger than 1 GiB.", file=file)
    fields = _fields(file)
    if fields.get("general.type") != "adapter":
        raise FormatError("This GGUF file is a model, not an adapter.", file=file)
    base = fields.get(BASE_KEY)
    if base != base_sha256:
        trained = f"on the base {str(base)[:12]}…" if base else "on a base that it does not name"
        raise FormatError(
            f"The adapter was trained {trained}, and the model here is {base_sha256[:12]}…: it "
            "would change it at random. Open the base that it belongs to.",
            file=file,
        )
    name = file.parent.name if file.name == FILE_NAME else file.stem
    return Adapter(name, file, sha256_of(file))


def _fields(file: Path) -> dict[str, Any]:
    """The text keys of a GGUF file. Raises FormatError when it is none."""
    from gguf import GGUFReader

    try:
        reader = GGUFReader(file)
        return {
            key: field.contents()
            for key, field in reader.fields.items()
            if key in (BASE_KEY, "general.type")
        }
    except Exception as error:  # the reader raises whatever a broken file makes numpy raise
        raise FormatError("This is not a GGUF file that can be read.", file=file) from error
