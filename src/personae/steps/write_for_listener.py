"""Write the reply by which a listener would tell the persona from others, token by token."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from personae import characters
from personae.data import Persona, Scene
from personae.decoders.cut_world import cut_world
from personae.decoders.rsa import PriorRule, next_prior, pragmatic_speaker, uniform_prior
from personae.draft import Candidate, Count, Draft, Emission, Kit, Limit, Step
from personae.errors import Cancelled
from personae.lm.types import DistributionModel, Request, Timings, Usage, need_distributions
from personae.load import load_persona, read_personas
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill
from personae.steps.generate import compared_with, request_of
from personae.text.faults import ends_in_loop, faults_of
from personae.text.reply_filter import ReplyFilter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENTRY = EntryInfo(needs=("distribution",), embedder=True)

Distractors = Literal["random", "nearest", "farthest"]
Rationality = Annotated[float, Field(ge=0, le=64)]
World = Annotated[int, Field(ge=1, le=16)]

PROMPT_PART = "statements"  # the part of the prompt in which personas differ
SPARE_TOKENS = 32  # what fit_prompt leaves: a distractor may be that much longer
_HALF_CHARACTER = "\N{REPLACEMENT CHARACTER}"


def write_for_listener(
    *,
    alpha: Rationality = 2.0,
    beta: Rationality = 0.5,
    world: World = 3,
    distractors: Distractors = "random",
    pool: str = "",
    prior: PriorRule = "literal",
    top: Count = 64,
    max_sentences: Limit = 2,
) -> Step:
    """Add one candidate, decoded greedily by the pragmatic speaker S1 of `decoders.rsa`.

    The listener's world is the persona and `world - 1` distractors: personas of the file `pool`, or
    the shipped characters of the same language, whose statements stand in the prompt instead of the
    persona's. `random` draws them by the seed; `nearest` and `farthest` go by the cosine of mean
    statement vectors (needs an embedder). `alpha` is how much the speaker minds the listener
    (0: greedy decoding), `beta` how much the listener minds a word. Each step looks at the `top`
    likeliest tokens (`decoders.cut_world`). Without statements in the prompt there is nobody to
    tell apart, and the model decodes alone.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        lm = need_distributions(kit.lm, "write_for_listener")
        if kit.prompt_only:
            return draft
        started = time.perf_counter()
        others = distractors_for(draft, kit, distractors, world - 1, pool)
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


@dataclass(frozen=True, slots=True)
class Distractor:
    """Somebody whom the listener might take the persona for, as the prompt would show them."""

    name: str
    text: str


def distractors_for(
    draft: Draft, kit: Kit, choice: Distractors, number: int, pool: str = ""
) -> tuple[Distractor, ...]:
    """At most `number` distractors, their statements written as the prompt writes the persona's.

    None where the prompt has no statements, or the pool nobody else. Raises CapabilityError where
    `choice` needs an embedder and there is none, FormatError for a bad pool.
    """
    told, persona = _part_text(draft), draft.scene.persona
    if not told or number < 1:
        return ()
    own = set(persona.statements)
    known = [
        other
        for other in pool_of(pool, persona.language)
        if other.statements and other.id != persona.id and not own & set(other.statements)
    ]
    chosen = _chosen(known, persona, kit, choice, number)
    limit = kit.lm.count_tokens(told) + SPARE_TOKENS
    return tuple(Distractor(o.name, _retold(told, o, draft.scene, limit, kit)) for o in chosen)


@lru_cache(maxsize=16)
def pool_of(pool: str, language: str) -> tuple[Persona, ...]:
    """The personas of a file, or the shipped characters of that language."""
    if pool:
        return tuple(read_personas(Path(pool).expanduser()))
    shipped = (load_persona(name) for name in characters.names())
    return tuple(one for one in shipped if one.language.split("-")[0] == language.split("-")[0])


def _chosen(
    known: Sequence[Persona], persona: Persona, kit: Kit, choice: Distractors, number: int
) -> list[Persona]:
    if choice == "random":
        rng = random.Random(f"{kit.seed}/{persona.id}")
        return rng.sample(known, min(number, len(known)))
    embedder = kit.need_embedder(f"write_for_listener with distractors={choice!r}")
    mine = _mean(embedder.embed(list(persona.statements)))
    near = [float(_mean(embedder.embed(list(one.statements))) @ mine) for one in known]
    sign = -1 if choice == "nearest" else 1
    order = sorted(range(len(known)), key=lambda at: (sign * near[at], at))
    return [known[at] for at in order[:number]]


def _mean(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9))


def _part_text(draft: Draft) -> str:
    """The statements as the prompt tells them, or nothing."""
    return next((part.text for part in draft.parts if part.name == PROMPT_PART), "")


def _retold(told: str, other: Persona, scene: Scene, limit_tokens: int, kit: Kit) -> str:
    """`told` with the statements of another: as many, fewer where they would be much longer."""
    heading = told.partition("\n")[0]
    texts = [fill(text, scene) for text in other.statements]
    count = min(len(texts), max(1, len(scene.persona.statements)))
    while True:
        text = "\n".join([heading, *(f"- {line}" for line in texts[:count])])
        if count == 1 or kit.lm.count_tokens(text) <= limit_tokens:
            return text
        count -= 1


def requests_of(draft: Draft, kit: Kit, others: Sequence[Distractor]) -> list[Request]:
    """The draft's request, and the same with each distractor's statements in their place."""
    own, told = request_of(draft, kit, kit.seed), _part_text(draft)
    return [own, *(_as_another(own, told, other.text) for other in others)]


def _as_another(own: Request, told: str, other: str) -> Request:
    messages = tuple(
        replace(message, content=message.content.replace(told, other, 1))
        for message in own.messages
    )
    return replace(own, messages=messages, prompt=own.prompt.replace(told, other, 1))


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
