"""Small dense heads on the embedder's vectors, with numpy alone.

A head's folder holds `manifest.json` and `head.json`; the manifest names the head by sha256 and the
embedder that it was trained on by fingerprint. A layer is a weight matrix and a bias as float32 in
base64. Recipes: `training/traits` and `training/relevance`.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.encoders.onnx_weights import names_files, read_manifest, read_object, verified
from personae.errors import CapabilityError, FormatError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.encoders.embedder import OnnxEmbedder
    from personae.encoders.types import Embedder

WEIGHTS = Path(__file__).parent / "weights"
FILES = ("head.json",)
LAYERS_LIMIT = 8
WIDTH_LIMIT = 16_384
_TINY = 1e-9
DIGITS = 6  # of a result: hides in which order a processor adds up


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` says about a head."""

    name: str
    embedder: str
    sha256: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """Changes with the weights."""
        return self.sha256["head.json"][:16]


@dataclass(frozen=True, slots=True)
class Head:
    """Dense layers, a rectifier between them. Make one with `open_head`; thread-safe."""

    manifest: Manifest
    layers: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]

    @property
    def inputs(self) -> int:
        return int(self.layers[0][0].shape[0])

    @property
    def outputs(self) -> int:
        return int(self.layers[-1][0].shape[1])

    def apply(self, features: NDArray[Any]) -> NDArray[np.float64]:
        """(rows, inputs) → (rows, outputs), without a last nonlinearity."""
        import numpy as np

        x = np.asarray(features, dtype=np.float64)
        for number, (weight, bias) in enumerate(self.layers):
            x = x @ weight + bias
            if number < len(self.layers) - 1:
                x = np.maximum(x, 0)
        return np.round(x, DIGITS)


def open_head(
    folder: Path, what: str, *, inputs: int, outputs: int, beside: Sequence[str] = ()
) -> Head:
    """The head in `folder`. Raises EnvironmentFault when a file is missing or damaged, FormatError
    when it is not a head of that shape. `what` names it to the reader of the error, `beside` the
    other files that the manifest must have the sha256 of."""
    value = read_manifest(folder / "manifest.json", what)
    manifest = Manifest(
        name=value("name", str, lambda name: 0 < len(name) <= 200),
        embedder=value("embedder", str, lambda print_: 0 < len(print_) <= 64),
        sha256=value("sha256", dict, lambda hashes: names_files(hashes, (*FILES, *beside))),
    )
    file = folder / "head.json"
    given = read_object(verified(file, manifest.sha256["head.json"], what), file).get("layers")
    if not isinstance(given, list) or not 0 < len(given) <= LAYERS_LIMIT:
        raise FormatError(f"The head has no list of 1 to {LAYERS_LIMIT} layers.", file=file)
    head = Head(manifest, tuple(_layer(one, file) for one in given))
    widths = [weight.shape for weight, _ in head.layers]
    fits = all(a[1] == b[0] for a, b in pairwise(widths))
    if not fits or (head.inputs, head.outputs) != (inputs, outputs):
        raise FormatError(f"The head does not turn {inputs} numbers into {outputs}.", file=file)
    return head


@lru_cache(maxsize=8)
def kept_head(folder: Path, what: str, *, inputs: int, outputs: int) -> Head:
    """`open_head`, once for each folder."""
    return open_head(folder, what, inputs=inputs, outputs=outputs)


def embedder_of(head: Head, given: Embedder | None) -> Embedder:
    """The embedder that the head was trained on: the given one, or the shipped one, opened once.

    Raises CapabilityError when neither is the one.
    """
    fits = given is not None and given.fingerprint == head.manifest.embedder
    found = given if given is not None and fits else shipped_embedder()
    if found.fingerprint != head.manifest.embedder:
        raise CapabilityError(
            f"{head.manifest.name} was trained on another embedder than {found.name}; make it anew."
        )
    return found


@lru_cache(maxsize=1)
def shipped_embedder() -> OnnxEmbedder:
    """The embedder that ships, opened once."""
    from personae.encoders.embedder import open_embedder

    return open_embedder()


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares that add up to 1 along the last axis."""
    import numpy as np

    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Vectors of length 1 along the last axis; what is no vector stays 0."""
    import numpy as np

    return np.asarray(vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + _TINY))


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + e^-x), without overflow."""
    import numpy as np

    return np.round(0.5 * (1 + np.tanh(0.5 * x)), DIGITS)


def _layer(given: Any, file: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    value: dict[str, Any] = given if isinstance(given, dict) else {}
    rows, columns = (_width(value.get(key), file) for key in ("inputs", "outputs"))
    decode = _decoder(file)
    weight = decode(value.get("weight"), rows * columns).reshape(rows, columns)
    return weight, decode(value.get("bias"), columns)


def _width(given: Any, file: Path) -> int:
    if type(given) is not int or not 0 < given <= WIDTH_LIMIT:
        raise FormatError(f"A layer's width is not 1 to {WIDTH_LIMIT}.", file=file)
    return given


def _decoder(file: Path) -> Callable[[Any, int], NDArray[np.float64]]:
    import numpy as np

    def decode(text: Any, count: int) -> NDArray[np.float64]:
        try:
            content = base64.b64decode(text, validate=True)
        except (TypeError, ValueError, binascii.Error) as error:
            raise FormatError("A layer's numbers are not base64.", file=file) from error
        if len(content) != 4 * count:
            raise FormatError(f"A layer has not {count} numbers of 4 bytes.", file=file)
        numbers = np.frombuffer(content, dtype="<f4").astype(np.float64)
        if not math.isfinite(float(numbers.sum())):
            raise FormatError("A layer has numbers that are not finite.", file=file)
        return numbers

    return decode
