"""Train and measure the stance judge: whether a reply agrees, disagrees, refuses, or none of these.

    python training/judges/stance.py DATA WORK [--out FOLDER]

Trained on replies of ours (`stances.py`) and on turns of Synthetic-Persona-Chat (CC BY 4.0) that
begin with none of the words by which people agree, disagree or refuse; two patterns of each label
are kept back and choose the plan. The hand-written replies of `src/personae/items/stances.yaml` and
the labelled answers of persona-bias (Gupta et al. 2024) measure.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import attention
import figures
import numpy as np
import regard
import sources
import stances
import yaml
from writing import write_judge

from personae.encoders.stance import LABELS, opening

NAME = "personae-stance-minilm"
EACH, TURNS, SEED, KEPT_BACK = 110, 1_500, 7, 2
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
    parts = {
        name: regard.part(texts, gold, options.work)
        for name, (texts, gold) in read(options.data).items()
    }
    report: dict[str, Any] = {"replies": {name: len(one.texts) for name, one in parts.items()}}
    held, found = parts["kept back"], {}
    for name, plan in PLANS.items():
        scores = held.scores(trained(parts["train"], plan))
        found[name] = figures.rounded(attention.loss(scores, hot(held.gold), True))
        print(name, found[name], file=sys.stderr, flush=True)
    best = min(PLANS, key=lambda name: found[name])
    report["log-loss on patterns kept back"] = {**found, "chosen": best}
    layers = trained(parts["train"], PLANS[best])
    scale = attention.temperature(held.scores(layers), hot(held.gold), True)
    layers = attention.calibrated(layers, scale)
    report["scale"] = scale
    if options.out:
        report["bytes"] = write_judge(
            options.out, NAME, layers, LABELS, regard.LAYERS, is_one=True,
            thresholds=[1 / len(LABELS)] * len(LABELS),
        )  # fmt: skip
    report |= measured(parts, layers, options.work)
    print(figures.shown(report))


def read(data: Path) -> dict[str, tuple[list[str], list[int]]]:
    """Ours in two parts without a common pattern, people's turns, and what measures."""
    ours = stances.made(EACH, random.Random(SEED))
    patterns = sorted({group for _, _, group in ours})
    random.Random(SEED).shuffle(patterns)
    back = {
        one
        for label in LABELS
        for one in [p for p in patterns if p.rpartition("-")[0] == label][:KEPT_BACK]
    }
    turns = [(text, "other", "turns") for text in plain_turns(data)]
    drawn = [*ours, *turns[: TURNS - TURNS // 5]]
    rest = turns[TURNS - TURNS // 5 : TURNS]
    found = {
        "train": _pairs([one for one in drawn if one[2] not in back]),
        "kept back": _pairs([*(one for one in ours if one[2] in back), *rest]),
    }
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
    return np.eye(len(LABELS))[gold]


def trained(one: regard.Part, plan: attention.Plan) -> attention.Layers:
    rows = range(len(one.texts))
    share = np.bincount(one.gold, minlength=len(LABELS)) / len(one.gold)
    return attention.fit(one.states, rows, hot(one.gold), 1 / share[one.gold], plan)


def measured(parts: dict[str, regard.Part], layers: attention.Layers, work: Path) -> dict[str, Any]:
    """The judge and its baselines on all that was not trained on."""
    train = parts["train"]
    units = train.vectors()
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    means = hot(train.gold).T @ units / hot(train.gold).sum(axis=0)[:, None] - units.mean(axis=0)
    words = regard.part(list(WORDS), [0, 1, 2, 3], work).vectors()
    report: dict[str, Any] = {}
    for name in ("kept back", "by hand", "persona-bias"):
        one = parts[name]
        chances = np.exp(one.scores(layers))
        chances /= chances.sum(axis=1, keepdims=True)
        table = {
            "judge": chances,
            "nearest centroid": figures.cosines(one.vectors(), means),
            "label words": figures.cosines(one.vectors(), words),
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
