"""A few-shot prompt of the skill that fits the dialogue best, chosen by perplexity (S011)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from personae import skills
from personae.data import Scene, Turn
from personae.draft import Draft, Evidence, Kit, Step, chain
from personae.errors import InvalidOption
from personae.lm.types import LanguageModel, Request
from personae.registry import EntryInfo
from personae.skills.skill import Shot, Skill, read_skill
from personae.steps.choose import choose
from personae.steps.describe_persona import fill
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
    shots: int = 4,
    selector_shots: int = 3,
    query_turns: int = 4,
    history_turns: int = 6,
    temperature: float = 0.7,
    max_tokens: int = 60,
    max_sentences: int = 2,
) -> Step:
    """Choose a skill, show `shots` of its dialogues, continue the dialogue as raw text.

    The chosen skill is argmin over skills of the perplexity of the last `query_turns` turns after
    `selector_shots` of its dialogues without facts (paper, section on the skill selector).
    `folder` holds skill folders of your own instead of the shipped ones; `skill` fixes the choice.
    Raises FormatError for a bad skill, InvalidOption for an unknown one.
    """
    known = read_skills(folder)
    if skill and skill not in known:
        raise InvalidOption(f"There is no skill {skill!r}. Known: {', '.join(known)}.")

    def prompt(draft: Draft, kit: Kit) -> Draft:
        scene = draft.scene
        losses = {} if skill else skill_losses(
            kit.lm, list(known.values()), scene.turns[-query_turns:], scene.persona.name,
            selector_shots, replayable=kit.replayable,
        )  # fmt: skip
        chosen = known[skill] if skill else known[min(losses, key=lambda name: losses[name])]
        text = few_shot_prompt(chosen, scene, shots=shots, history_turns=history_turns)
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
    found = [read_skill(file.parent) for file in sorted(Path(folder).glob("*/skill.yaml"))]
    if not found:
        raise InvalidOption(f"There is no skill under {folder}: no folder there has a skill.yaml.")
    return {skill.name: skill for skill in found}


def skill_losses(
    lm: LanguageModel,
    known: Sequence[Skill],
    query: Sequence[Turn],
    persona_name: str,
    shots: int,
    *,
    replayable: bool = False,
) -> dict[str, float]:
    """Per skill: mean negative log-likelihood (nats a token) of the query after its shots."""
    text = (
        " "
        + dialogue_text(
            [(_label(turn, persona_name, "User", "Assistant"), turn.text) for turn in query]
        )
        .removeprefix("User:")
        .strip()
    )
    losses = {}
    for skill in known:
        request = Request(prompt=selector_prompt(skill, shots), replayable=replayable)
        likelihood = lm.score(request, [text])[0]
        losses[skill.name] = -likelihood.total / max(1, likelihood.tokens)
    return losses


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
    said = [
        (_label(turn, scene.persona.name, skill.user, skill.assistant), turn.text)
        for turn in scene.turns[-history_turns:]
        if turn.kind == "utterance"
    ]
    query = f"{skill.meta_header}\n{facts}\n{skill.dialogue_header}\n"
    return _BLANK.join([*blocks, query + dialogue_text(said)]).rstrip() + f"\n{skill.assistant}:"


def dialogue_text(turns: Sequence[tuple[str, str]]) -> str:
    """`Label: text` lines; a turn's own line breaks become spaces."""
    return "\n".join(f"{label}: {' '.join(text.split())}" for label, text in turns)


def _pairs(shot: Shot, user: str, assistant: str) -> str:
    turns = [pair for said, answer in shot.dialogue for pair in ((user, said), (assistant, answer))]
    return dialogue_text(turns)


def _label(turn: Turn, persona_name: str, user: str, assistant: str) -> str:
    return assistant if turn.speaker == persona_name else user
