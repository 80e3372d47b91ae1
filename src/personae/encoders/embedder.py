"""The embedder: all-MiniLM-L6-v2 in int8 on onnxruntime, without torch.

The shipped weights are made by `training/minilm_int8`; their card is beside them. A text has one
vector, bit for bit, whatever it is embedded with and from however many threads: activations are
quantised row by row, and only texts with the same number of tokens share a batch, so that nothing
is padded. `docs/embedder.md` has the measurements.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.encoders.onnx_weights import (
    BATCH_LIMIT_TOKENS,
    VectorCache,
    clean,
    equal_batches,
    names_files,
    open_session,
    open_tokenizer,
    ports,
    read_manifest,
    verified,
)
from personae.errors import FormatError, InvalidOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = Path(__file__).parent / "weights" / "minilm_int8"
CACHE_LIMIT_TEXTS = 4_096  # about 6 MB of vectors
FILES = ("model.onnx", "tokenizer.json")
WHAT = "embedder"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` says about the files beside it."""

    name: str
    dimensions: int
    max_tokens: int
    pooling: str
    sha256: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """Changes with the weights, the tokenizer and the way of pooling."""
        settings = [self.pooling, self.max_tokens, self.dimensions, sorted(self.sha256.items())]
        return hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class OnnxEmbedder:
    """An `Embedder` over an onnxruntime session. Make one with `open_embedder`; thread-safe."""

    manifest: Manifest
    session: Any  # onnxruntime.InferenceSession
    tokenizer: Any  # tokenizers.Tokenizer
    cache: VectorCache[str]

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def fingerprint(self) -> str:
        return self.manifest.fingerprint

    @property
    def dimensions(self) -> int:
        return self.manifest.dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per text: an array (texts, dimensions), the caller's own.

        A text counts up to `max_tokens` tokens and `TEXT_LIMIT_CHARACTERS` characters; the empty
        text has a vector too. Raises InvalidOption when `texts` is not a sequence of strings.
        """
        import numpy as np

        wanted = [clean(text) for text in _checked(texts)]
        known = self.cache.get(set(wanted))
        fresh = [text for text in dict.fromkeys(wanted) if text not in known]
        if fresh:
            made = dict(zip(fresh, self._run(fresh), strict=True))
            self.cache.put(made)
            known |= made
        if not wanted:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return np.stack([known[text] for text in wanted])

    def _run(self, texts: list[str]) -> NDArray[np.float32]:
        import numpy as np

        # One by one: encode_batch would start a pool of threads of its own.
        ids = [self.tokenizer.encode(text).ids for text in texts]
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for batch in equal_batches([len(tokens) for tokens in ids], BATCH_LIMIT_TOKENS):
            tokens = np.array([ids[index] for index in batch], dtype=np.int64)
            vectors[batch] = self.session.run(["embedding"], {"input_ids": tokens})[0]
        return vectors


def open_embedder(path: Path | None = None, *, threads: int = 2) -> OnnxEmbedder:
    """Load the shipped embedder, or the one in the folder `path` made by the same recipe.

    The folder holds `manifest.json`, `model.onnx` and `tokenizer.json`. Raises EnvironmentFault
    when a file is missing or is not the one that the manifest names by sha256, FormatError when a
    file is not what it should be, InvalidOption when `threads` is below 1.
    """
    if threads < 1:
        raise InvalidOption(f"The embedder cannot run on {threads} threads; give 1 or more.")
    folder = SHIPPED if path is None else Path(path)
    manifest = _read_manifest(folder / "manifest.json")
    model_file, tokenizer_file = (folder / name for name in FILES)
    model = verified(model_file, manifest.sha256["model.onnx"], WHAT)
    content = verified(tokenizer_file, manifest.sha256["tokenizer.json"], WHAT)
    tokenizer = open_tokenizer(content, tokenizer_file, manifest.max_tokens)
    session = open_session(model, model_file, threads)
    if ports(session) != (["input_ids"], [("embedding", [manifest.dimensions])]):
        raise FormatError(
            f"The model must turn input_ids into an embedding of {manifest.dimensions} numbers.",
            file=model_file,
        )
    cache: VectorCache[str] = VectorCache(CACHE_LIMIT_TEXTS)
    return OnnxEmbedder(manifest, session, tokenizer, cache)


def _checked(texts: Sequence[str]) -> Sequence[str]:
    if isinstance(texts, str):
        raise InvalidOption("embed() takes a list of texts, not one text; put it in a list.")
    for text in texts:
        if not isinstance(text, str):
            raise InvalidOption(f"embed() takes texts, and one is a {type(text).__name__}.")
    return texts


def _read_manifest(file: Path) -> Manifest:
    value = read_manifest(file, WHAT)
    return Manifest(
        name=value("name", str, lambda name: 0 < len(name) <= 200),
        dimensions=value("dimensions", int, lambda number: 0 < number <= 65_536),
        max_tokens=value("max_tokens", int, lambda number: 2 < number <= 8_192),
        pooling=value("pooling", str, lambda pooling: pooling == "mean"),
        sha256=value("sha256", dict, lambda hashes: names_files(hashes, FILES)),
    )
