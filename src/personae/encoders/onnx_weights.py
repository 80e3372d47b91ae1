"""What the small models share: checked weight files, sessions, batches of one length, a cache.

A model's folder holds `manifest.json`, which names the other files by sha256. Everything read is
hostile until its hash is the manifest's, and the manifest is read within limits.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from personae.errors import EnvironmentFault, FormatError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TEXT_LIMIT_CHARACTERS = 16_384  # more never reaches a model: the embedder reads 256 tokens
BATCH_LIMIT_TOKENS = 2_048  # bounds the memory of one run
MANIFEST_LIMIT_BYTES = 65_536
FILE_LIMITS_BYTES = {".onnx": 1 << 30, ".json": 32 << 20}
REPAIR = "pip install --force-reinstall --no-deps personae"
WORDS = "words"  # the table of word vectors, an initializer of the graph
_TOKENIZER_PATH = re.compile(r"(?:\.\./\w+/)?tokenizer\.json")  # its own, or a neighbour's
_MODEL_PATH = re.compile(r"\.\./\w+/model\.onnx")

Key = TypeVar("Key", bound=Hashable)
ManifestValue = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class SharedWords:
    """Where a neighbour's file holds the word vectors: they were frozen in training."""

    file: str
    offset: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class VectorCache(Generic[Key]):
    """The vectors of the keys used last, up to `limit`; safe to share between threads."""

    limit: int
    _kept: OrderedDict[Key, NDArray[np.float32]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, keys: Set[Key]) -> dict[Key, NDArray[np.float32]]:
        """Those of `keys` that are kept, each now the one used last."""
        found = {}
        with self._lock:
            for key in keys & self._kept.keys():
                self._kept.move_to_end(key)
                found[key] = self._kept[key]
        return found

    def put(self, vectors: dict[Key, NDArray[np.float32]]) -> None:
        """Keep `vectors`, and drop what has not been used for longest."""
        with self._lock:
            for key, vector in vectors.items():
                self._kept[key] = vector.copy()  # a row alone, not the batch it is a view of
                self._kept.move_to_end(key)
            while len(self._kept) > self.limit:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


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


def clean(text: str) -> str:
    """The part of `text` that counts, with lone surrogates (not valid Unicode) replaced."""
    return text[:TEXT_LIMIT_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def read_within(file: Path, limit_bytes: int, what: str) -> bytes:
    """The file's bytes. Raises EnvironmentFault if it cannot be read, FormatError beyond the limit.

    `what` names the model to the reader of the error: "embedder".
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(limit_bytes + 1)
    except OSError as error:
        raise _unreadable(file, what, error) from error
    if len(content) > limit_bytes:
        raise FormatError(f"The file is larger than {limit_bytes} bytes.", file=file)
    return content


def verified(file: Path, sha256: str, what: str) -> bytes:
    """The file's bytes, which have that hash; raises EnvironmentFault if they do not."""
    content = read_within(file, FILE_LIMITS_BYTES[file.suffix], what)
    check_sha256(content, sha256, file, what)
    return content


def check_sha256(content: bytes, sha256: str, file: Path, what: str) -> None:
    """Raises EnvironmentFault where `content`, read from `file`, has another hash."""
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise EnvironmentFault(
            f"The {what}'s file {file} is damaged: its sha256 is {found}, not {sha256}.",
            remedy=REPAIR,
        )


def read_slice(file: Path, offset: int, length: int, what: str) -> bytes:
    """That many bytes from there on, fewer at the end. Raises EnvironmentFault if unreadable."""
    try:
        with file.open("rb") as stream:
            stream.seek(offset)
            return stream.read(min(length, FILE_LIMITS_BYTES[file.suffix]))
    except OSError as error:
        raise _unreadable(file, what, error) from error


def shared_words(folder: Path, place: SharedWords, sha256: str, what: str) -> NDArray[np.int8]:
    """The word vectors out of the neighbour's file, which must have that sha256."""
    import numpy as np

    content = read_slice(folder / place.file, place.offset, place.rows * place.columns, what)
    check_sha256(content, sha256, folder / place.file, what)
    return np.frombuffer(content, dtype=np.int8).reshape(place.rows, place.columns)


def is_place(given: dict[str, Any]) -> bool:
    """Whether a manifest's `words` are a place in a neighbour's model."""
    numbers = [given.get(key) for key in ("offset", "rows", "columns")]
    return (
        given.keys() == {"file", "offset", "rows", "columns"}
        and isinstance(given["file"], str)
        and _MODEL_PATH.fullmatch(given["file"]) is not None
        and all(type(number) is int and 0 < number < 1 << 30 for number in numbers)
    )


def is_tokenizer_path(path: str) -> bool:
    """Whether a manifest's `tokenizer` is a file of the model's own folder or of a neighbour's."""
    return _TOKENIZER_PATH.fullmatch(path) is not None


def _unreadable(file: Path, what: str, error: OSError) -> EnvironmentFault:
    return EnvironmentFault(
        f"The {what}'s file {file} cannot be read ({error.strerror or error}).", remedy=REPAIR
    )


def read_object(content: bytes, file: Path) -> dict[str, Any]:
    """A JSON object; raises FormatError for anything else."""
    try:
        given = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FormatError("The file is not JSON.", file=file) from error
    if not isinstance(given, dict):
        raise FormatError("The file is not a JSON object.", file=file)
    return given


def read_manifest(file: Path, what: str) -> ManifestValue:
    """A function (key, type, check) that gives the manifest's value or raises FormatError.

    A fourth argument stands for a value that is not there.
    """
    given = read_object(read_within(file, MANIFEST_LIMIT_BYTES, what), file)

    def value(key: str, kind: type, right: Callable[[Any], bool], default: Any = None) -> Any:
        found = given.get(key, default)
        if type(found) is not kind or not right(found):
            raise FormatError(f"The manifest's {key!r} is missing or wrong.", file=file)
        return found

    return value


def names_files(hashes: dict[str, Any], files: Sequence[str]) -> bool:
    """Whether `hashes` has one sha256 for each of the files and for nothing else."""
    return hashes.keys() == set(files) and all(
        isinstance(digest, str) and len(digest) == 64 for digest in hashes.values()
    )


def open_tokenizer(content: bytes, file: Path, max_tokens: int) -> Any:
    """A tokenizer that truncates and does not pad; raises FormatError for other content."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_buffer(content)
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_tokens)
    except Exception as error:  # the library raises nothing narrower
        raise FormatError(f"The tokenizer cannot be loaded: {error}.", file=file) from error
    return tokenizer


def open_session(
    model: bytes, file: Path, threads: int, shared: Mapping[str, NDArray[Any]] | None = None
) -> Any:
    """An onnxruntime session on the CPU; raises FormatError for what is no model.

    `shared` holds what the graph has outside of itself, by name.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Idle threads that spin would take the cores from the language model.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        if shared:
            of_numpy = onnxruntime.OrtValue.ortvalue_from_numpy
            options.add_external_initializers(
                list(shared), [of_numpy(array) for array in shared.values()]
            )
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors share no public root
        reason = str(error).splitlines()[0][:200]
        raise FormatError(f"onnxruntime cannot load the model: {reason}.", file=file) from error


def ports(session: Any) -> tuple[list[str], list[tuple[str, list[Any]]]]:
    """The names a session takes, and the names it gives with the width of each."""
    takes = [value.name for value in session.get_inputs()]
    return takes, [(value.name, list(value.shape[-1:])) for value in session.get_outputs()]
