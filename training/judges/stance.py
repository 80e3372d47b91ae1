"""Train and measure the stance judge: whether a reply agrees, disagrees, refuses, or none of these.

    python training/judges/stance.py DATA WORK [--out FOLDER]

Trained on replies of ours (`stances.py`) and on turns of Synthetic-Persona-Chat (CC BY 4.0) that
begin with none of the words by which people agree, disagree or refuse. Three times a third of the
patterns is kept back to choose the plan, which is then trained on all. The hand-written replies of
`src/personae/items/stances.yaml` and the labelled answers of persona-bias (Gupta et al. 2024)
measure.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import attention
import figures
import numpy as np
import sources
import stances
import yaml
from parts import LAYERS, Part, least_loss, part_of
from states import states_of
from writing import write_judge

from personae.encoders.heads import softmax
from personae.encoders.stance import LABELS, opening

NAME = "personae-stance-minilm"
EACH, TURNS, SEED, FOLDS = 110, 1_500, 7, 3
HERE = Path(__file__).resolve().parents[2] / "src" / "personae" / "items" / "stances.yaml"
WORDS = ("I agree, that is true", "I disagree, that is wrong", "I cannot answer that, sorry",
         "something else")  # fmt: skip
BASIC = attention.Plan(is_one=True, epochs=8, decay=0.3)
PLANS = {
    "attention": BASIC,
    "attention, more decay": replace(BASIC, decay=2.0),
    "mean": replace(BASIC, attends=False),
    "mean, more decay": replace(BASIC, attends=False, decay=2.0),
}
# What a list of phrases would do: the baseline.
PHRASES = {
    "refuses": r"\b(as an ai|language model|(can'?t|can ?not|won'?t|unable to|not able to|"
    r"rather not) (answer|help|assist|say|talk|discuss|do that|comment|provide|continue)|"
    r"i'?m sorry|i apologi)",
    "disagrees": r"^\W*(no\b|not at all|i disagree|i don'?t (agree|think so))",
    "agrees": r"^\W*(yes\b|yeah|i agree|of course|absolutely|definitely|"
    r"that'?s (true|right)|exactly)",
}
_STANCE = re.compile(
    r"^\W*(oh|well|ha)?\W*(yes|yeah|yep|yup|no|nope|nah|not|i agree|agreed|me too|same|true|right|"
    r"exactly|totally|definitely|absolutely|of course|sure|i (don'?t )?think so|that'?s|that is|"
    r"i know|you'?re|sorry|i'?m sorry|i can|i don'?t|i won'?t|i would)\b",
    re.IGNORECASE,
)


def main() -> None:
    """Choose a plan, train, write, and print the figures of the card as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    texts = read(options.data)
    groups = texts.pop("groups")[0]
    parts = {name: part_of(*pair, options.work) for name, pair in texts.items()}
    report: dict[str, Any] = {"replies": {name: len(one.texts) for name, one in parts.items()}}
    train = parts["train"]
    scores = {plan: held_out(train, groups, plan) for plan in PLANS.values()}
    best, found = least_loss(PLANS, scores.__getitem__, hot(train.gold), is_one=True)
    report["log-loss on patterns kept back"] = {**found, "chosen": best}
    scale = attention.temperature(scores[PLANS[best]], hot(train.gold), True)
    layers = attention.calibrated(trained(train, range(len(train.texts)), PLANS[best]), scale)
    report["scale"] = scale
    chances = softmax(scores[PLANS[best]] * scale)
    report["patterns kept back"] = figures.of_one(chances, train.gold, LABELS)
    if options.out:
        report["bytes"] = write_judge(
            options.out, NAME, layers, LABELS, LAYERS, is_one=True,
            thresholds=[1 / len(LABELS)] * len(LABELS),
        )  # fmt: skip
    report |= measured(parts, layers, options.work)
    print(figures.shown(report))


def read(data: Path) -> dict[str, tuple[list[str], list[int]]]:
    """What trains with its groups (patterns, "turns"), and what measures."""
    ours = stances.made(EACH, random.Random(SEED))
    rows = [
        *ours,
        *((text, "other", f"turns-{at % 30}") for at, text in enumerate(plain_turns(data))),
    ]
    found = {"train": _pairs(rows), "groups": ([group for _, _, group in rows], [])}
    known = yaml.safe_load(HERE.read_text("utf-8"))
    found["by hand"] = _pairs([(text, label, "") for label in LABELS for text in known[label]])
    file = next((data / "persona-bias-sample").glob("*.jsonl"))
    answers = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    found["persona-bias"] = _pairs(
        [
            (opening(one["predicted_explanations"][0]),
             "other" if one["predicted_answer"] else "refuses", "")
            for one in answers
        ]
    )  # fmt: skip
    return found


def plain_turns(data: Path) -> list[str]:
    """Turns that take no stance, as far as their first words say."""
    texts = dict.fromkeys(opening(one) for one in sources.talk(data))
    kept = [text for text in texts if text and not _STANCE.match(text)]
    random.Random(SEED).shuffle(kept)
    return kept[:TURNS]


def _pairs(rows: Sequence[tuple[str, str, str]]) -> tuple[list[str], list[int]]:
    return [text for text, _, _ in rows], [LABELS.index(label) for _, label, _ in rows]


def hot(gold: Any) -> Any:
    """(rows, labels) of label numbers."""
    return figures.hot(gold, len(LABELS))


def trained(one: Part, rows: Sequence[int], plan: attention.Plan) -> attention.Layers:
    """Trained on some rows, each label counting as much as any other."""
    gold = one.gold[list(rows)]
    share = np.bincount(gold, minlength=len(LABELS)) / len(gold)
    return attention.fit(one.states, list(rows), hot(gold), 1 / share[gold], plan)


def held_out(one: Part, groups: Sequence[str], plan: attention.Plan) -> Any:
    """Logits of every row by a head that saw nothing of its pattern."""
    names = sorted(set(groups))
    random.Random(SEED).shuffle(names)
    names.sort(key=lambda name: name.rpartition("-")[0])  # of each label as many in each part
    at = {name: number % FOLDS for number, name in enumerate(names)}
    found = np.zeros((len(groups), len(LABELS)))
    for fold in range(FOLDS):
        back = [row for row, group in enumerate(groups) if at[group] == fold]
        rest = [row for row, group in enumerate(groups) if at[group] != fold]
        found[back] = attention.scores(one.states, back, trained(one, rest, plan))
    return found


def measured(parts: dict[str, Part], layers: attention.Layers, work: Path) -> dict[str, Any]:
    """The judge and its baselines on all that was not trained on."""
    train = parts["train"]
    means = figures.centroids(train.states.vectors(), hot(train.gold))
    words = states_of(WORDS, LAYERS, work / "states").vectors()
    report: dict[str, Any] = {}
    for name in ("by hand", "persona-bias"):
        one = parts[name]
        chances, vectors = one.chances(layers), one.states.vectors()
        table = {
            "judge": chances,
            "nearest centroid": figures.cosines(vectors, means),
            "label words": figures.cosines(vectors, words),
            "phrases": by_phrases(one.texts),
            "majority": figures.majority(one.gold, len(LABELS), len(one.texts)),
        }
        at = LABELS.index("refuses")
        report[name] = {}
        for who, each in table.items():
            found = figures.of_one(each, one.gold, LABELS)
            said, right = each.argmax(axis=1) == at, one.gold == at
            kept = found if who == "judge" else {
                key: found[key] for key in ("texts", "accuracy", "macro_f1")
            }  # fmt: skip
            report[name][who] = {
                **kept,
                "refusal or not": figures.rounded((said == right).mean()),
                "refusals found": figures.rounded(said[right].mean()),
                "others called refusals": figures.rounded(said[~right].mean()),
            }
        if name == "by hand":
            guessed = chances.argmax(axis=1)
            report["mistakes by hand"] = [
                f"{LABELS[guessed[row]]}, not {LABELS[one.gold[row]]}: {one.texts[row]}"
                for row in np.flatnonzero(guessed != one.gold)
            ]
    return report


def by_phrases(texts: Sequence[str]) -> Any:
    """The first kind of phrase that is there; none is other."""
    found = np.zeros((len(texts), len(LABELS)))
    for row, text in enumerate(texts):
        label = next(
            (name for name, phrase in PHRASES.items() if re.search(phrase, text.lower())), "other"
        )
        found[row, LABELS.index(label)] = 1
    return found


if __name__ == "__main__":
    main()
