"""Which labels a text has: small heads on the embedder's states of single tokens.

Every label adds up what the tokens say for it, weighed by a softmax attention of its own (which may
be even). The states are those of several layers, because the last one was trained for nearness in
meaning and has lost some of the tone. What leans on this: toxicity, emotion, Big Five, regard,
dialogue act. Recipes: `training/judges`; cards are beside the weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.encoders.heads import DIGITS, Head, embedder_of, open_head, sigmoid, softmax
from personae.encoders.onnx_weights import (
    MANIFEST_LIMIT_BYTES,
    VectorCache,
    check_sha256,
    clean,
    read_manifest,
    read_object,
    read_within,
)
from personae.encoders.token_states import LAYERS, token_states
from personae.errors import FormatError, InvalidOption
from personae.text.sentences import split_sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DIMENSIONS = 384
MOST_TOKENS = 64  # of one sentence
CHUNK = 256  # texts whose states are in memory at a time
CACHE_LIMIT_TEXTS = 16_384
LABELS_FILE = "labels.json"
LABELS_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Labels:
    """What `labels.json` says: the labels, whose states are read, and how sure is sure enough.

    `is_one`: a text has one label (softmax), else any number (sigmoids). A label's threshold is the
    probability from which it is said to be there.
    """

    names: tuple[str, ...]
    layers: tuple[int, ...]
    is_one: bool
    thresholds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Labeller:
    """Probabilities of labels. Make one with `open_labeller`; thread-safe."""

    head: Head
    labels: Labels
    cache: VectorCache[str] = field(default_factory=lambda: VectorCache(CACHE_LIMIT_TEXTS))

    @property
    def name(self) -> str:
        return self.head.manifest.name

    @property
    def fingerprint(self) -> str:
        return self.head.manifest.fingerprint

    def scores(self, texts: Sequence[str]) -> Floats:
        """Logits (texts, labels); a text of more than 64 tokens counts by its first ones.

        The same bit for bit in any batch. Raises InvalidOption for one text.
        """
        import numpy as np

        if isinstance(texts, str):
            raise InvalidOption("A judge takes a list of texts, not one text; put it in a list.")
        wanted = [clean(text) for text in texts]
        known = self.cache.get(set(wanted))
        fresh = [text for text in dict.fromkeys(wanted) if text not in known]
        for start in range(0, len(fresh), CHUNK):
            some = fresh[start : start + CHUNK]
            made = dict(zip(some, self._run(some), strict=True))
            self.cache.put(made)
            known |= made
        if not wanted:
            return np.zeros((0, len(self.labels.names)))
        return np.stack([known[text] for text in wanted]).astype(np.float64)

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """(texts, labels), calibrated as the card says."""
        return self.chances(self.scores(texts))

    def chances(self, scores: Floats) -> Floats:
        """Probabilities of logits."""
        import numpy as np

        return np.round(softmax(scores), DIGITS) if self.labels.is_one else sigmoid(scores)

    def _run(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        import numpy as np

        states = token_states(texts, MOST_TOKENS, self.labels.layers)
        return [attended(self.head.apply(one)).astype(np.float32) for one in states]


def attended(seen: NDArray[Any]) -> Floats:
    """A text's logits of (tokens, 2 x labels): what each label attends to, then what it finds."""
    import numpy as np

    labels = seen.shape[1] // 2
    weights = softmax(seen[:, :labels].T)
    return np.asarray(np.round((weights * seen[:, labels:].T).sum(axis=1), DIGITS))


def by_text(rows: Floats, parts: Sequence[Sequence[str]]) -> list[Floats]:
    """The rows of all texts' parts, one after the other, cut up by text."""
    ends = accumulate(map(len, parts), initial=0)
    return [rows[start:end] for start, end in pairwise(ends)]


def passages(text: str, most_words: int) -> list[str]:
    """The text's sentences, put together up to so many words; a longer one stays whole."""
    found: list[str] = []
    for sentence in split_sentences(text):
        both = f"{found[-1]} {sentence}" if found else sentence
        if found and len(both.split()) <= most_words:
            found[-1] = both
        else:
            found.append(sentence)
    return found


def open_labeller(folder: Path, what: str, names: Sequence[str]) -> Labeller:
    """The head in `folder` for these labels, opened once, on the shipped embedder.

    Raises EnvironmentFault where a file is missing or damaged, FormatError where it is no such
    head, CapabilityError where it was trained on another embedder.
    """
    return _opened(folder, what, tuple(names))


@lru_cache(maxsize=16)
def _opened(folder: Path, what: str, names: tuple[str, ...]) -> Labeller:
    labels = _read_labels(folder, what)
    if labels.names != names:
        raise FormatError(
            f"The {what} has the labels {', '.join(labels.names)}, not {', '.join(names)}.",
            file=folder / LABELS_FILE,
        )
    inputs, outputs = DIMENSIONS * len(labels.layers), 2 * len(names)
    head = open_head(folder, what, inputs=inputs, outputs=outputs, beside=(LABELS_FILE,))
    embedder_of(head, None)
    return Labeller(head, labels)


def _read_labels(folder: Path, what: str) -> Labels:
    """The file's content, whose hash is the manifest's."""
    file = folder / LABELS_FILE
    hashes = read_manifest(folder / "manifest.json", what)("sha256", dict, lambda _: True)
    content = read_within(file, MANIFEST_LIMIT_BYTES, what)
    check_sha256(content, str(hashes.get(LABELS_FILE)), file, what)
    given = read_object(content, file)

    def listed(key: str, kind: type, is_right: Callable[[Any], bool]) -> tuple[Any, ...]:
        found = given.get(key)
        if not isinstance(found, list) or not 0 < len(found) <= LABELS_LIMIT:
            raise FormatError(f"{key!r} is no list of 1 to {LABELS_LIMIT}.", file=file)
        if not all(type(one) is kind and is_right(one) for one in found):
            raise FormatError(f"{key!r} has a value that it may not have.", file=file)
        return tuple(found)

    names = listed("labels", str, lambda name: 0 < len(name) <= 100)
    thresholds = listed("thresholds", float, lambda share: 0 <= share <= 1)
    layers = listed("layers", int, lambda layer: 0 <= layer < len(LAYERS))
    if len(thresholds) != len(names) or type(given.get("is_one")) is not bool:
        raise FormatError("There is not one threshold a label, or no 'is_one'.", file=file)
    return Labels(names, layers, given["is_one"], thresholds)
