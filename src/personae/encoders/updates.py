"""Whether what somebody says now takes the place of what they said before.

A linear head on the embedder's vectors of both sentences and on what the inference model says of
them in both directions. Contradiction alone will not do: the inference model takes studying and
working for a contradiction, and hardly knows "no longer". The shipped weights are made by
`training/updates`; their card is beside them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from personae.encoders.heads import WEIGHTS, Head, embedder_of, kept_head
from personae.encoders.onnx_weights import read_object
from personae.encoders.types import Embedder, Nli
from personae.errors import CapabilityError, FormatError
from personae.text.parsing import read_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = WEIGHTS / "updates_minilm"
DIMENSIONS = 384
INPUTS = 7 + 4 * DIMENSIONS
THRESHOLDS = "thresholds.json"
THRESHOLDS_LIMIT_BYTES = 65_536
# Of what speakers say beside what they said before: how much is let through by mistake.
SHARES = {"strict": 0.005, "lenient": 0.01}
_LEAST = 1e-4
# Brings the blocks to about one length, because one penalty holds for all of them.
_PRODUCT_SCALE, _VECTOR_SCALE = 16.0, 4.0

Clashes: TypeAlias = Literal["strict", "lenient"]


@dataclass(frozen=True, slots=True)
class Updates:
    """Says which sentences no longer hold. Make one with `open_updates`; thread-safe."""

    head: Head
    embedder: Embedder
    thresholds: dict[str, float]

    @property
    def fingerprint(self) -> str:
        return self.head.manifest.fingerprint

    def takes_place(
        self, text: str, before: Sequence[str], there: NDArray[Any], back: NDArray[Any],
        clashes: Clashes,
    ) -> list[bool]:  # fmt: skip
        """Whether the text takes the place of each of those before.

        `there` and `back` are the inference model's rows (n, 3) of (text, before) and the other way
        round.
        """
        import numpy as np

        if not before:
            return []
        vectors = self.embedder.embed([text, *before])
        new = np.repeat(vectors[:1], len(before), axis=0)
        scores = self.head.apply(pair_features(new, vectors[1:], there, back))[:, 0]
        return [bool(one) for one in scores > self.thresholds[clashes]]


def pair_features(
    new: NDArray[Any], old: NDArray[Any], there: NDArray[Any], back: NDArray[Any]
) -> NDArray[np.float64]:
    """(pairs, `INPUTS`): the inference model's log-odds, cosine, and both vectors in four ways."""
    import numpy as np

    new, old = (np.asarray(one, dtype=np.float64) for one in (new, old))
    odds = np.log(np.clip(np.hstack([there, back]).astype(np.float64), _LEAST, 1))
    cosine = (new * old).sum(axis=1, keepdims=True)
    apart = _VECTOR_SCALE * np.abs(new - old)
    both = [_VECTOR_SCALE * new, _VECTOR_SCALE * old]
    return np.hstack([odds, cosine, _PRODUCT_SCALE * new * old, apart, *both])


def open_updates(nli: Nli, embedder: Embedder | None = None, folder: Path | None = None) -> Updates:
    """The shipped head, or the one in `folder`, on `embedder` where that is the right one.

    Raises CapabilityError for another inference model than it was trained on, and what `kept_head`
    and `embedder_of` raise.
    """
    folder = folder or SHIPPED
    head = kept_head(folder, "head of updates", inputs=INPUTS, outputs=1)
    told = read_thresholds(folder / THRESHOLDS)
    if told["nli"] != nli.fingerprint:
        raise CapabilityError(
            f"{head.manifest.name} was trained on another inference model than {nli.name}; "
            "make it anew with training/updates."
        )
    limits = {name: float(told[name]) for name in SHARES}
    return Updates(head, embedder_of(head, embedder), limits)


def read_thresholds(file: Path) -> dict[str, Any]:
    """The file's object. Raises FormatError where it does not say all that is needed."""
    if not file.is_file():
        raise FormatError("The head of updates has no file of thresholds.", file=file)
    told = read_object(read_bytes(file, THRESHOLDS_LIMIT_BYTES), file)
    numbers = [told.get(name) for name in SHARES]
    if not isinstance(told.get("nli"), str) or not all(
        isinstance(one, float) and math.isfinite(one) for one in numbers
    ):
        raise FormatError("The thresholds are not numbers for one inference model.", file=file)
    return told
