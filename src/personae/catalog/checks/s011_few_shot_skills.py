"""S011 Few-Shot Bot: perplexity finds the skill, and one shot makes the gold reply likelier.

The safety skills and the benchmark over all skills of the row are not built, so not checked.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from personae import skills
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import paired_p
from personae.data import Persona, Scene
from personae.formats.xpersona import read
from personae.lm.types import Request, require
from personae.methods.few_shot_skills import (
    PERSONA_SKILL,
    few_shot_prompt,
    read_skills,
    selector_prompt,
    selector_query,
)
from personae.skills.skill import Shot, Skill, read_shots
from personae.speaker import Speaker

if TYPE_CHECKING:
    from personae.lm.types import LanguageModel

QUERIES_EACH = 20  # of each of the four skills
SELECTOR_SHOTS = 3  # the method's default
ROUNDING = 0.002  # ten times what one prompt scored twice differs by beside the prompt cache
_PERSONA_TURNS, _TURNS_EACH = 200, 4
_HISTORY_TURNS = 4
_BOOTSTRAPS = 2000


def check(context: CheckContext) -> list[str]:
    """Selector accuracy over 80 dialogues, then gold perplexity with 0 shots and 1 shot."""
    lm = context.lm()
    require(lm, ("complete", "score"), "The check of S011")
    known = read_skills()
    queries = opening_queries(known)
    evidence = check_selector(lm, known, queries)
    turns = list(islice(persona_turns(context), _PERSONA_TURNS))
    return evidence + check_one_shot(lm, known[PERSONA_SKILL], turns)


def opening_queries(known: Mapping[str, Skill]) -> list[tuple[str, str]]:
    """(skill, what the user opens a held-out dialogue with): the least a selector ever has."""
    return [
        (name, shot.dialogue[0][0])
        for name in known
        for shot in read_shots(skills.path_of(name) / "heldout.jsonl")[:QUERIES_EACH]
    ]


def check_selector(
    lm: LanguageModel, known: Mapping[str, Skill], queries: Sequence[tuple[str, str]]
) -> list[str]:
    """Accuracy of argmin perplexity, and of word overlap as the baseline. Raises CheckFailed."""
    chosen = chosen_skills(lm, known, [text for _, text in queries])
    right = [name == gold for name, (gold, _) in zip(chosen, queries, strict=True)]
    accuracy = sum(right) / len(right)
    overlap = [most_overlapping(text, known) == gold for gold, text in queries]
    by_skill = Counter(gold for (gold, _), ok in zip(queries, right, strict=True) if ok)
    shown = ", ".join(f"{name} {by_skill[name]}/{QUERIES_EACH}" for name in known)
    expect(
        accuracy >= 0.7,
        f"The selector finds {accuracy:.1%} of {len(queries)} skills, not 70 % ({shown}).",
    )
    same = method_choice(lm, queries[0][1])
    expect(same == chosen[0], f"The method chooses {same!r}, the batch {chosen[0]!r}.")
    return [
        f"the selector finds the skill of {accuracy:.1%} of {len(queries)} dialogues from their "
        f"first turn, with {SELECTOR_SHOTS} shots a skill (chance 25 %): {shown}",
        f"baseline, most words in common with the shots: {sum(overlap) / len(overlap):.1%}",
    ]


def chosen_skills(lm: LanguageModel, known: Mapping[str, Skill], texts: Sequence[str]) -> list[str]:
    """The skill of least perplexity for each text; all are scored after one skill's shots."""
    queries = [selector_query(_opening(text), 1) for text in texts]
    losses = {
        name: [
            -likelihood.total / max(1, likelihood.tokens)
            for likelihood in lm.score(
                Request(prompt=selector_prompt(skill, SELECTOR_SHOTS)), queries
            )
        ]
        for name, skill in known.items()
    }
    return [
        min(known, key=lambda name, number=number: losses[name][number])  # type: ignore[misc]
        for number in range(len(texts))
    ]


def method_choice(lm: LanguageModel, text: str) -> str:
    """The skill that the method itself notes for a scene that opens with `text`."""
    speaker = Speaker(lm, "few-shot-skills", options={"selector_shots": SELECTOR_SHOTS})
    return str(speaker.prompt(_opening(text)).notes["skill"])


def most_overlapping(text: str, known: Mapping[str, Skill]) -> str:
    """The skill whose shots share most of the text's words, rare words counting more."""
    shots = {
        name: Counter(_words(selector_prompt(skill, SELECTOR_SHOTS)))
        for name, skill in known.items()
    }

    def weight(name: str) -> float:
        found = [word for word in set(_words(text)) if shots[name][word]]
        return sum(1 / sum(bool(counts[word]) for counts in shots.values()) for word in found)

    return max(known, key=weight)


def persona_turns(context: CheckContext) -> Iterator[tuple[Scene, str]]:
    """(scene, gold reply): XPersona's English validation part, else our held-out dialogues."""
    file = context.datasets_dir / "xpersona" / "En_persona_valid.json"
    if file.exists():
        for dialogue in read(file):
            persona = dialogue.personas["B"]
            positions = [at for at, _ in dialogue.turns_of("B") if at > 0][:_TURNS_EACH]
            for at in positions:
                scene = Scene(persona=persona, user="A", turns=dialogue.turns[:at])
                yield scene, dialogue.turns[at].text
        return
    for shot in read_shots(skills.path_of(PERSONA_SKILL) / "heldout.jsonl"):
        yield from _turns_of(shot)


def check_one_shot(
    lm: LanguageModel, skill: Skill, turns: Sequence[tuple[Scene, str]]
) -> list[str]:
    """Perplexity of the gold replies with no shot and with one. Raises CheckFailed."""
    totals: dict[int, list[tuple[float, int]]] = {0: [], 1: []}
    for shots, found in totals.items():
        for scene, gold in turns:
            prompt = few_shot_prompt(skill, scene, shots=shots, history_turns=_HISTORY_TURNS)
            likelihood = lm.score(Request(prompt=prompt), [f" {gold}"])[0]
            found.append((likelihood.total, likelihood.tokens))
    zero, one = perplexity(totals[0]), perplexity(totals[1])
    gains = [b[0] - a[0] for a, b in zip(totals[0], totals[1], strict=True)]
    low, high = ratio_interval(totals[0], totals[1])
    expect(
        one < zero * (1 - ROUNDING),
        f"Over {len(turns)} turns 1 shot has a gold perplexity of {one:.2f}, 0 shots {zero:.2f}.",
    )
    return [
        f"gold perplexity over {len(turns)} persona turns: 0 shots {zero:.2f}, 1 shot {one:.2f} "
        f"(ratio {one / zero:.3f}, 95 % interval {low:.3f} to {high:.3f}; paired p = "
        f"{paired_p(gains):.4f})"
    ]


def perplexity(scored: Sequence[tuple[float, int]]) -> float:
    """exp(-sum of log-likelihoods / sum of tokens)."""
    return math.exp(-sum(total for total, _ in scored) / max(1, sum(n for _, n in scored)))


def ratio_interval(
    zero: Sequence[tuple[float, int]], one: Sequence[tuple[float, int]], seed: int = 0
) -> tuple[float, float]:
    """The 95 % bootstrap interval of the perplexity ratio, turns drawn in pairs."""
    rng = random.Random(seed)
    ratios = []
    for _ in range(_BOOTSTRAPS):
        drawn = rng.choices(range(len(zero)), k=len(zero))
        ratios.append(perplexity([one[i] for i in drawn]) / perplexity([zero[i] for i in drawn]))
    ratios.sort()
    return ratios[int(0.025 * _BOOTSTRAPS)], ratios[int(0.975 * _BOOTSTRAPS)]


def _turns_of(shot: Shot) -> Iterator[tuple[Scene, str]]:
    scene = Scene(persona=Persona(name="B", statements=shot.meta), user="A")
    for said, answer in shot.dialogue:
        scene = scene.said("A", said)
        yield scene, answer
        scene = scene.said("B", answer)


def _opening(text: str) -> Scene:
    return Scene(persona=Persona(name="B", statements=("I am B.",)), user="A").said("A", text)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
