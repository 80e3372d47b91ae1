"""Write the reply token by token, with weights on what it repeats, how rare and how inquisitive."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from personae.decoders.attributes import BLOCKED, Similarity, Weighting, weighting
from personae.draft import Candidate, Count, Draft, Emission, Kit, Limit, Step
from personae.errors import Cancelled
from personae.lm.types import (
    DistributionModel,
    Request,
    Timings,
    Usage,
    need_distributions,
)
from personae.registry import EntryInfo
from personae.steps.generate import compared_with, request_of
from personae.text.faults import ends_in_loop, faults_of
from personae.text.reply_filter import ReplyFilter
from personae.text.specificity import shipped_specificity

if TYPE_CHECKING:
    from personae.encoders.types import Embedder

ENTRY = EntryInfo(
    systems=("S067",),
    needs=("distribution",),
    embedder=True,
    paper="See et al. 2019, What makes a good conversation? How controllable attributes affect "
    "human judgments, section 5.2",
    deviations="Candidates are drawn one by one, not searched by a beam of 20, over the `top` "
    "likeliest tokens; NIDF is counted on Synthetic-Persona-Chat; lastuttsim is the cosine of our "
    "sentence embedder instead of SIF over GloVe; features of words are given to the tokens that "
    "make them.",
)

_HALF_CHARACTER = "\N{REPLACEMENT CHARACTER}"
_MARK = "\N{SYMBOL FOR RECORD SEPARATOR}"  # stands between tokens that are turned into text
SPREAD = 0.8  # at least the temperature of further candidates: the first one's would repeat it
SEED_STEP = 7919  # keeps the seeds of candidates apart


def write_weighted(
    *,
    weights: dict[str, float] | None = None,
    top: Count = 64,
    candidates: Count = 1,
    max_sentences: Limit = 2,
) -> Step:
    """Add candidates: at each place the token of the highest log-probability plus bonus.

    `weights` by feature (`decoders.attributes`): extrep, intrep and partnerrep of `_2gram` and
    `_nonstopword`, `nidf`, `question`, `lastuttsim`; -1e20 forbids. Above temperature 0 the token
    is drawn from the softmax of these scores, and at 0.8 at least for each candidate after the
    first. A candidate's score `weighted` is the mean over its tokens. Where everything among the
    `top` tokens is forbidden the reply ends. `lastuttsim` needs an embedder.
    """
    wanted = dict(weights or {})
    weighting(wanted, (), (), shipped_specificity())  # an unknown feature is told at once

    def step(draft: Draft, kit: Kit) -> Draft:
        lm = need_distributions(kit.lm, "write_weighted")
        if kit.prompt_only:
            return draft
        request = request_of(draft, kit, kit.seed)
        writer = Writer(lm, request, weighting_of(draft, kit, wanted), top)
        for number in range(candidates):
            draft = _with_candidate(draft, kit, writer, number, max_sentences, wanted)
        return draft

    return step


def _with_candidate(
    draft: Draft, kit: Kit, writer: Writer, number: int, max_sentences: int,
    weights: Mapping[str, float],
) -> Draft:  # fmt: skip
    started, lm = time.perf_counter(), writer.lm
    seed = kit.seed + SEED_STEP * number
    temperature = draft.sampling.temperature
    written = write_tokens(
        draft, kit if number == 0 else replace(kit, emit=unseen), writer, max_sentences,
        random.Random(seed), max(temperature, SPREAD) if number else temperature,
    )  # fmt: skip
    detail: dict[str, Any] = {"seed": seed, "weights": dict(weights)}
    faults = faults_of(written.text, **compared_with(draft))
    if faults:
        detail["faults"] = faults
    candidate = Candidate(
        written.text, made_by="write_weighted", raw=written.raw, detail=detail,
        scores={"weighted": written.score / max(1, written.tokens)},
    )  # fmt: skip
    read = sum(lm.count_tokens(m.content) for m in draft.messages) if draft.messages else 0
    return replace(
        draft,
        candidates=(*draft.candidates, candidate),
        usage=draft.usage + Usage(read or lm.count_tokens(draft.text_prompt), written.tokens),
        timings=Timings(
            draft.timings.total_s + time.perf_counter() - started,
            draft.timings.first_token_s or written.first_s,
        ),
    )


def unseen(_: Emission) -> None:
    """Only the first candidate streams."""


def weighting_of(draft: Draft, kit: Kit, weights: Mapping[str, float]) -> Weighting:
    """The weights in this scene: own turns are the persona's, all others the partner's."""
    name = draft.scene.persona.name
    turns = [turn for turn in draft.scene.turns if turn.kind == "utterance"]
    own = [turn.text for turn in turns if turn.speaker == name]
    partner = [turn.text for turn in turns if turn.speaker != name]
    similarity = None
    if weights.get("lastuttsim") and partner:
        similarity = _similarity(kit.need_embedder("write_weighted with lastuttsim"), partner[-1])
    return weighting(weights, own, partner, shipped_specificity(), similarity)


def _similarity(embedder: Embedder, last: str) -> Similarity:
    [heard] = embedder.embed([last])
    known: dict[str, float] = {}

    def of(word: str) -> float:
        if word not in known:
            known[word] = float(embedder.embed([word])[0] @ heard)
        return known[word]

    return of


class Bonus(Protocol):
    """What a token adds to its score, by the text before it."""

    def bonus(self, text: str, piece: str) -> float: ...


@dataclass(slots=True)
class Writer:
    """The weighted decoder over one prompt; remembers the text of the tokens it saw."""

    lm: DistributionModel
    request: Request
    weighting: Bonus
    top: int
    pieces: dict[int, str] = field(default_factory=dict)

    def next_token(
        self, written: Sequence[int], text: str, rng: random.Random, temperature: float
    ) -> tuple[int | None, float, float]:
        """The token to write, its score and its log-probability.

        There is no token at the end, or where all is forbidden.
        """
        [found] = self.lm.next_tokens([self.request], written, self.top)
        self._read(found.ids)
        scores = [
            log_prob + (0.0 if ends else self.weighting.bonus(text, self.pieces[token]))
            for token, log_prob, ends in zip(found.ids, found.log_probs, found.ends, strict=True)
        ]
        at = _drawn(scores, temperature, rng)
        if at is None:
            return None, 0.0, 0.0
        token = None if found.ends[at] else found.ids[at]
        return token, scores[at], found.log_probs[at]

    def _read(self, tokens: Sequence[int]) -> None:
        """Learn the text of tokens not seen before, all in one call: a call each takes longer."""
        fresh = [token for token in tokens if token not in self.pieces]
        if not fresh:
            return
        mark = self.lm.tokenize(_MARK)
        text = self.lm.detokenize([one for token in fresh for one in (*mark, token)])
        for token, piece in zip(fresh, text.split(_MARK)[1:], strict=True):
            self.pieces[token] = piece.rstrip(_HALF_CHARACTER)


def _drawn(scores: Sequence[float], temperature: float, rng: random.Random) -> int | None:
    """The place of the best score, or one drawn from their softmax; None where all are blocked."""
    best = max(range(len(scores)), key=scores.__getitem__)
    if scores[best] < BLOCKED:
        return None
    if temperature == 0:
        return best
    masses = [math.exp(max((s - scores[best]) / temperature, -700.0)) for s in scores]
    masses = [0.0 if s < BLOCKED else mass for s, mass in zip(scores, masses, strict=True)]
    return rng.choices(range(len(scores)), masses)[0]


@dataclass(frozen=True, slots=True)
class Written:
    """The reply, all that was decoded, its tokens, their score, the seconds to the first.

    `log_prob` is that of the tokens without what was added.
    """

    text: str
    raw: str
    tokens: int
    score: float
    first_s: float
    log_prob: float = 0.0


def write_tokens(
    draft: Draft, kit: Kit, writer: Writer, max_sentences: int, rng: random.Random,
    temperature: float,
) -> Written:  # fmt: skip
    scene, started = draft.scene, time.perf_counter()
    heard = sorted({turn.speaker for turn in scene.turns} - {scene.persona.name} | {scene.user})
    own = (scene.persona.display_name, scene.persona.name)
    reply_filter = ReplyFilter(own, heard, max_sentences=max_sentences)
    written: list[int] = []
    raw, first_s, total, log_prob, is_over = "", 0.0, 0.0, 0.0, False
    limit = draft.sampling.max_tokens
    while not is_over and len(written) < limit:
        if kit.cancel is not None and kit.cancel.is_set():
            raise Cancelled(reply_filter.text)
        token, score, plain = writer.next_token(written, raw, rng, temperature)
        total, log_prob = total + score, log_prob + plain
        if token is None:
            break
        written.append(token)
        first_s = first_s or time.perf_counter() - started
        text = writer.lm.detokenize(written).rstrip(_HALF_CHARACTER)
        fresh, raw = text[len(raw) :], text
        shown = reply_filter.feed(fresh)
        if shown:
            kit.emit(Emission("text", shown))
        is_over = reply_filter.done or ends_in_loop(reply_filter.text)
    reply = reply_filter.finish(cut_short=not is_over and len(written) >= limit)
    if reply_filter.rest():
        kit.emit(Emission("text", reply_filter.rest()))
    return Written(reply, raw, len(written), total, first_s, log_prob)
