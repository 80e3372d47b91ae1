"""A character shown by a few of its lines, each as the answer to a matching context (S046)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from personae import skills
from personae.draft import (
    Candidate,
    Count,
    Draft,
    Evidence,
    Kit,
    Limit,
    PromptPart,
    Step,
    Temperature,
    chain,
)
from personae.errors import InvalidOption
from personae.lm.types import Message
from personae.registry import EntryInfo
from personae.skills.skill import read_skill
from personae.steps.choose import choose
from personae.steps.describe_persona import fill
from personae.steps.fit_prompt import spoken
from personae.steps.generate import generate
from personae.steps.sample import sample

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENTRY = EntryInfo(
    systems=("S046",),
    aka=("pdp", "pseudo-dialogue-prompting"),
    needs=("chat",),
    embedder=True,
    paper="Meet Your Favorite Character: Open-domain Chatbot Mimicking Fictional Characters with "
    "only a Few Utterances",
    deviations="One sentence encoder serves as both towers of the paper's trained bi-encoder. The "
    "context pool is the user side of our own skills instead of a dialogue corpus. The pairs are "
    "turns of the chat template; layout='text' is the paper's raw text.",
)

Match = Literal["random", "static", "dynamic", "none"]
Layout = Literal["chat", "text"]
Pairs: TypeAlias = Sequence[tuple[str, str]]
_MESSAGE_OVERHEAD = 8  # what a chat template adds to each message


def pseudo_dialogue(
    *,
    match: Match = "dynamic",
    layout: Layout = "chat",
    utterances: Count = 8,
    rerank: Count = 1,
    temperature: Temperature = 0.7,
    max_tokens: Count = 64,
    max_sentences: Limit = 3,
    history_turns: Count = 8,
) -> Step:
    """Pair each utterance u_j with a context c_j, show the pairs as if they had been said.

    static: c_j = argmax_c f(c)·g(u_j). dynamic: c_j = argmax_c f(c)·(g(u_j) + f(x)), x being the
    last turn. random: drawn by the seed. none: the utterances as a list of quotes (the paper's
    baseline). Pairs are sorted by f(x)·g(u_j), most relevant last. `rerank` above 1 makes as many
    candidates and takes the one y of highest f(x)·g(y). A persona without utterances uses its
    statements.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        _write_pairs(match, layout, utterances, history_turns),
        generate(candidates=rerank, max_sentences=max_sentences),
        *([_score_by_similarity()] if rerank > 1 else []),
        choose(by="similarity"),
    )


def _write_pairs(match: Match, layout: Layout, utterances: int, history_turns: int) -> Step:
    def step(draft: Draft, kit: Kit) -> Draft:
        if layout == "text":
            kit.needs("pseudo-dialogue with layout='text'", "complete")
        scene = draft.scene
        own = (scene.persona.utterances or scene.persona.statements)[:utterances]
        if not own:
            raise InvalidOption(
                f"{scene.persona.name} has neither utterances nor statements, and pseudo-dialogue "
                "needs some."
            )
        lines = [fill(text, scene) for text in own]
        pairs = matched_pairs(lines, context_pool(), scene.last_user_text, match, kit)
        found = [Evidence(line, "utterance", 0.0, {"context": context}) for context, line in pairs]
        draft = replace(draft, evidence=(*draft.evidence, *found)).noting(match=match)
        recent = [turn for turn in scene.turns if turn.kind == "utterance"][-history_turns:]
        history = [
            (scene.persona.display_name if turn.speaker == scene.persona.name else scene.user,
             spoken(turn, scene))
            for turn in recent
        ]  # fmt: skip
        write = _as_text if layout == "text" else _as_chat
        return _fitting(lambda p, h: write(draft, p, h, match), pairs, history, kit)

    return step


def _fitting(
    write: Callable[[Pairs, Pairs], Draft], pairs: Pairs, history: Pairs, kit: Kit
) -> Draft:
    """The draft that `write` makes of what fits: the oldest turns go first, then the pairs
    of least relevance. Raises InvalidOption when the last turn alone does not fit."""
    while True:
        draft = write(pairs, history)
        texts = [draft.text_prompt, *(message.content for message in draft.messages)]
        needed = sum(kit.lm.count_tokens(text) + _MESSAGE_OVERHEAD for text in texts)
        room = kit.lm.context_tokens - draft.sampling.max_tokens
        if needed <= room:
            return draft
        if len(history) > 1:
            history = history[1:]
        elif len(pairs) > 1:
            pairs = pairs[1:]
        else:
            raise InvalidOption(
                f"The persona and the last turn need {needed} tokens and {max(room, 0)} fit. "
                "Shorten them, or open the model with a larger context."
            )


def matched_pairs(
    lines: Sequence[str], pool: Sequence[str], heard: str, match: Match, kit: Kit
) -> list[tuple[str, str]]:
    """(context, line) pairs, the line most relevant to what was heard last."""
    if match == "none":
        return [("", line) for line in lines]
    embedder = kit.need_embedder("pseudo-dialogue")
    line_vectors = embedder.embed(lines)
    heard_vector = embedder.embed([heard])[0] if heard else 0 * line_vectors[0]
    if match == "random":
        contexts = [kit.rng.choice(list(pool)) for _ in lines]
    else:
        query = line_vectors + heard_vector if match == "dynamic" else line_vectors
        best = (query @ embedder.embed(pool).T).argmax(axis=1)
        contexts = [pool[int(i)] for i in best]
    return _sorted_pairs(contexts, lines, line_vectors @ heard_vector)


def _sorted_pairs(
    contexts: Sequence[str], lines: Sequence[str], relevance: NDArray[np.float32]
) -> list[tuple[str, str]]:
    order = sorted(range(len(lines)), key=lambda i: (float(relevance[i]), i))
    return [(contexts[i], lines[i]) for i in order]


@lru_cache(maxsize=1)
def context_pool() -> tuple[str, ...]:
    """Single turns that somebody might say to the character: the user side of the skills."""
    shots = [shot for name in skills.names() for shot in read_skill(skills.path_of(name)).shots]
    return tuple(dict.fromkeys(said for shot in shots for said, _ in shot.dialogue))


def _as_text(draft: Draft, pairs: Pairs, history: Pairs, match: Match) -> Draft:
    scene = draft.scene
    name, user = scene.persona.display_name, scene.user
    head = f"The following is a conversation between {user} and {name}."
    shown = (
        [f"{name} often says: {line}" for _, line in pairs]
        if match == "none"
        else [f"{user}: {context}\n{name}: {line}" for context, line in pairs]
    )
    said = [f"{speaker}: {' '.join(text.split())}" for speaker, text in history]
    text = "\n".join([head, *shown, *said, f"{name}:"])
    sampling = replace(draft.sampling, stop=(f"\n{user}:", "\n\n"))
    return replace(draft, text_prompt=text, sampling=sampling)


def _as_chat(draft: Draft, pairs: Pairs, history: Pairs, match: Match) -> Draft:
    name = draft.scene.persona.display_name
    head = f"You are {name}. This is a conversation between {draft.scene.user} and {name}."
    if match == "none":
        head += "\n" + "\n".join([f"{name} says things like:", *(f"- {line}" for _, line in pairs)])
    shown = [
        message
        for context, line in pairs
        if context
        for message in (Message("user", context), Message("assistant", line))
    ]
    said = [Message("assistant" if who == name else "user", text) for who, text in history]
    part = PromptPart("identity", head, pinned=True)
    return replace(
        draft, parts=(*draft.parts, part), messages=(Message("system", head), *shown, *said)
    )


def _score_by_similarity() -> Step:
    def step(draft: Draft, kit: Kit) -> Draft:
        if not draft.candidates:
            return draft
        embedder = kit.need_embedder("pseudo-dialogue with rerank")
        texts = [candidate.text for candidate in draft.candidates]
        vectors = embedder.embed([draft.scene.last_user_text, *texts])
        scores = vectors[1:] @ vectors[0]
        scored = [
            _with_similarity(c, float(s)) for c, s in zip(draft.candidates, scores, strict=True)
        ]
        return replace(draft, candidates=tuple(scored))

    return step


def _with_similarity(candidate: Candidate, score: float) -> Candidate:
    return replace(candidate, scores={**candidate.scores, "similarity": round(score, 4)})
