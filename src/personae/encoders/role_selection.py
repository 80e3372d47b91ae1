"""Which of several replies fits a message and keeps to a role (S073): a reranker of three numbers.

What the selection head and the cosine say of message and reply, and the logarithm of the chance
that the reply is in bounds. The weights of a role stand in `selector.json` beside the head of its
out-of-bounds classifier; `personae train role-bounds` makes both (`recipes.role_selection`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from personae.encoders.onnx_weights import read_object
from personae.encoders.role_bounds import bounds_folder
from personae.encoders.selection import Selector
from personae.errors import CapabilityError, FormatError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.data.role import Role

FILE = "selector.json"
LIMIT_BYTES = 65_536
LEAST_CHANCE = 1e-4  # of being in bounds: nearer to 0 the logarithm outweighs everything


@dataclass(frozen=True, slots=True)
class Mix:
    """What each number counts. The first two add up to 1, so that scores compare with those of the
    selection head, from which what is out of bounds takes away."""

    selection: float
    cosine: float
    in_bounds: float


@dataclass(frozen=True, slots=True)
class RoleSelector:
    """Scores replies for one role. Make one with `open_role_selector`; thread-safe."""

    selector: Selector
    mix: Mix

    def scores(
        self, heard: str, replies: Sequence[str], out_of_bounds: Sequence[float]
    ) -> NDArray[np.float64]:
        """One score a reply, higher is better, from the probabilities that they are out of bounds.

        Raises InvalidOption for one text in the place of several.
        """
        import numpy as np

        follows = self.selector.scores(heard, replies)
        cosine = self.selector.embedder.embed(replies) @ self.selector.embedder.embed([heard])[0]
        return mixed(self.mix, follows, cosine, log_in_bounds(np.asarray(out_of_bounds)))


def mixed(
    mix: Mix, follows: NDArray[np.float64], cosine: NDArray[np.floating], kept: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The weighted sum."""
    scores: NDArray[np.float64] = mix.selection * follows + mix.cosine * cosine
    return scores + mix.in_bounds * kept


def log_in_bounds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithm of the chance of being in bounds, from that of being out."""
    import numpy as np

    chances: NDArray[np.float64] = np.log(np.clip(1 - probabilities, LEAST_CHANCE, 1.0))
    return chances


def open_role_selector(
    role: Role, selector: Selector, folder: Path | None = None
) -> RoleSelector | None:
    """The reranker of a role: the shipped one, or that in `folder`; None where none was learned.

    Raises FormatError for a file that is damaged, CapabilityError where it was learned with
    another selection head.
    """
    file = bounds_folder(role, folder) / FILE
    if not file.is_file():
        return None
    mix, fingerprint = _read(file)
    if fingerprint != selector.fingerprint:
        raise CapabilityError(
            f"The selector in {file.parent} was learned with another selection head; make it anew: "
            "personae train role-bounds."
        )
    return RoleSelector(selector, mix)


def told(mix: Mix, selector: Selector) -> dict[str, object]:
    """What `selector.json` says."""
    weights = {name: round(value, 4) for name, value in asdict(mix).items()}
    return {"selection_head": selector.fingerprint, "mix": weights}


def _read(file: Path) -> tuple[Mix, str]:
    from personae.text.parsing import read_bytes

    value = read_object(read_bytes(file, LIMIT_BYTES), file)
    given, fingerprint = value.get("mix"), value.get("selection_head")
    names = Mix.__dataclass_fields__.keys()
    if not isinstance(given, dict) or given.keys() != names:
        raise FormatError(f"The field 'mix' has not the numbers {', '.join(names)}.", file=file)
    numbers = [given[name] for name in names]
    if not all(type(one) in (int, float) and math.isfinite(one) for one in numbers):
        raise FormatError("The field 'mix' has something that is no finite number.", file=file)
    if not isinstance(fingerprint, str):
        raise FormatError("The field 'selection_head' is missing or no text.", file=file)
    return Mix(*map(float, numbers)), fingerprint
