"""Train and measure the dialogue-act judge.

    python training/judges/dialogue_act.py DATA WORK [--out FOLDER]

Trained on turns of people (Synthetic-Persona-Chat, CC BY 4.0; Multi-Session Chat, KVRET, MIT) whose
act rules tell, and on sentences of ours (`act_rules.py`). A quarter of our patterns and a tenth of
the turns choose the plan. DailyDialog's labels (not licensed for training) measure.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import act_rules
import attention
import figures
import numpy as np
import sources
from numpy.typing import NDArray
from parts import LAYERS, Part, compared, least_loss, mistakes, part_of
from states import states_of
from writing import write_judge

from personae.encoders.dialogue_act import ACTS

Array = NDArray[Any]
NAME = "personae-dialogue-act-minilm"
EACH, SEED = 60, 7
MOST = {"inform": 2_500, "question": 2_000, "directive": 2_000, "commissive": 1_500}
WORDS = (
    "telling a fact or an opinion", "asking a question", "please do this, a request or a proposal",
    "I will do it, a promise, accepting or refusing",
)  # fmt: skip
BASIC = attention.Plan(is_one=True, epochs=6, decay=0.3)
PLANS = {
    "attention": BASIC,
    "attention, more decay": replace(BASIC, decay=2.0),
    "mean": replace(BASIC, attends=False),
}


def main() -> None:
    """Choose a plan, train, write, and print the figures of the card as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    parts = {
        name: part_of(texts, gold, options.work)
        for name, (texts, gold) in read(options.data).items()
    }
    held = parts["kept back"]
    report: dict[str, Any] = {"turns": {name: len(one.texts) for name, one in parts.items()}}
    best, found = least_loss(
        PLANS, lambda plan: held.scores(trained(parts["train"], plan)), hot(held.gold), is_one=True
    )
    report["log-loss on what is kept back"] = {**found, "chosen": best}
    layers = trained(parts["train"], PLANS[best])
    scale = attention.temperature(held.scores(layers), hot(held.gold), True)
    layers = attention.calibrated(layers, scale)
    report["scale"] = scale
    if options.out:
        report["bytes"] = write_judge(
            options.out, NAME, layers, ACTS, LAYERS, is_one=True, thresholds=[0.25] * 4
        )
    report |= measured(parts, layers, options.work)
    print(figures.shown(report))


def read(data: Path) -> dict[str, tuple[list[str], list[int]]]:
    """What is trained on, what chooses, and what measures."""
    rng = random.Random(SEED)
    ours = act_rules.made(EACH, rng)
    patterns = sorted({group for _, _, group in ours})
    rng.shuffle(patterns)
    back = {
        one for act in ACTS for one in [p for p in patterns if p.startswith(act)][:2]
    }  # fmt: skip
    turns = act_rules.labelled(data)
    rng.shuffle(turns)
    train = [(text, act) for text, act, group in ours if group not in back]
    kept = [(text, act) for text, act, group in ours if group in back]
    for act in ACTS:
        own = [one for one in turns if one[1] == act][: MOST[act]]
        kept += own[: len(own) // 10]
        train += own[len(own) // 10 :]
    daily = [turn for dialogue in sources.daily_dialogues(data, "test") for turn in dialogue]
    return {
        "train": numbered(train),
        "kept back": numbered(kept),
        "DailyDialog": numbered([(one.text, one.labels[1]) for one in daily]),
    }


def numbered(rows: Sequence[tuple[str, str]]) -> tuple[list[str], list[int]]:
    """Texts, and the numbers of their acts."""
    names = list(map(str, ACTS))
    return [text for text, _ in rows], [names.index(act) for _, act in rows]


def hot(gold: Array) -> Array:
    """(rows, labels) of label numbers."""
    return figures.hot(gold, len(ACTS))


def trained(one: Part, plan: attention.Plan) -> attention.Layers:
    rows = range(len(one.texts))
    return attention.fit(one.states, rows, hot(one.gold), np.ones(len(rows)), plan)


def measured(parts: dict[str, Part], layers: attention.Layers, work: Path) -> dict[str, Any]:
    """The judge and its baselines on what is kept back and on DailyDialog."""
    train = parts["train"]
    means = figures.centroids(train.states.vectors(), hot(train.gold))
    named = states_of(WORDS, LAYERS, work / "states").vectors()
    report: dict[str, Any] = {}
    for name in ("kept back", "DailyDialog"):
        one = parts[name]
        chances, vectors = one.chances(layers), one.states.vectors()
        by_rule = np.array([ACTS.index(act_rules.act_by_rule(text)) for text in one.texts])
        marks = np.array([int(text.rstrip().endswith("?")) for text in one.texts])
        table = {
            "judge": chances,
            "the rules that labelled": hot(by_rule),
            "question mark, else inform": hot(marks),
            "nearest centroid": figures.cosines(vectors, means),
            "label words": figures.cosines(vectors, named),
            "majority": figures.majority(one.gold, len(ACTS), len(one.texts)),
        }
        report[name] = compared(table, one.gold, ACTS, ("texts", "accuracy", "macro_f1", "f1"))
        if name == "DailyDialog":
            report["surest mistakes"] = mistakes(one, chances, ACTS)
    return report


if __name__ == "__main__":
    main()
