"""A few-shot prompt of the skill that fits the dialogue best, chosen by perplexity (S011)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from personae import skills
from personae.data import Scene
from personae.draft import Count, Draft, Evidence, Kit, Limit, Step, Temperature, chain
from personae.errors import InvalidOption
from personae.lm.types import LanguageModel, Request
from personae.registry import EntryInfo
from personae.settings import from_home
from personae.skills.skill import Shot, Skill, read_skill
from personae.steps.choose import choose
from personae.steps.describe_persona import fill
from personae.steps.fit_prompt import spoken
from personae.steps.generate import generate
from personae.steps.sample import sample

ENTRY = EntryInfo(
    systems=("S011",),
    aka=("fsb", "few-shot-bot"),
    needs=("chat", "complete", "score"),
    paper="Few-Shot Bot: Prompt-Based Learning for Dialogue Systems",
    deviations="Shots and skills are our own. Safety skills and persona-extraction skills of the "
    "paper are not part of this entry.",
)

PERSONA_SKILL = "persona-chat"
_BLANK = "\n\n"


def few_shot_skills(
    *,
    folder: str = "",
    skill: str = "",
    shots: Count = 4,
    selector_shots: Count = 3,
    query_turns: Count = 4,
    history_turns: Count = 6,
    temperature: Temperature = 0.7,
    max_tokens: Count = 60,
    max_sentences: Limit = 2,
) -> Step:
    """Choose a skill, show `shots` of its dialogues, continue the dialogue as raw text.

    The chosen skill is argmin over skills of the perplexity of the last `query_turns` turns after
    `selector_shots` of its dialogues without facts (paper, section on the skill selector).
    Where the user has said nothing yet, or too much to be scored, the skill is `persona-chat`.
    `folder` holds skill folders of your own instead of the shipped ones; `skill` fixes the choice.
    Shots that do not fit the context are left out. Raises FormatError for a bad skill,
    InvalidOption for an unknown one and for turns that do not fit even without shots.
    """
    known = read_skills(folder)
    if skill and skill not in known:
        raise InvalidOption(f"There is no skill {skill!r}. Known: {', '.join(known)}.")

    def prompt(draft: Draft, kit: Kit) -> Draft:
        scene = draft.scene
        query = "" if skill else selector_query(scene, query_turns)
        losses = skill_losses(
            kit.lm, list(known.values()), query, selector_shots, replayable=kit.replayable
        )
        default = PERSONA_SKILL if PERSONA_SKILL in known else next(iter(known))
        chosen = known[skill or min(losses, key=lambda name: losses[name], default=default)]
        text = _fitting_prompt(chosen, draft, kit, shots, history_turns)
        found = [
            Evidence(name, "skill", -loss, {"nats_per_token": round(loss, 4)})
            for name, loss in losses.items()
        ]
        stop = (f"\n{chosen.user}:", _BLANK)
        return replace(
            draft,
            text_prompt=text,
            evidence=(*draft.evidence, *found),
            sampling=replace(draft.sampling, stop=stop),
        ).noting(skill=chosen.name, skill_losses=losses)

    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        prompt,
        generate(max_sentences=max_sentences),
        choose(),
    )


@lru_cache(maxsize=8)
def read_skills(folder: str = "") -> dict[str, Skill]:
    """The skills of a folder of skill folders (default: the shipped ones), by name."""
    if not folder:
        return {name: read_skill(skills.path_of(name)) for name in skills.names()}
    files = sorted(from_home(folder).glob("*/skill.yaml"))
    found = [read_skill(file.parent) for file in files]
    if not found:
        raise InvalidOption(f"There is no skill under {folder}: no folder there has a skill.yaml.")
    return {skill.name: skill for skill in found}


def skill_losses(
    lm: LanguageModel,
    known: Sequence[Skill],
    query: str,
    shots: int,
    *,
    replayable: bool = False,
) -> dict[str, float]:
    """Per skill: mean negative log-likelihood (nats a token) of the query after its shots.

    Empty where there is nothing to score, or no room for it in the model's context.
    """
    prompts = {skill.name: selector_prompt(skill, shots) for skill in known} if query else {}
    longest = max(map(lm.count_tokens, prompts.values()), default=0)
    if longest + lm.count_tokens(query) > lm.context_tokens:
        return {}
    losses = {}
    for name, prompt in prompts.items():
        likelihood = lm.score(Request(prompt=prompt, replayable=replayable), [query])[0]
        losses[name] = -likelihood.total / max(1, likelihood.tokens)
    return losses


def selector_query(scene: Scene, turns: int) -> str:
    """The last turns as they go on after `User:`; empty where the user is not among them."""
    said = _said(scene, turns, "User", "Assistant")
    while said and said[0][0] != "User":
        said.pop(0)
    return dialogue_text(said).removeprefix("User:")


def selector_prompt(skill: Skill, shots: int) -> str:
    """The skill's dialogues without facts, one label pair for all skills, ending in `User:`."""
    blocks = ["Dialogue:\n" + _pairs(shot, "User", "Assistant") for shot in skill.shots[:shots]]
    return _BLANK.join([*blocks, "Dialogue:\nUser:"])


def few_shot_prompt(skill: Skill, scene: Scene, *, shots: int, history_turns: int) -> str:
    """`shots` whole dialogues with their facts, then the persona's facts and its dialogue so far.

    The persona's statements are the facts whatever the skill, so that it stays in character.
    """
    blocks = [
        f"{skill.meta_header}\n" + "\n".join(shot.meta) + f"\n{skill.dialogue_header}\n"
        + _pairs(shot, skill.user, skill.assistant)
        for shot in skill.shots[:shots]
    ]  # fmt: skip
    facts = "\n".join(fill(text, scene) for text in scene.persona.statements)
    said = _said(scene, history_turns, skill.user, skill.assistant)
    query = f"{skill.meta_header}\n{facts}\n{skill.dialogue_header}\n"
    return _BLANK.join([*blocks, query + dialogue_text(said)]).rstrip() + f"\n{skill.assistant}:"


def dialogue_text(turns: Sequence[tuple[str, str]]) -> str:
    """`Label: text` lines; a turn's own line breaks become spaces."""
    return "\n".join(f"{label}: {' '.join(text.split())}" for label, text in turns)


def _pairs(shot: Shot, user: str, assistant: str) -> str:
    turns = [pair for said, answer in shot.dialogue for pair in ((user, said), (assistant, answer))]
    return dialogue_text(turns)


def _said(scene: Scene, turns: int, user: str, assistant: str) -> list[tuple[str, str]]:
    """(label, text) of the last utterances; whoever is not the persona is the user."""
    utterances = [turn for turn in scene.turns if turn.kind == "utterance"][-turns:]
    return [
        (assistant if turn.speaker == scene.persona.name else user, spoken(turn, scene))
        for turn in utterances
    ]


def _fitting_prompt(skill: Skill, draft: Draft, kit: Kit, shots: int, history_turns: int) -> str:
    """The prompt with as many shots as the context holds. Raises InvalidOption."""
    room = kit.lm.context_tokens - draft.sampling.max_tokens
    for count in range(min(shots, len(skill.shots)), -1, -1):
        text = few_shot_prompt(skill, draft.scene, shots=count, history_turns=history_turns)
        needed = kit.lm.count_tokens(text)
        if needed <= room:
            return text
    raise InvalidOption(
        f"The persona and the last turns need {needed} tokens and {max(room, 0)} fit. Shorten "
        "them, or open the model with a larger context."
    )
