"""The embedder: all-MiniLM-L6-v2 in int8 on onnxruntime, without torch.

The shipped weights are made by `training/minilm_int8`; their card is beside them. A text has one
vector, bit for bit, whatever it is embedded with and from however many threads: activations are
quantised row by row, and only texts with the same number of tokens share a batch, so that nothing
is padded. `docs/embedder.md` has the measurements.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.errors import EnvironmentFault, FormatError, InvalidOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = Path(__file__).parent / "weights" / "minilm_int8"
TEXT_LIMIT_CHARACTERS = 16_384  # more never reaches the model: it reads 256 tokens
BATCH_LIMIT_TOKENS = 2_048  # bounds the memory of one run
CACHE_LIMIT_TEXTS = 4_096  # about 6 MB of vectors
MANIFEST_LIMIT_BYTES = 65_536
FILE_LIMITS_BYTES = {"model.onnx": 1 << 30, "tokenizer.json": 32 << 20}


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
    cache: VectorCache

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

        wanted = [_clean(text) for text in _checked(texts)]
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


@dataclass(frozen=True, slots=True)
class VectorCache:
    """The vectors of the texts used last, up to `limit`; safe to share between threads."""

    limit: int
    _kept: OrderedDict[str, NDArray[np.float32]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, texts: set[str]) -> dict[str, NDArray[np.float32]]:
        """Those of `texts` that are kept, each now the one used last."""
        found = {}
        with self._lock:
            for text in texts & self._kept.keys():
                self._kept.move_to_end(text)
                found[text] = self._kept[text]
        return found

    def put(self, vectors: dict[str, NDArray[np.float32]]) -> None:
        """Keep `vectors`, and drop what has not been used for longest."""
        with self._lock:
            for text, vector in vectors.items():
                self._kept[text] = vector.copy()  # a row alone, not the batch it is a view of
                self._kept.move_to_end(text)
            while len(self._kept) > self.limit:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


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
    model = _verified(folder / "model.onnx", manifest)
    tokenizer = _open_tokenizer(folder / "tokenizer.json", manifest)
    session = _open_session(model, folder / "model.onnx", manifest.dimensions, threads)
    cache = VectorCache(CACHE_LIMIT_TEXTS)
    return OnnxEmbedder(manifest, session, tokenizer, cache)


def equal_batches(lengths: Sequence[int], limit_tokens: int) -> Iterator[list[int]]:
    """Indexes of texts in batches of one length each, shortest first, at most `limit_tokens`.

    A single text longer than the limit is a batch of its own.
    """
    by_length: dict[int, list[int]] = {}
    for index, length in enumerate(lengths):
        by_length.setdefault(length, []).append(index)
    for length, indexes in sorted(by_length.items()):
        size = max(1, limit_tokens // max(1, length))
        for start in range(0, len(indexes), size):
            yield indexes[start : start + size]


def _checked(texts: Sequence[str]) -> Sequence[str]:
    if isinstance(texts, str):
        raise InvalidOption("embed() takes a list of texts, not one text; put it in a list.")
    for text in texts:
        if not isinstance(text, str):
            raise InvalidOption(f"embed() takes texts, and one is a {type(text).__name__}.")
    return texts


def _clean(text: str) -> str:
    """The part of `text` that counts, with lone surrogates (not valid Unicode) replaced."""
    return text[:TEXT_LIMIT_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def _read(file: Path, limit_bytes: int) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(limit_bytes + 1)
    except OSError as error:
        raise EnvironmentFault(
            f"The embedder's file {file} cannot be read ({error.strerror or error}).",
            remedy=_REPAIR,
        ) from error
    if len(content) > limit_bytes:
        raise FormatError(f"The file is larger than {limit_bytes} bytes.", file=file)
    return content


def _verified(file: Path, manifest: Manifest) -> bytes:
    content = _read(file, FILE_LIMITS_BYTES[file.name])
    found, expected = hashlib.sha256(content).hexdigest(), manifest.sha256[file.name]
    if found != expected:
        raise EnvironmentFault(
            f"The embedder's file {file} is damaged: its sha256 is {found}, not {expected}.",
            remedy=_REPAIR,
        )
    return content


def _read_manifest(file: Path) -> Manifest:
    content = _read(file, MANIFEST_LIMIT_BYTES)
    try:
        given = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FormatError("The manifest is not JSON.", file=file) from error
    if not isinstance(given, dict):
        raise FormatError("The manifest is not a JSON object.", file=file)

    def value(key: str, kind: type, right: Callable[[Any], bool]) -> Any:
        found = given.get(key)
        if type(found) is not kind or not right(found):
            raise FormatError(f"The manifest's {key!r} is missing or wrong.", file=file)
        return found

    return Manifest(
        name=value("name", str, lambda name: 0 < len(name) <= 200),
        dimensions=value("dimensions", int, lambda number: 0 < number <= 65_536),
        max_tokens=value("max_tokens", int, lambda number: 2 < number <= 8_192),
        pooling=value("pooling", str, lambda pooling: pooling == "mean"),
        sha256=value("sha256", dict, _names_the_files),
    )


def _names_the_files(hashes: dict[str, Any]) -> bool:
    return hashes.keys() == FILE_LIMITS_BYTES.keys() and all(
        isinstance(digest, str) and len(digest) == 64 for digest in hashes.values()
    )


def _open_tokenizer(file: Path, manifest: Manifest) -> Any:
    from tokenizers import Tokenizer

    content = _verified(file, manifest)
    try:
        tokenizer = Tokenizer.from_buffer(content)
        tokenizer.no_padding()
        tokenizer.enable_truncation(manifest.max_tokens)
    except Exception as error:  # the library raises nothing narrower
        raise FormatError(f"The tokenizer cannot be loaded: {error}.", file=file) from error
    return tokenizer


def _open_session(model: bytes, file: Path, dimensions: int, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Idle threads that spin would take the cores from the language model.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors share no public root
        reason = str(error).splitlines()[0][:200]
        raise FormatError(f"onnxruntime cannot load the model: {reason}.", file=file) from error
    takes = [value.name for value in session.get_inputs()]
    gives = [(value.name, value.shape[-1:]) for value in session.get_outputs()]
    if takes != ["input_ids"] or gives != [("embedding", [dimensions])]:
        raise FormatError(
            f"The model must turn input_ids into an embedding of {dimensions} numbers.", file=file
        )
    return session


_REPAIR = "pip install --force-reinstall --no-deps personae"
