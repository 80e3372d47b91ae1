"""Whom, or what, the imagined listener might take for the true one: personas or contexts (S006)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import Field

from personae import characters, skills
from personae.data import Persona, Scene
from personae.draft import Draft, Kit
from personae.encoders.distractors import mean_vector, open_distractors
from personae.errors import InvalidOption
from personae.formats.reading import read_dialogues
from personae.lm.types import Request
from personae.load import load_persona, read_personas
from personae.skills.skill import read_shots
from personae.steps.describe_persona import fill
from personae.steps.generate import request_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")
Distractors = Literal["random", "nearest", "farthest", "learnt"]
Contrast = Literal["personas", "contexts"]
World = Annotated[int, Field(ge=1, le=16)]

PROMPT_PART = "statements"  # the part of the prompt in which personas differ
SPARE_TOKENS = 32  # what fit_prompt leaves: a distractor may be that much longer
CONTEXTS_SKILL = "persona-chat"
CONTEXTS_LIMIT = 5_000


@dataclass(frozen=True, slots=True)
class Distractor:
    """What the listener might take for the true one: in the prompt `text` is where `told` was."""

    name: str
    text: str
    told: str
    contrast: Contrast = "personas"


def distractors_for(
    draft: Draft,
    kit: Kit,
    choice: Distractors,
    number: int,
    pool: str = "",
    contrast: Contrast = "personas",
) -> tuple[Distractor, ...]:
    """At most `number` distractors of the draft's scene.

    Personas: those of the file `pool`, or the shipped characters of the same language; their
    statements are written as the prompt writes the persona's. `learnt` asks the memory of
    `encoders.distractors`, which has personas of its own. Contexts: what was said to somebody in
    the dialogues of the file `pool`, or of the shipped ones. `random` draws by the seed; `nearest`
    and `farthest` go by the cosine of (mean) vectors.

    None where the prompt has no statements, nobody has spoken, or the pool has nobody else. Raises
    CapabilityError where `choice` needs an embedder and there is none, InvalidOption for `learnt`
    with a pool or with contexts, FormatError for a bad pool.
    """
    if choice == "learnt" and (pool or contrast == "contexts"):
        raise InvalidOption(
            "The learnt distractors are personas of the memory's own: give neither a pool nor "
            "contexts with distractors=learnt."
        )
    if number < 1:
        return ()
    if contrast == "contexts":
        return _contexts_for(draft, kit, choice, number, pool)
    told, persona = _part_text(draft), draft.scene.persona
    if not told:
        return ()
    if choice == "learnt":
        chosen = open_distractors(kit.need_embedder(_who(choice))).named(persona.statements, number)
    else:
        own = set(persona.statements)
        known = [
            other
            for other in pool_of(pool, persona.language)
            if other.statements and other.id != persona.id and not own & set(other.statements)
        ]
        chosen = _chosen_personas(known, persona, kit, choice, number)
    limit = kit.lm.count_tokens(told) + SPARE_TOKENS
    return tuple(
        Distractor(one.name, _retold(told, one, draft.scene, limit, kit), told) for one in chosen
    )


@lru_cache(maxsize=16)
def pool_of(pool: str, language: str) -> tuple[Persona, ...]:
    """The personas of a file, or the shipped characters of that language."""
    if pool:
        return tuple(read_personas(Path(pool).expanduser()))
    shipped = (load_persona(name) for name in characters.names())
    return tuple(one for one in shipped if one.language.split("-")[0] == language.split("-")[0])


@lru_cache(maxsize=16)
def contexts_of(pool: str) -> tuple[str, ...]:
    """What was answered in the dialogues of a file, or in the shipped English ones, each once."""
    if not pool:
        shots = read_shots(skills.path_of(CONTEXTS_SKILL) / "shots.jsonl")
        return tuple(dict.fromkeys(asked for shot in shots for asked, _ in shot.dialogue))
    texts: dict[str, None] = {}
    for dialogue in read_dialogues(Path(pool).expanduser()):
        for turn, answer in zip(dialogue.turns, dialogue.turns[1:], strict=False):
            if turn.text.strip() and turn.speaker != answer.speaker:
                texts[turn.text] = None
        if len(texts) >= CONTEXTS_LIMIT:
            break
    return tuple(texts)[:CONTEXTS_LIMIT]


def requests_of(draft: Draft, kit: Kit, others: Sequence[Distractor]) -> list[Request]:
    """The draft's request, and the same with each distractor in the place of the true one."""
    own = request_of(draft, kit, kit.seed)
    return [own, *(_as_another(own, other) for other in others)]


def _contexts_for(
    draft: Draft, kit: Kit, choice: Distractors, number: int, pool: str
) -> tuple[Distractor, ...]:
    """Other messages in the place of the last one."""
    told = draft.scene.last_user_text
    known = [text for text in contexts_of(pool) if text.strip() != told.strip()]
    if not told or not known:
        return ()
    if choice == "random":
        rng = random.Random(f"{kit.seed}/{told}")
        chosen = rng.sample(known, min(number, len(known)))
    else:
        embedder = kit.need_embedder(_who(choice))
        near = embedder.embed(known) @ embedder.embed([told])[0]
        chosen = _by_cosine(known, [float(one) for one in near], choice, number)
    return tuple(Distractor(text[:60], text, told, "contexts") for text in chosen)


def _chosen_personas(
    known: Sequence[Persona], persona: Persona, kit: Kit, choice: Distractors, number: int
) -> list[Persona]:
    if choice == "random":
        rng = random.Random(f"{kit.seed}/{persona.id}")
        return rng.sample(known, min(number, len(known)))
    embedder = kit.need_embedder(_who(choice))

    def of(one: Persona) -> NDArray[np.float32]:
        return mean_vector(embedder.embed(list(one.statements)))

    mine = of(persona)
    return _by_cosine(known, [float(of(one) @ mine) for one in known], choice, number)


def _by_cosine(
    known: Sequence[T], near: Sequence[float], choice: Distractors, number: int
) -> list[T]:
    sign = -1 if choice == "nearest" else 1
    order = sorted(range(len(known)), key=lambda at: (sign * near[at], at))
    return [known[at] for at in order[:number]]


def _who(choice: Distractors) -> str:
    return f"A listener's world with distractors={choice!r}"


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


def _as_another(own: Request, other: Distractor) -> Request:
    """The request with the distractor told; a context is the last place where it was said."""

    def retold(text: str) -> str:
        if other.contrast == "personas":
            return text.replace(other.told, other.text, 1)
        before, found, after = text.rpartition(other.told)
        return f"{before}{other.text}{after}" if found else text

    messages, prompt = list(own.messages), own.prompt
    where = range(len(messages))
    if other.contrast == "contexts":
        where = range(max((at for at in where if other.told in messages[at].content), default=0),
                      len(messages))  # fmt: skip
    for at in where:
        messages[at] = replace(messages[at], content=retold(messages[at].content))
    return replace(own, messages=tuple(messages), prompt=retold(prompt))
