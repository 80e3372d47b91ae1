"""S026 INFO: the trained poly-encoder beats the cosine of the same embedder on unseen articles."""

from __future__ import annotations

from personae import places
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import mcnemar, mean, paired_p
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

EXAMPLES, VALID_EXAMPLES, SEEDS = 400, 150, (0, 7)
SIGNIFICANT = 0.05


def check(context: CheckContext) -> list[str]:
    """Knowledge, persona and retrieval on 400 answers about the test articles."""
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
    """Raise CheckFailed unless the statements are chosen better, by F1 and answer by answer."""
    rights = [
        [sum(a == b for a, b in zip(x, y, strict=True)) for x, y in zip(one.persona, one.gold,
                                                                       strict=True)]
        for one in (info, cosine)
    ]  # fmt: skip
    p = paired_p([float(a - b) for a, b in zip(*rights, strict=True)])
    line = (
        f"statements that are used: F1 by cosine {cosine.persona_f1:.3f}, by persona and count "
        f"heads {info.persona_f1:.3f}; all statements {cosine.pg:.3f} and {info.pg:.3f} right "
        f"(p = {p:.2g})"
    )
    expect(info.persona_f1 > cosine.persona_f1 and p < SIGNIFICANT, f"{line}; they are no better.")
    return line


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
