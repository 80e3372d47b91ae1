"""Whether a reply is out of the bounds of a role (S073): a logistic head on frozen models.

The head sees a reply as its vector, its sentences' greatest coordinates, how near a sentence comes
to each rule's examples of both sides, and what the inference model says of a sentence and the
role's statements. A head belongs to one role, embedder and inference model; the shipped one is made
by `personae train role-bounds`, and its card is beside it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.data.role import Role
from personae.encoders.heads import WEIGHTS, Head, embedder_of, kept_head, sigmoid
from personae.encoders.kept import ByFingerprint, by_fingerprint
from personae.encoders.onnx_weights import read_object
from personae.encoders.types import Embedder, Nli
from personae.errors import CapabilityError, FormatError, InvalidOption
from personae.text.macros import expand
from personae.text.sentences import split_sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIMENSIONS = 384
FACTS = "bounds.json"
FACTS_LIMIT_BYTES = 65_536
SENTENCES_LIMIT = 8  # of a reply; the rest of a longer one is not looked at
_USER = "my dear"  # in the place of {{user}} in examples
_ODDS_LIMIT = 1e-4
# Brings the blocks to about one length, because one penalty holds for all of them.
_NEAR_SCALE, _ODDS_SCALE = 2.0, 0.25


@dataclass(frozen=True, slots=True)
class Bound:
    """What is said of one reply: the probability that it is out of bounds, and the rule that it
    comes nearest to breaking (its number in the role)."""

    reply: str
    probability: float
    rule: int


class BoundsFeatures:
    """What a head sees of replies, for one role; its examples are embedded once."""

    def __init__(self, role: Role, embedder: Embedder, nli: Nli) -> None:
        self._embedder, self._nli = embedder, nli
        self._statements = role.statements()
        self._rules = len(role.rules)
        sides = [side for rule in role.rules for side in (rule.in_bounds, rule.out_of_bounds)]
        self._sides = [self._embedded(side, role) for side in sides]

    @property
    def width(self) -> int:
        """How many numbers a reply becomes."""
        return 2 * self._embedder.dimensions + len(self._sides) + 2 * len(self._statements)

    def __call__(self, replies: Sequence[str]) -> NDArray[np.float64]:
        """(replies, width), and nothing of a reply depends on the others."""
        import numpy as np

        units = [sentences_of(reply) for reply in replies]
        flat = list(dict.fromkeys(sentence for unit in units for sentence in unit))
        if not flat:
            return np.zeros((0, self.width))
        at = {sentence: number for number, sentence in enumerate(flat)}
        vectors = self._embedder.embed(flat).astype(np.float64)
        near, odds = self._near(vectors), self._odds(flat)
        rows = []
        for reply, unit in zip(self._embedder.embed(list(replies)), units, strict=True):
            own = [at[sentence] for sentence in unit]
            parts = (vectors[own].max(axis=0), near[own].max(axis=0), odds[own].max(axis=0))
            rows.append(np.concatenate([reply, *parts]))
        return np.stack(rows)

    def rules(self, features: NDArray[np.float64]) -> list[int]:
        """The rule that each reply comes nearest to breaking, from its features.

        That is where its nearness to the bad examples beats that to the good ones most, plus how
        strongly a statement of the rule is contradicted.
        """
        import numpy as np

        start = 2 * self._embedder.dimensions
        near = features[:, start : start + len(self._sides)].reshape(len(features), -1, 2)
        pull = (near[:, :, 1] - near[:, :, 0]) / _NEAR_SCALE
        odds = features[:, start + len(self._sides) :][:, : len(self._statements)]
        for rule in range(self._rules):
            own = [at for at, (number, _) in enumerate(self._statements) if number == rule]
            pull[:, rule] += sigmoid(odds[:, own].max(axis=1) / _ODDS_SCALE)
        return [int(one) for one in np.argmax(pull, axis=1)]

    def _near(self, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        import numpy as np

        columns = [
            (vectors @ side.T).max(axis=1) if len(side) else np.zeros(len(vectors))
            for side in self._sides
        ]
        return _NEAR_SCALE * np.stack(columns, axis=1)

    def _odds(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Log-odds of contradiction with each statement, then those of entailment."""
        import numpy as np

        pairs = [(sentence, text) for sentence in sentences for _, text in self._statements]
        found = np.asarray(self._nli.classify(pairs), dtype=np.float64)
        p = np.clip(found, _ODDS_LIMIT, 1 - _ODDS_LIMIT).reshape(len(sentences), -1, 3)
        odds = _ODDS_SCALE * np.log(p / (1 - p))
        return np.concatenate([odds[:, :, 2], odds[:, :, 0]], axis=1)

    def _embedded(self, texts: Sequence[str], role: Role) -> NDArray[np.float64]:
        import numpy as np

        if not texts:
            return np.zeros((0, self._embedder.dimensions))
        filled = [expand(text, char=role.character, user=_USER) for text in texts]
        return self._embedder.embed(filled).astype(np.float64)


@dataclass(frozen=True, slots=True)
class RoleBounds:
    """Judges replies for one role. Make one with `open_role_bounds`; thread-safe.

    `threshold` is the probability from which on a reply counts as out of bounds.
    """

    head: Head
    features: BoundsFeatures
    role: Role
    threshold: float

    @property
    def name(self) -> str:
        return self.head.manifest.name

    @property
    def fingerprint(self) -> str:
        return self.head.manifest.fingerprint

    def judge(self, replies: Sequence[str]) -> list[Bound]:
        """What the head says of each reply. Raises InvalidOption for one text."""
        if isinstance(replies, str):
            raise InvalidOption("judge() takes a list of replies, not one text.")
        if not replies:
            return []
        seen = self.features(replies)
        odds = sigmoid(self.head.apply(seen)[:, 0]).tolist()
        return [Bound(*one) for one in zip(replies, odds, self.features.rules(seen), strict=True)]


def sentences_of(reply: str) -> list[str]:
    """The sentences of a reply, at most eight; the reply itself where it has none."""
    return split_sentences(reply)[:SENTENCES_LIMIT] or [reply]


def role_fingerprint(role: Role) -> str:
    """Changes with what the features see of a role: its rules, their order and their examples."""
    told = "\n".join(rule.to_json() for rule in role.rules) + role.character
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def open_role_bounds(
    role: Role,
    embedder: Embedder | None = None,
    nli: Nli | None = None,
    folder: Path | None = None,
) -> RoleBounds:
    """The head of a role: the shipped one, or that in `folder`, on the models it was trained on.

    Raises EnvironmentFault, FormatError, CapabilityError as `kept_head` and `embedder_of` do, and
    InvalidOption where the head was trained for another role.
    """
    place = bounds_folder(role, folder)
    if not place.is_dir():
        raise InvalidOption(
            f"There is no out-of-bounds classifier for the role {role.name} in {place}. Make one: "
            "personae train role-bounds --work WORK -o role=ROLE -o labelled=FILE."
        )
    facts = _facts(place / FACTS)
    if facts["role"] != role_fingerprint(role):
        raise InvalidOption(
            f"The classifier in {place} was trained on other rules than those of the role "
            f"{role.name}. Train it anew: personae train role-bounds."
        )
    # The manifest tells nothing of the width: it follows from the role.
    head = _head(place, role)
    model = embedder_of(head, embedder)
    judge = nli_of(facts["nli"], nli)
    features = _kept_features(role.to_json(), by_fingerprint(model), by_fingerprint(judge))
    return RoleBounds(head, features, role, facts["threshold"])


def bounds_folder(role: Role, folder: Path | None = None) -> Path:
    """Where the models of a role are: `folder`, or the place of those that ship."""
    return folder or WEIGHTS / f"role_bounds_{role.name.replace('-', '_')}"


def nli_of(fingerprint: str, given: Nli | None) -> Nli:
    """The inference model that a head was trained on: the given one, or the shipped one."""
    found = given if given is not None and given.fingerprint == fingerprint else _shipped_nli()
    if found.fingerprint != fingerprint:
        raise CapabilityError(
            "The out-of-bounds classifier was trained on another inference model; make it anew."
        )
    return found


@lru_cache(maxsize=1)
def _shipped_nli() -> Nli:
    from personae.encoders.nli import open_nli

    return open_nli()


def _head(place: Path, role: Role) -> Head:
    width = 2 * DIMENSIONS + 2 * len(role.rules) + 2 * len(role.statements())
    return kept_head(place, "out-of-bounds head", inputs=width, outputs=1)


@lru_cache(maxsize=8)
def _kept_features(role: str, embedder: ByFingerprint, nli: ByFingerprint) -> BoundsFeatures:
    return BoundsFeatures(Role.from_json(role), embedder.model, nli.model)


def _facts(file: Path) -> dict[str, Any]:
    """`bounds.json`: role and inference model by fingerprint, and the threshold."""
    value = read_object(_limited(file), file)
    threshold = value.get("threshold")
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise FormatError("The field 'threshold' is missing or no number.", file=file)
    if not (math.isfinite(threshold) and 0 < threshold < 1):
        raise FormatError("The threshold is not between 0 and 1.", file=file)
    for key in ("role", "nli"):
        if not isinstance(value.get(key), str):
            raise FormatError(f"The field {key!r} is missing or no text.", file=file)
    return value


def _limited(file: Path) -> bytes:
    from personae.text.parsing import read_bytes

    return read_bytes(file, FACTS_LIMIT_BYTES)
