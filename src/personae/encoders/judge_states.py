"""States that the trained judges read: of the embedder's layers, and of three layers tuned on top.

The tuned layers take what leaves the embedder's third layer, so that its lower half is not shipped
twice; all judges share them. The shipped weights are made by `training/judges`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from personae.encoders.heads import WEIGHTS
from personae.encoders.onnx_weights import (
    BATCH_LIMIT_TOKENS,
    equal_batches,
    names_files,
    open_session,
    ports,
    read_manifest,
    verified,
)
from personae.encoders.token_states import LAYERS, token_states
from personae.errors import CapabilityError, FormatError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    States = NDArray[np.float32]

TUNED = len(LAYERS)  # the number of the tuned layers' states, above those of the embedder
DIMENSIONS = 384
SHIPPED = WEIGHTS / "judges_minilm_int8"
WHAT = "judges' encoder"


def judge_states(texts: Sequence[str], most_tokens: int, layers: Sequence[int]) -> list[States]:
    """`token_states`, where layer 7 is the tuned ones'. The same bit for bit in any batch.

    Raises EnvironmentFault, FormatError, CapabilityError where the files are damaged or strange.
    """
    import numpy as np

    if TUNED not in layers:
        return token_states(texts, most_tokens, layers)
    session, below = _opened()
    asked = tuple(dict.fromkeys([*(one for one in layers if one != TUNED), below]))
    given = token_states(texts, most_tokens, asked)
    columns = {one: _columns(at) for at, one in enumerate(asked)}
    tuned: list[Any] = [None] * len(texts)
    for batch in equal_batches([len(one) for one in given], BATCH_LIMIT_TOKENS):
        lower = np.stack([given[at][:, columns[below]] for at in batch])
        for at, one in zip(batch, session.run(["tuned"], {"states": lower})[0], strict=True):
            tuned[at] = one
    return [
        np.concatenate([own if one == TUNED else each[:, columns[one]] for one in layers], axis=1)
        for each, own in zip(given, tuned, strict=True)
    ]


def tuned_fingerprint() -> str:
    """Changes with the tuned weights."""
    return str(_manifest()("sha256", dict, lambda _: True)["model.onnx"])[:16]


def _columns(at: int) -> slice:
    return slice(DIMENSIONS * at, DIMENSIONS * (at + 1))


def _manifest() -> Any:
    return read_manifest(SHIPPED / "manifest.json", WHAT)


@lru_cache(maxsize=1)
def _opened() -> tuple[Any, int]:
    """The session, and the layer whose states it takes."""
    from personae.encoders.heads import shipped_embedder

    value, file = _manifest(), SHIPPED / "model.onnx"
    below = value("below", int, lambda layer: 0 <= layer < len(LAYERS))
    hashes = value("sha256", dict, lambda given: names_files(given, ("model.onnx",)))
    embedder = value("embedder", str, lambda digest: len(digest) == 64)
    if embedder != shipped_embedder().manifest.sha256["model.onnx"]:
        raise CapabilityError(
            "The judges' encoder was tuned on another embedder than the shipped one; make it anew "
            "with training/judges."
        )
    session = open_session(verified(file, hashes["model.onnx"], WHAT), file, 2)
    if ports(session) != (["states"], [("tuned", [DIMENSIONS])]):
        raise FormatError("The model must turn states into tuned ones of 384 numbers.", file=file)
    return session, below
