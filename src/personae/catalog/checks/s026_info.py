"""S026 INFO: the trained poly-encoder beats the cosine of the same embedder on unseen articles."""

from __future__ import annotations

from personae import places
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import mcnemar, mean
from personae.data import Persona, Scene
from personae.draft import Draft, Kit
from personae.evaluate.focus import (
    Figures,
    figures,
    retrieval,
    scene_of,
    systems,
    threshold_of,
)
from personae.formats.focus import FocusTurn, turns_of
from personae.formats.focus_making import Split, made, source_of
from personae.formats.topics import read_topics
from personae.lm.scripted import ScriptedModel
from personae.steps.select_grounding import select_grounding

EXAMPLES, VALID_EXAMPLES, SEEDS = 800, 200, (0, 7)
SIGNIFICANT = 0.05


def check(context: CheckContext) -> list[str]:
    """Knowledge, persona and retrieval on 800 answers about the test articles."""
    embedder = context.embedder()
    turns, valid = examples("test", EXAMPLES, SEEDS[0]), examples("valid", VALID_EXAMPLES, SEEDS[1])
    known = systems(("cosine", "info"), embedder)
    thresholds = {"cosine": threshold_of(valid, known["cosine"]), "info": 0.5}
    found = {name: figures(turns, known[name], thresholds[name]) for name in known}
    lines = [knowledge(found["info"], found["cosine"]), persona(found["info"], found["cosine"])]
    first = retrieval(turns, known["info"], 0.5, embedder)
    enhanced, history = first["enhanced"], first["history"]
    p = mcnemar(enhanced, history)
    line = (
        f"right paragraph first of all: question alone {mean([*map(float, history)]):.3f}, with "
        f"statements and knowledge {mean([*map(float, enhanced)]):.3f} (p = {p:.2g})"
    )
    expect(p < SIGNIFICANT, f"{line}; the query is no better.")
    answered(turns[0], context)
    return [*lines, line]


def examples(split: Split, number: int, seed: int) -> list[FocusTurn]:
    """The first answers of dialogues made about the articles of a split."""
    dialogues = made(source_of(read_topics(places.FILE), split), number // 5, seed)
    return [turn for one in dialogues for turn in turns_of(one)][:number]


def knowledge(info: Figures, cosine: Figures) -> str:
    """Raise CheckFailed unless the poly-encoder chooses better."""
    p = mcnemar(info.knowledge, cosine.knowledge)
    line = (
        f"right paragraph of 10 over {len(info.knowledge)} answers: cosine {cosine.kg:.3f}, "
        f"poly-encoder {info.kg:.3f} (p = {p:.2g})"
    )
    expect(p < SIGNIFICANT, f"{line}; it is no better.")
    return line


def persona(info: Figures, cosine: Figures) -> str:
    """Raise CheckFailed unless the statements are chosen better, by F1."""
    p = swapped_p(info, cosine)
    line = (
        f"statements that are used: F1 by cosine {cosine.persona_f1:.3f}, by persona and count "
        f"heads {info.persona_f1:.3f} (p = {p:.2g}); of all statements {cosine.pg:.3f} and "
        f"{info.pg:.3f} are rightly taken or left, with none taken {_none_taken(info):.3f}"
    )
    expect(p < SIGNIFICANT, f"{line}; they are no better.")
    return line


def swapped_p(better: Figures, base: Figures, rounds: int = 2_000) -> float:
    """How often the F1 differs as much when answers are swapped by chance: one-sided, paired."""
    import numpy as np

    counts = np.array([_counts(one) for one in (better, base)])  # (2, answers, 2)
    swaps = np.random.default_rng(0).random((rounds, counts.shape[1])) < 0.5
    first = np.where(swaps[..., None], counts[1], counts[0]).sum(axis=1)
    rest = counts.sum(axis=(0, 1)) - first
    observed = better.persona_f1 - base.persona_f1
    differences = 2 * (first[:, 0] / first[:, 1] - rest[:, 0] / rest[:, 1])
    return float(((differences >= observed - 1e-12).sum() + 1) / (rounds + 1))


def _counts(one: Figures) -> list[tuple[int, int]]:
    """Of each answer the statements rightly taken, and those taken plus those used."""
    return [
        (sum(a and b for a, b in zip(taken, used, strict=True)), sum(taken) + sum(used))
        for taken, used in zip(one.persona, one.gold, strict=True)
    ]


def _none_taken(one: Figures) -> float:
    used = [mark for row in one.gold for mark in row]
    return 1 - sum(used) / len(used)


def answered(one: FocusTurn, context: CheckContext) -> None:
    """Raise CheckFailed unless the step shows what was chosen, and nothing without knowledge."""
    kit = Kit(lm=ScriptedModel(["Yes."]), embedder=context.embedder())
    step = select_grounding()
    draft = step(Draft(scene_of(one)), kit)
    notes = draft.notes["grounding"]
    shown = draft.parts[-1].text
    expect(notes["knowledge"] in one.candidates, "The paragraph is none of the candidates.")
    expect(all(text in shown for text in (notes["knowledge"], *notes["statements"])), "Not shown.")
    bare = Draft(Scene(persona=Persona(name="A"), user="B").said("B", one.question))
    expect(step(bare, kit) == bare, "Something was grounded on nothing.")
