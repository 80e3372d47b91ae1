"""Write the reply by which a listener would tell the persona from others, token by token."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from personae.decoders.cut_world import cut_world
from personae.decoders.rsa import PriorRule, next_prior, pragmatic_speaker, uniform_prior
from personae.draft import Candidate, Count, Draft, Emission, Kit, Limit, Step
from personae.errors import Cancelled
from personae.lm.types import DistributionModel, Request, Timings, Usage, need_distributions
from personae.registry import EntryInfo
from personae.steps.generate import compared_with
from personae.steps.listener_world import (
    Contrast,
    Distractors,
    World,
    distractors_for,
    requests_of,
)
from personae.text.faults import ends_in_loop, faults_of
from personae.text.reply_filter import ReplyFilter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENTRY = EntryInfo(needs=("distribution",), embedder=True)

Rationality = Annotated[float, Field(ge=0, le=64)]

_HALF_CHARACTER = "\N{REPLACEMENT CHARACTER}"


def write_for_listener(
    *,
    alpha: Rationality = 2.0,
    beta: Rationality = 0.5,
    world: World = 3,
    contrast: Contrast = "personas",
    distractors: Distractors = "random",
    pool: str = "",
    prior: PriorRule = "literal",
    top: Count = 64,
    max_sentences: Limit = 2,
) -> Step:
    """Add one candidate, decoded greedily by the pragmatic speaker S1 of `decoders.rsa`.

    The listener's world is that of `steps.listener_world`: the persona and `world - 1` distractors,
    or with `contrast=contexts` the last message and that many others. `alpha` is how much the
    speaker minds the listener (0: greedy decoding), `beta` how much the listener minds a word. Each
    step looks at the `top` likeliest tokens (`decoders.cut_world`). Without anybody else in the
    world there is nobody to tell apart, and the model decodes alone.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        lm = need_distributions(kit.lm, "write_for_listener")
        if kit.prompt_only:
            return draft
        started = time.perf_counter()
        others = distractors_for(draft, kit, distractors, world - 1, pool, contrast)
        requests = requests_of(draft, kit, others)
        made = _write(draft, kit, _Speaker(lm, requests, alpha, beta, prior, top), max_sentences)
        detail: dict[str, Any] = {"seed": kit.seed, "distractors": [one.name for one in others]}
        faults = faults_of(made.text, **compared_with(draft))
        if faults:
            detail["faults"] = faults
        candidate = Candidate(
            made.text,
            made_by="write_for_listener",
            raw=made.raw,
            scores={"listener": round(made.belief, 4)},
            detail=detail,
        )
        total_s = draft.timings.total_s + time.perf_counter() - started
        first_s = draft.timings.first_token_s or max(0.0, made.first_token_at - started)
        return replace(
            draft,
            candidates=(*draft.candidates, candidate),
            usage=draft.usage + Usage(sum(map(lm.count_tokens, _texts(requests))), made.tokens),
            timings=Timings(total_s, first_s),
        )

    return step


def _texts(requests: Sequence[Request]) -> list[str]:
    return [
        request.prompt + "".join(message.content for message in request.messages)
        for request in requests
    ]


@dataclass(frozen=True, slots=True)
class _Speaker:
    """The pragmatic speaker over the prompts of a world, the true persona's first."""

    lm: DistributionModel
    requests: Sequence[Request]
    alpha: float
    beta: float
    rule: PriorRule
    top: int

    def next_token(
        self, written: Sequence[int], prior: NDArray[np.float64]
    ) -> tuple[int | None, NDArray[np.float64]]:
        """The token that S1 takes, None at the end of the text, and the listener's new belief."""
        found = self.lm.next_tokens(self.requests, written, self.top)
        table = cut_world(found)
        spoken = pragmatic_speaker(table, prior, alpha=self.alpha, beta=self.beta)
        column = int(spoken[:-1].argmax())  # the last column is no token
        belief = next_prior(table, prior, column, alpha=self.alpha, beta=self.beta, rule=self.rule)
        return (None if found[0].ends[column] else found[0].ids[column]), belief


@dataclass(frozen=True, slots=True)
class _Made:
    """A reply, all that was decoded, and how sure the listener is of the persona at its end."""

    text: str
    raw: str
    tokens: int
    belief: float
    first_token_at: float


def _write(draft: Draft, kit: Kit, speaker: _Speaker, max_sentences: int) -> _Made:
    import numpy as np

    scene = draft.scene
    heard = sorted({turn.speaker for turn in scene.turns} - {scene.persona.name} | {scene.user})
    own = (scene.persona.display_name, scene.persona.name)
    reply_filter = ReplyFilter(own, heard, max_sentences=max_sentences)
    belief = uniform_prior(len(speaker.requests))
    written: list[int] = []
    raw, is_over, first_token_at = "", False, 0.0
    while not is_over and len(written) < draft.sampling.max_tokens:
        if kit.cancel is not None and kit.cancel.is_set():
            raise Cancelled(reply_filter.text)
        token, belief = speaker.next_token(written, belief)
        if token is None:
            break
        written.append(token)
        first_token_at = first_token_at or time.perf_counter()
        text = speaker.lm.detokenize(written).rstrip(_HALF_CHARACTER)
        fresh, raw = text[len(raw) :], text
        shown = reply_filter.feed(fresh)
        if shown:
            kit.emit(Emission("text", shown))
        is_over = reply_filter.done or ends_in_loop(reply_filter.text)
    text = reply_filter.finish(cut_short=not is_over and len(written) >= draft.sampling.max_tokens)
    if reply_filter.rest():
        kit.emit(Emission("text", reply_filter.rest()))
    return _Made(text, raw, len(written), float(np.exp(belief[0])), first_token_at)
