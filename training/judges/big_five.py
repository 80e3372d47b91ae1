"""Train and measure the Big Five judge of whole texts.

    python training/judges/big_five.py DATA WORK [--out FOLDER]

Trained on stories that GPT-3.5 and GPT-4 told in the roles of people with given traits (PersonaLLM,
MIT), sixteen of 32 profiles; eight others choose, the last eight measure, so that no profile is on
two sides. Questionnaire items (public domain) stand beside the stories as texts of one sentence. A
series with ratings by viewers and 32 essays by people measure too. N: high is emotionally stable.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import attention
import figures
import numpy as np
import sources
from numpy.typing import NDArray
from parts import LAYERS
from states import states_of
from writing import write_judge

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "traits"))
from examples import essays, items, stories
from heads import auroc, auroc_interval

from personae.encoders.heads import sigmoid
from personae.encoders.traits import TRAITS, open_trait_rater
from personae.recipes.logistic import fit_logistic

Array = NDArray[Any]
NAME = "personae-big-five-minilm-linear"
SEED = 7
PENALTIES = (3.0, 30.0, 300.0)
# Sentences that name a trait give the role away.
NAMING = re.compile(
    r"extrover|introver|extraver|agreeab|antagonis|conscientious|unconscientious|neurotic|"
    r"emotional(?:ly)? stab|open(?:ness)? to (?:new )?experience|closed to|personality|trait",
    re.IGNORECASE,
)
POLES = {
    "O": ("curious, imaginative, open to new ideas", "conventional, closed to new ideas"),
    "C": ("organised, diligent, responsible", "careless, disorganised, impulsive"),
    "E": ("outgoing, talkative, sociable", "shy, quiet, reserved"),
    "A": ("kind, trusting, cooperative", "selfish, hostile, quarrelsome"),
    "N": ("calm, relaxed, emotionally stable", "anxious, nervous, moody"),
}


@dataclass(frozen=True)
class Text:
    """Sentences of one writer, with the poles of the traits that are known of them (5 or 1)."""

    sentences: tuple[str, ...]
    levels: dict[str, int]
    group: str


@dataclass(frozen=True)
class Part:
    """Texts with the mean over their sentences of the mean over tokens, (texts, inputs)."""

    texts: list[Text]
    means: Array

    def known(self, trait: str) -> Array:
        return np.array([trait in one.levels for one in self.texts])

    def high(self, trait: str) -> Array:
        return np.array([one.levels.get(trait, 0) > 3 for one in self.texts])


def main() -> None:
    """Choose, train, write, and print the figures of the card as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    parts = {
        name: Part(texts, means_of(texts, options.work))
        for name, texts in read(options.data).items()
    }
    penalty, with_items, table = chosen(parts)
    report: dict[str, Any] = {"texts": {name: len(part.texts) for name, part in parts.items()}}
    report["mean AUROC, stories and items kept back"] = table
    layers = trained(parts, penalty, with_items)
    valid = parts["valid"]
    gold = np.stack([valid.high(trait) for trait in TRAITS], axis=1)
    scale = attention.temperature(scores(layers, valid), gold, False)
    layers = attention.calibrated(layers, scale)
    report |= {"penalty": penalty, "with items": with_items, "scale": scale}
    if options.out:
        report["bytes"] = write_judge(
            options.out, NAME, layers, TRAITS, LAYERS, is_one=False, thresholds=[0.5] * len(TRAITS)
        )
    report |= measured(parts, layers, options.work)
    crossed = {**parts, "train": _of_writer(parts["train"], "gpt-3.5")}
    report["trained on GPT-3.5 alone, stories by GPT-4"] = figures_of(
        scores(trained(crossed, penalty, with_items), parts["test"]), parts["test"],
        lambda one: "gpt-4" in one.group,
    )  # fmt: skip
    print(figures.shown(report))


def read(data: Path) -> dict[str, list[Text]]:
    """Stories by part of the profiles, items, and the two sets of people."""
    found: dict[str, list[Text]] = {"train": [], "valid": [], "test": []}
    for one in stories(data):
        part = part_of([one.levels[trait] > 3 for trait in TRAITS])
        found[part].append(Text(one.sentences, one.levels, one.writer))
    known = [Text((one.text,), one.levels, "item") for one in items(data)]
    random.Random(SEED).shuffle(known)
    found["items"], found["items kept back"] = known[len(known) // 5 :], known[: len(known) // 5]
    found["essays"] = [
        Text(one.sentences, one.levels, str(at)) for at, one in enumerate(essays(data))
    ]
    found["series"] = [
        Text(
            tuple(sources.sentences_of(one.text)),
            {t: 5 if (t in one.labels) != (t == "N") else 1 for t in TRAITS},
            one.group,
        )
        for one in sources.friends(data)
    ]
    return found


def part_of(high: Sequence[bool]) -> str:
    """Two parities of the five poles: eight profiles a coset, in which each trait is balanced."""
    openness, conscientiousness, extraversion, agreeableness, stability = high
    first = openness ^ conscientiousness ^ extraversion
    second = extraversion ^ agreeableness ^ stability
    return "test" if not (first or second) else "valid" if first and second else "train"


def means_of(texts: Sequence[Text], work: Path) -> Array:
    """(texts, inputs) of all sentences."""
    flat = [sentence for one in texts for sentence in one.sentences]
    means = states_of(flat, LAYERS, work / "states").means(range(len(flat)))
    ends = np.cumsum([len(one.sentences) for one in texts])
    starts = ends - [len(one.sentences) for one in texts]
    totals = np.add.reduceat(means, starts, axis=0)
    return np.asarray(totals / (ends - starts)[:, None])


def trained(parts: dict[str, Part], penalty: float, with_items: bool) -> attention.Layers:
    """Logistic regression a trait, on raw means; labels attend to all tokens alike."""
    names = ("train", "items") if with_items else ("train",)
    means = np.concatenate([parts[name].means for name in names])
    middle, spread = means.mean(axis=0), np.maximum(means.std(axis=0), 0.02)
    weight, bias = np.zeros((means.shape[1], len(TRAITS))), np.zeros(len(TRAITS))
    for at, trait in enumerate(TRAITS):
        known = np.concatenate([parts[name].known(trait) for name in names])
        high = np.concatenate([parts[name].high(trait) for name in names])
        rows = (means[known] - middle) / spread
        found, start = fit_logistic(rows, high[known], penalty)
        weight[:, at], bias[at] = found / spread, start - float(middle / spread @ found)
    empty = np.zeros_like(weight)
    return [(np.hstack([empty, weight]), np.concatenate([np.zeros(len(TRAITS)), bias]))]


def scores(layers: attention.Layers, part: Part) -> Array:
    """Logits (texts, traits): the mean over sentences."""
    weight, bias = layers[0]
    half = len(TRAITS)
    return np.asarray(part.means @ weight[:, half:] + bias[half:])


def chosen(parts: dict[str, Part]) -> tuple[float, bool, dict[str, Any]]:
    """The penalty and whether items help, by mean AUROC on profiles and items kept back."""
    table = {}
    for penalty in PENALTIES:
        for with_items in (False, True):
            layers = trained(parts, penalty, with_items)
            areas = [
                mean_area(scores(layers, parts[name]), parts[name])
                for name in ("valid", "items kept back")
            ]
            table[penalty, with_items] = areas
            print(penalty, with_items, areas, file=sys.stderr, flush=True)
    best = max(table, key=lambda key: sum(table[key]))
    shown = {f"penalty {p:g}{', with items' * w}": areas for (p, w), areas in table.items()}
    return (*best, shown)


def mean_area(found: Array, part: Part) -> float:
    """Mean AUROC of the traits."""
    areas = [
        auroc(found[part.known(trait), at], part.high(trait)[part.known(trait)])
        for at, trait in enumerate(TRAITS)
    ]
    return figures.rounded(np.mean(areas))


def measured(parts: dict[str, Part], layers: attention.Layers, work: Path) -> dict[str, Any]:
    """The judge and its baselines on the four sets that measure."""
    test = parts["test"]
    unnamed = [
        Text(
            tuple(s for s in one.sentences if not NAMING.search(s)) or ("",), one.levels, one.group
        )
        for one in test.texts
    ]
    sets = {
        "stories": test,
        "stories without sentences that name a trait": Part(unnamed, means_of(unnamed, work)),
        "essays by people": parts["essays"],
        "series": parts["series"],
    }
    words = {trait: states_of(POLES[trait], LAYERS, work / "states").vectors() for trait in TRAITS}
    report: dict[str, Any] = {}
    for name, part in sets.items():
        report[name] = {
            "judge": figures_of(scores(layers, part), part),
            "trait head by sentence": figures_of(by_sentence(part), part),
            "nearest centroid": figures_of(by_centroid(parts["train"], part), part),
            "words of the poles": figures_of(by_words(words, part), part),
            "majority": majority(part),
        }
    return report


def by_centroid(train: Part, part: Part) -> Array:
    """Difference of the cosines with the means of both poles' stories."""
    found = []
    for trait in TRAITS:
        sides = np.stack([train.high(trait), ~train.high(trait)]).astype(float)
        near = figures.cosines(part.means[:, -384:], sides @ train.means[:, -384:])
        found.append(near[:, 0] - near[:, 1])
    middle = np.stack(found, axis=1)
    return np.asarray(middle - np.median(middle, axis=0))


def by_words(words: dict[str, Array], part: Part) -> Array:
    """Difference of the cosines with words for both poles, less its median."""
    near = [figures.cosines(part.means[:, -384:], words[trait]) for trait in TRAITS]
    found = np.stack([one[:, 0] - one[:, 1] for one in near], axis=1)
    return np.asarray(found - np.median(found, axis=0))


def by_sentence(part: Part) -> Array:
    """The mean level of the sentences that the trait head rates, less 3."""
    rater = open_trait_rater()
    found = np.zeros((len(part.texts), len(TRAITS)))
    for row, one in enumerate(part.texts):
        for at, trait in enumerate(TRAITS):
            rated = [r.level for r in rater.rate(one.sentences, trait) if r.score is not None]
            found[row, at] = np.mean(rated) - 3 if rated else 0.0
    return found


def figures_of(
    found: Array, part: Part, takes: Callable[[Text], bool] = lambda one: True
) -> dict[str, Any]:
    """Accuracy of the poles, AUROC with its interval, calibration."""
    taken = np.array([takes(one) for one in part.texts])
    groups = [one.group if part.texts[0].group == "0" else str(at)
              for at, one in enumerate(part.texts) if takes(one)]  # fmt: skip
    report: dict[str, Any] = {"texts": int(taken.sum())}
    for at, trait in enumerate(TRAITS):
        high, score = part.high(trait)[taken], found[taken, at]
        area, low_high = auroc(score, high), auroc_interval(score, high, groups)
        report[trait] = {
            "accuracy": figures.rounded(((score > 0) == high).mean()),
            "auroc": figures.rounded(area),
            "auroc_95": list(low_high),
            "ece": figures.calibration_error(sigmoid(score), high),
        }
    report["mean accuracy"] = figures.rounded(np.mean([report[t]["accuracy"] for t in TRAITS]))
    report["mean auroc"] = figures.rounded(np.mean([report[t]["auroc"] for t in TRAITS]))
    return report


def majority(part: Part) -> dict[str, float]:
    """Share of the more frequent pole."""
    shares = [float(part.high(trait).mean()) for trait in TRAITS]
    most = {t: figures.rounded(max(s, 1 - s)) for t, s in zip(TRAITS, shares, strict=True)}
    return {**most, "mean accuracy": figures.rounded(np.mean(list(most.values())))}


def _of_writer(part: Part, writer: str) -> Part:
    at = [row for row, one in enumerate(part.texts) if writer in one.group]
    return Part([part.texts[row] for row in at], part.means[at])


if __name__ == "__main__":
    main()
