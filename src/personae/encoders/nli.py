"""Natural-language inference in int8 on onnxruntime, without torch.

Says of a pair (what was said, persona statement) how likely the first entails the second, has
nothing to do with it, or contradicts it. The shipped weights are made by `training/nli`; their card
is beside them. A pair has one result, bit for bit, whatever it is classified with: only pairs with
the same number of tokens share a batch, so that nothing is padded. `docs/nli.md` has the figures.
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
    WORDS,
    SharedWords,
    VectorCache,
    clean,
    equal_batches,
    is_place,
    is_tokenizer_path,
    names_files,
    open_session,
    open_tokenizer,
    ports,
    read_manifest,
    read_object,
    shared_words,
    verified,
)
from personae.errors import FormatError, InvalidOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = Path(__file__).parent / "weights" / "nli_minilm_int8"
# The second judges what was tuned against the first; docs/consistency.md says how they differ.
JUDGES = {"first": SHIPPED, "second": SHIPPED.with_name("nli_minilm_int8_b")}
LABELS = ("entailment", "neutral", "contradiction")
CACHE_LIMIT_PAIRS = 16_384  # a few MB with their texts
FILES = ("model.onnx", "tokenizer.json", "calibration.json")
WHAT = "NLI model"

PairKey = tuple[str, str, str]  # fingerprint, premise, hypothesis


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` says about the model's files."""

    name: str
    max_tokens: int
    tokenizer: str
    sha256: dict[str, str]
    words: SharedWords | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with the weights, the tokenizer and the number of tokens that count."""
        hashes = [self.sha256["model.onnx"], self.sha256["tokenizer.json"]]
        hashes += [self.sha256[WORDS]] if self.words else []
        settings = json.dumps([self.max_tokens, hashes])
        return hashlib.sha256(settings.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class OnnxNli:
    """An `Nli` over an onnxruntime session. Make one with `open_nli`; thread-safe.

    `thresholds`: share of human gold replies that may be flagged → contradiction probability above
    which a reply is flagged (`personae.encoders.contradiction`).
    """

    manifest: Manifest
    session: Any  # onnxruntime.InferenceSession
    tokenizer: Any  # tokenizers.Tokenizer
    cache: VectorCache[PairKey]
    thresholds: dict[float, float]

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def fingerprint(self) -> str:
        return self.manifest.fingerprint

    def classify(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Probabilities (pairs, 3): entailment, neutral, contradiction; the array is the caller's.

        A pair is (what was said, persona statement). Where both are longer than the model reads,
        the longer one is cut. Raises InvalidOption when `pairs` is not a sequence of pairs of
        strings.
        """
        import numpy as np

        stamp = self.fingerprint
        wanted = [(stamp, clean(said), clean(stated)) for said, stated in _checked(pairs)]
        known = self.cache.get(set(wanted))
        fresh = [key for key in dict.fromkeys(wanted) if key not in known]
        if fresh:
            made = dict(zip(fresh, self._run(fresh), strict=True))
            self.cache.put(made)
            known |= made
        if not wanted:
            return np.zeros((0, len(LABELS)), dtype=np.float32)
        return np.stack([known[key] for key in wanted])

    def _run(self, keys: list[PairKey]) -> NDArray[np.float32]:
        import numpy as np

        # One by one: encode_batch would start a pool of threads of its own.
        encoded = [self.tokenizer.encode(said, stated) for _, said, stated in keys]
        found = np.empty((len(keys), len(LABELS)), dtype=np.float32)
        for batch in equal_batches([len(one.ids) for one in encoded], BATCH_LIMIT_TOKENS):
            inputs = {
                "input_ids": np.array([encoded[i].ids for i in batch], dtype=np.int64),
                "token_type_ids": np.array([encoded[i].type_ids for i in batch], dtype=np.int64),
            }
            found[batch] = self.session.run(["probabilities"], inputs)[0]
        return found


def open_nli(folder: Path | None = None, *, name: str = "first", threads: int = 2) -> OnnxNli:
    """Load a shipped model (`first` or `second`), or the one in `folder` made by the same recipe.

    The folder holds `manifest.json`, `model.onnx` and `calibration.json`; the manifest says where
    the tokenizer is, and the word vectors where a neighbour has them. Raises EnvironmentFault when
    a file is missing or is not the one that the manifest names by sha256, FormatError when a file
    is not what it should be, InvalidOption when `threads` is below 1 or no model has that name.
    """
    if threads < 1:
        raise InvalidOption(f"The NLI model cannot run on {threads} threads; give 1 or more.")
    if name not in JUDGES:
        raise InvalidOption(f"There is no NLI model {name!r}; shipped are {', '.join(JUDGES)}.")
    folder = JUDGES[name] if folder is None else Path(folder)
    manifest = _read_manifest(folder / "manifest.json")
    model_file, calibration_file = folder / "model.onnx", folder / "calibration.json"
    tokenizer_file = folder / manifest.tokenizer
    model = verified(model_file, manifest.sha256["model.onnx"], WHAT)
    content = verified(tokenizer_file, manifest.sha256["tokenizer.json"], WHAT)
    calibration = verified(calibration_file, manifest.sha256["calibration.json"], WHAT)
    tokenizer = open_tokenizer(content, tokenizer_file, manifest.max_tokens)
    place = manifest.words
    shared = {WORDS: shared_words(folder, place, manifest.sha256[WORDS], WHAT)} if place else {}
    session = open_session(model, model_file, threads, shared)
    takes, gives = ports(session)
    if sorted(takes) != ["input_ids", "token_type_ids"] or gives != [("probabilities", [3])]:
        raise FormatError(
            "The model must turn input_ids and token_type_ids into 3 probabilities.",
            file=model_file,
        )
    thresholds = _read_thresholds(calibration, calibration_file)
    cache: VectorCache[PairKey] = VectorCache(CACHE_LIMIT_PAIRS)
    return OnnxNli(manifest, session, tokenizer, cache, thresholds)


def _checked(pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    if isinstance(pairs, str):
        raise InvalidOption("classify() takes a list of pairs of texts, not one text.")
    for pair in pairs:
        if not isinstance(pair, tuple | list) or [type(text) for text in pair] != [str, str]:
            raise InvalidOption(
                "classify() takes pairs (what was said, persona statement) of two texts, and one "
                f"is {str(pair)[:60]!r}."
            )
    return pairs


def _read_manifest(file: Path) -> Manifest:
    value = read_manifest(file, WHAT)
    place = value("words", dict, lambda given: is_place(given) or not given, {})
    files = (*FILES, WORDS) if place else FILES
    return Manifest(
        name=value("name", str, lambda name: 0 < len(name) <= 200),
        max_tokens=value("max_tokens", int, lambda number: 8 <= number <= 512),
        tokenizer=value("tokenizer", str, is_tokenizer_path),
        sha256=value("sha256", dict, lambda hashes: names_files(hashes, files)),
        words=SharedWords(**place) if place else None,
    )


def _read_thresholds(content: bytes, file: Path) -> dict[float, float]:
    """`{"thresholds": {"0.05": 0.93}}` as numbers."""
    given = read_object(content, file).get("thresholds")
    try:
        found = {float(share): float(value) for share, value in dict(given or {}).items()}
    except (TypeError, ValueError) as error:
        raise FormatError("The thresholds are not numbers.", file=file) from error
    if not found or not all(0 < s < 1 and 0 <= v <= 1 for s, v in found.items()):
        raise FormatError("The thresholds are missing, or not shares and probabilities.", file=file)
    return found
