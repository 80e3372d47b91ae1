"""Which reply follows a dialogue: a cross-encoder that reads the last turns, prompt, and reply.

P5 (Lee et al. 2023, S022). The shipped weights are made by `training/ranking`; their card is beside
them. One graph has two outputs: `bare` was trained on dialogues without personas, so that a persona
prompt is new to it (zero-shot); `tuned` was trained further with the prompts, its upper layers
alone. Without a persona both are `bare`. They add to what the frozen vectors say: the score of the
bilinear head (`encoders.selection`), and, tuned, the cosine with the nearest statement.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.encoders.heads import WEIGHTS, shipped_embedder
from personae.encoders.onnx_weights import (
    BATCH_LIMIT_TOKENS,
    WORDS,
    SharedWords,
    clean,
    equal_batches,
    is_place,
    is_tokenizer_path,
    names_files,
    open_session,
    open_tokenizer,
    ports,
    read_manifest,
    shared_words,
    verified,
)
from personae.encoders.selection import QUESTION, Selector, open_selector
from personae.encoders.types import Embedder
from personae.errors import FormatError, InvalidOption
from personae.text.written import as_written

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = WEIGHTS / "ranking_minilm_int8"
WHAT = "ranker"
OUTPUTS = ("bare", "tuned")
FILES = ("model.onnx", "tokenizer.json")
TURNS = 3  # the last ones of the dialogue, that are read
MAX_TOKENS = 128
REPLY_LIMIT_TOKENS = 40
TURN_LIMIT_TOKENS = 40
STATEMENT_LIMIT_TOKENS = 24

Encode = Callable[[str], list[int]]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` says about the ranker's files."""

    name: str
    tokenizer: str
    sha256: dict[str, str]
    words: SharedWords
    mix: dict[str, tuple[float, float]]  # by output: of the bilinear score, and of the cosine

    @property
    def fingerprint(self) -> str:
        """Changes with the weights and with the mix."""
        settings = json.dumps([self.sha256["model.onnx"], sorted(self.mix.items())])
        return hashlib.sha256(settings.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Asked:
    """A list to rank: the turns before, the replies, and the statements of who replies."""

    turns: Sequence[str]
    replies: Sequence[str]
    persona: Sequence[str] = ()

    def check(self) -> None:
        """Raises InvalidOption where a text is given for a list of texts."""
        named = (("turns", self.turns), ("replies", self.replies), ("persona", self.persona))
        for name, texts in named:
            if isinstance(texts, str):
                raise InvalidOption(f"The {name} are a list of texts, not one text.")

    def is_told(self, k: int) -> bool:
        """Whether the replies are told of a persona."""
        return bool(self.persona) and k > 0

    def output(self, is_tuned: bool, k: int) -> str:
        """Which of the model's outputs scores the list."""
        return OUTPUTS[is_tuned and self.is_told(k)]

    def written(self) -> Asked:
        """The same, spelled as the texts of the training."""
        turns, replies, persona = (
            tuple(as_written(clean(text)) for text in texts)
            for texts in (self.turns[-TURNS:], self.replies, self.persona)
        )
        return Asked(turns, replies, persona)


@dataclass(frozen=True, slots=True)
class Layout:
    """Writes dialogue, prompt and reply as the ids that the ranker reads."""

    encode: Encode
    start: int  # [CLS]
    end: int  # [SEP]

    def row(
        self, turns: Sequence[str], reply: str, told: Sequence[str] = (), question: str = QUESTION
    ) -> tuple[list[int], list[int]]:
        """Token ids and token types: `[CLS] question [SEP] statements [SEP] turns… [SEP] reply`.

        `told` has the nearest statement first, which comes last, beside the dialogue. Of the turns
        as many of the last ones are read as there is room for.
        """
        answer = [*self.encode(reply)[:REPLY_LIMIT_TOKENS], self.end]
        before = [self.start]
        if told:
            lines = [self.encode(line)[:STATEMENT_LIMIT_TOKENS] for line in reversed(told)]
            before += [*self.encode(question)[:STATEMENT_LIMIT_TOKENS], self.end]
            before += [*(one for line in lines for one in line), self.end]
        heard: list[int] = []
        for turn in reversed(turns[-TURNS:]):
            more = [*self.encode(turn)[-TURN_LIMIT_TOKENS:], self.end]
            if len(before) + len(more) + len(heard) + len(answer) > MAX_TOKENS:
                break
            heard = more + heard
        first = before + heard
        return first + answer, [0] * len(first) + [1] * len(answer)


def layout_of(tokenizer: Any) -> Layout:
    """The layout over a WordPiece tokenizer; what was encoded last is kept."""

    @lru_cache(maxsize=8_192)
    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer.encode(clean(text), add_special_tokens=False).ids
        return ids

    return Layout(encode, tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]"))


@dataclass(frozen=True, slots=True)
class Ranker:
    """Ranks replies to a dialogue. Make one with `open_ranker`; thread-safe."""

    manifest: Manifest
    session: Any  # onnxruntime.InferenceSession
    layout: Layout
    selector: Selector
    embedder: Embedder  # chooses the statements that a prompt tells

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def fingerprint(self) -> str:
        return self.manifest.fingerprint

    def scores(
        self,
        turns: Sequence[str],
        replies: Sequence[str],
        persona: Sequence[str] = (),
        *,
        is_tuned: bool = True,
        k: int = 2,
        question: str = QUESTION,
    ) -> NDArray[np.float64]:
        """One score a reply, higher is better; the last turn is what the reply answers.

        With a persona each reply is told the `k` statements nearest to it. Raises InvalidOption
        where a text is given for a list of texts.
        """
        asked = Asked(turns, replies, persona)
        return self.scores_of([asked], is_tuned=is_tuned, k=k, question=question)[0]

    def scores_of(
        self, lists: Sequence[Asked], *, is_tuned: bool = True, k: int = 2, question: str = QUESTION
    ) -> list[NDArray[np.float64]]:
        """`scores` of many lists in common batches, which is faster; each list's are the same."""
        for one in lists:
            one.check()
        lists = [one.written() for one in lists]
        rows: dict[str, list[tuple[list[int], list[int]]]] = {name: [] for name in OUTPUTS}
        for one in lists:
            told = told_lines(self.embedder, one.replies, one.persona, k) if one.is_told(k) else ()
            rows[one.output(is_tuned, k)] += [
                self.layout.row(one.turns, reply, told[at] if told else (), question)
                for at, reply in enumerate(one.replies)
            ]
        found = {name: iter(self._run(some, name)) for name, some in rows.items()}
        return [
            self._added(one, one.output(is_tuned, k), k, question)
            + [next(found[one.output(is_tuned, k)]) for _ in one.replies]
            for one in lists
        ]

    def _added(self, one: Asked, output: str, k: int, question: str) -> NDArray[np.float64]:
        """What the frozen vectors say, in the output's mix."""
        import numpy as np

        if not one.replies:
            return np.zeros(0)
        of_score, of_cosine = self.manifest.mix[output]
        last = one.turns[-1] if one.turns else ""
        if output == "tuned":
            near = self.embedder.embed(one.replies) @ self.embedder.embed(one.persona).T
            follows = self.selector.scores(last, one.replies)
            return np.asarray(of_score * follows + of_cosine * near.max(axis=1))
        return np.asarray(
            of_score * self.selector.scores(last, one.replies, one.persona, k=k, question=question)
        )

    def scores_with_similarity(
        self,
        turns: Sequence[str],
        replies: Sequence[str],
        persona: Sequence[str],
        *,
        weight: float,
    ) -> NDArray[np.float64]:
        """The baseline SoP: the bare score plus `weight` times the nearest statement's cosine."""
        bare = self.scores(turns, replies)
        if not persona or not replies:
            return bare
        near = self.embedder.embed(replies) @ self.embedder.embed(persona).T
        added: NDArray[np.float64] = bare + weight * near.max(axis=1)
        return added

    def _run(self, rows: Sequence[tuple[list[int], list[int]]], output: str) -> NDArray[np.float64]:
        import numpy as np
        import onnxruntime

        options = onnxruntime.RunOptions()
        options.only_execute_path_to_fetches = True  # not the other output's layers
        found = np.empty(len(rows), dtype=np.float64)
        for batch in equal_batches([len(ids) for ids, _ in rows], BATCH_LIMIT_TOKENS):
            inputs = {
                "input_ids": np.array([rows[at][0] for at in batch], dtype=np.int64),
                "token_type_ids": np.array([rows[at][1] for at in batch], dtype=np.int64),
            }
            found[batch] = self.session.run([output], inputs, options)[0][:, 0]
        return found


def told_lines(
    embedder: Embedder, replies: Sequence[str], persona: Sequence[str], k: int
) -> list[tuple[str, ...]]:
    """For each reply the `k` statements nearest to it by cosine, the nearest first."""
    if not replies:
        return []
    near = embedder.embed(replies) @ embedder.embed(persona).T
    orders = (-near).argsort(axis=1, kind="stable")[:, :k]
    return [tuple(persona[at] for at in order) for order in orders]


def open_ranker(
    embedder: Embedder | None = None, folder: Path | None = None, *, threads: int = 2
) -> Ranker:
    """Load the shipped ranker, or the one in `folder` made by the same recipe.

    Raises EnvironmentFault when a file is missing or is not the one that the manifest names by
    sha256, FormatError when a file is not what it should be, InvalidOption for no threads.
    """
    if threads < 1:
        raise InvalidOption(f"The ranker cannot run on {threads} threads; give 1 or more.")
    folder = SHIPPED if folder is None else Path(folder)
    manifest = _read_manifest(folder / "manifest.json")
    model_file, tokenizer_file = folder / "model.onnx", folder / manifest.tokenizer
    model = verified(model_file, manifest.sha256["model.onnx"], WHAT)
    content = verified(tokenizer_file, manifest.sha256["tokenizer.json"], WHAT)
    tokenizer = open_tokenizer(content, tokenizer_file, MAX_TOKENS)
    words = shared_words(folder, manifest.words, manifest.sha256[WORDS], WHAT)
    session = open_session(model, model_file, threads, {WORDS: words})
    takes, gives = ports(session)
    if sorted(takes) != ["input_ids", "token_type_ids"] or gives != [
        (name, [1]) for name in OUTPUTS
    ]:
        raise FormatError(
            "The model must turn input_ids and token_type_ids into a bare and a tuned score.",
            file=model_file,
        )
    selector = open_selector(embedder)
    return Ranker(manifest, session, layout_of(tokenizer), selector, embedder or shipped_embedder())


@lru_cache(maxsize=2)
def kept_ranker(folder: Path = SHIPPED) -> Ranker:
    """`open_ranker` with the shipped embedder, once for each folder."""
    return open_ranker(folder=folder)


def _read_manifest(file: Path) -> Manifest:
    value = read_manifest(file, WHAT)
    return Manifest(
        name=value("name", str, lambda name: 0 < len(name) <= 200),
        tokenizer=value("tokenizer", str, is_tokenizer_path),
        sha256=value("sha256", dict, lambda hashes: names_files(hashes, (*FILES, WORDS))),
        words=SharedWords(**value("words", dict, is_place)),
        mix={name: (one[0], one[1]) for name, one in value("mix", dict, _is_mix).items()},
    )


def _is_mix(given: dict[str, Any]) -> bool:
    """Two finite numbers for each output."""
    return given.keys() == set(OUTPUTS) and all(
        isinstance(pair, list)
        and len(pair) == 2
        and all(type(one) is float and math.isfinite(one) for one in pair)
        for pair in given.values()
    )
