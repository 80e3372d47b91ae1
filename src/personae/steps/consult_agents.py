"""Five agents read the passages for the user, and each leaves what matters in a pool (S055)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from personae.data import Scene
from personae.draft import Count, Draft, Evidence, Kit, PromptPart, Step
from personae.encoders.types import Embedder
from personae.errors import InvalidOption
from personae.lm.types import Generation, Message, Request
from personae.registry import EntryInfo
from personae.steps.select_grounding import known_to
from personae.text.quoting import enclosed

ENTRY = EntryInfo(systems=("S055",), needs=("chat",), embedder=True)

# In the order of the paper's code; what each is asked.
AGENTS = {
    "user_profile": "Say in one sentence what this user likes and needs.",
    "contextual_retrieval": "Say in one sentence what should be searched for to help this user.",
    "live_session": "Say in one sentence what the user needs right now.",
    "document_ranking": "Say in one sentence which passages help this user most.",
    "feedback": "Say in one sentence what the user will think of these passages.",
}
OF_QUESTION, OF_PROFILE = 0.6, 0.4  # weights of the cosines that order the passages
THINK = "Think step by step, and answer in two sentences."
MERGE = "Merge the new note into the old notes, in at most three short sentences."
FINAL = "Your first thought, and notes about what the user needs. Correct the thought and answer:"
EMPTY = "(nothing yet)"
SPARE_TOKENS = 32  # for the chat template


@dataclass(frozen=True, slots=True)
class _Asked:
    """What all calls of one reply have in common."""

    question: str
    profile: tuple[str, ...]
    passages: tuple[str, ...]


def consult_agents(
    *, agents: str = ",".join(AGENTS), topics: str = "", passages: Count = 3, max_tokens: Count = 64
) -> Step:
    """Think first, then let the `agents` read the best `passages` one after the other.

    After each the model merges its answer into the pool, which the next one sees; the reply is then
    to be made from the thought and the pool, and does not see the passages. That is a call, two an
    agent, and the reply's own. Passages are of the persona's knowledge or a `topics` file (see
    `select_grounding`), ordered by their cosines with the question and the user's statements.
    Raises InvalidOption for an unknown agent, FormatError for a bad file.
    """
    names = [name.strip() for name in agents.split(",") if name.strip()]
    for name in names:
        if name not in AGENTS:
            raise InvalidOption(f"There is no agent {name!r}; there are {', '.join(AGENTS)}.")

    def step(draft: Draft, kit: Kit) -> Draft:
        question = draft.scene.last_user_text
        if not question or kit.prompt_only:
            return draft
        asked = _asked(draft.scene, topics, passages, kit.need_embedder("consult_agents"))
        draft, thought = _call(draft, kit, max_tokens, THINK, question)
        pool, after = EMPTY, []
        for name in names:
            draft, told = _call(draft, kit, max_tokens, AGENTS[name], _shown(asked, pool))
            draft, pool = _call(
                draft, kit, max_tokens, MERGE, f"Old notes: {pool}\nNew note: {told}"
            )
            after.append(pool)
        text = f"{FINAL}\n{enclosed([thought, pool])}"
        return replace(
            draft,
            parts=(*draft.parts, PromptPart("agents", text, role="volatile", pinned=True)),
            evidence=(*draft.evidence, *(Evidence(one, "passage") for one in asked.passages)),
        ).noting(agents=dict(zip(names, after, strict=True)), thought=thought)

    return step


def ranked(
    passages: Sequence[str], question: str, profile: Sequence[str], embedder: Embedder
) -> list[str]:
    """The passages, best first: 0.6 of the cosine with the question, 0.4 with the user's words."""
    if not passages:
        return []
    about = " ".join(profile) or question
    vectors = embedder.embed([question, about, *passages])
    scores = OF_QUESTION * (vectors[2:] @ vectors[0]) + OF_PROFILE * (vectors[2:] @ vectors[1])
    order = sorted(range(len(passages)), key=lambda at: (-float(scores[at]), at))
    return [passages[at] for at in order]


def _asked(scene: Scene, topics: str, count: int, embedder: Embedder) -> _Asked:
    profile = scene.user_persona.statements if scene.user_persona else ()
    best = ranked(known_to(scene, topics), scene.last_user_text, profile, embedder)[:count]
    return _Asked(scene.last_user_text, profile, tuple(best))


def _shown(asked: _Asked, pool: str) -> str:
    parts = [f"Question: {asked.question}"]
    if asked.profile:
        parts.append(f"The user told:\n{enclosed(list(asked.profile))}")
    if asked.passages:
        parts.append(f"Passages:\n{enclosed(list(asked.passages))}")
    return "\n".join([*parts, f"Notes: {pool}"])


def _call(draft: Draft, kit: Kit, max_tokens: int, task: str, text: str) -> tuple[Draft, str]:
    """One call, and the draft that has paid for it. Raises InvalidOption where it does not fit."""
    needed = kit.lm.count_tokens(text) + kit.lm.count_tokens(task) + max_tokens + SPARE_TOKENS
    if needed > kit.lm.context_tokens:
        raise InvalidOption(
            f"What an agent reads needs {needed} tokens and {kit.lm.context_tokens} fit. Shorten "
            "the message, or pass fewer passages."
        )
    sampling = replace(draft.sampling, max_tokens=max_tokens, seed=kit.seed)
    made: Generation = kit.lm.generate(
        Request(
            messages=(Message("system", task), Message("user", text)), sampling=sampling,
            cancel=kit.cancel, replayable=kit.replayable,
        )
    )  # fmt: skip
    timings = replace(draft.timings, total_s=draft.timings.total_s + made.timings.total_s)
    return replace(draft, usage=draft.usage + made.usage, timings=timings), made.text.strip()
