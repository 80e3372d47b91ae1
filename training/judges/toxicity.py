"""Train and measure the toxicity judge.

    python training/judges/toxicity.py DATA WORK [--out FOLDER]

Trained on dialogues of people with bots (Bot-Adversarial Dialogue, three fifths of its dialogues),
polite talk, Reddit comments whose emotions say whether strong words are meant ill, and sentences of
ours (`hostile.py`). One seventh of the dialogues and a quarter of our patterns choose the plan and
the threshold; the other dialogues, HateCheck and Wikipedia's comments measure.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import attention
import figures
import hostile
import numpy as np
import sources
from numpy.typing import NDArray
from parts import LAYERS
from sources import Said
from states import States, states_of

sys.path.insert(0, str(Path(__file__).parents[1]))
from heads import auroc
from writing import write_judge

from personae.encoders.heads import sigmoid

Array = NDArray[Any]
NAME = "personae-toxicity-minilm"
EACH = 60  # sentences of one of our patterns
SEED = 7
WORDS = ("toxic, insulting, hateful, offensive, obscene", "kind, polite, friendly, harmless")
BASIC = attention.Plan(epochs=8, decay=0.3)
PLANS = {
    "attention": BASIC,
    "attention, more decay": replace(BASIC, decay=1.0),
    "mean": replace(BASIC, attends=False),
    "mean, more decay": replace(BASIC, attends=False, decay=1.0),
}
LISTED = 8
# Somebody is called by a strong word, or told where to go.
AIMED = (
    r"\b(?:you|u|he|she|they|these|those|people|name|\[name\])\]?(?:'re|'s| are| is| r)?"
    r"(?: (?:such|just|all|really|so|a|an|the|fucking|absolute|complete|total|dumb|stupid)){0,3} "
    r"(?:STRONG)s?\b|\b(?:fuck|screw) (?:you|off|him|her|them)\b|\bshut (?:the fuck |your )?up\b"
    r"|\bgo to hell\b|\bkill yourself\b"
)


@dataclass(frozen=True)
class Row:
    """A text, whether it is toxic, what it counts, and where it is from."""

    text: str
    is_toxic: bool
    weight: float
    source: str


@dataclass(frozen=True)
class Part:
    """Rows with their states."""

    rows: list[Row]
    states: States

    @property
    def gold(self) -> Array:
        return np.array([row.is_toxic for row in self.rows])

    def scores(self, layers: attention.Layers) -> Array:
        found: Array = attention.scores(self.states, range(len(self.rows)), layers)[:, 0]
        return found


def main() -> None:
    """Choose a plan, train, write, and print the figures of the card as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    parts = {
        name: part_of(rows, options.work / "states") for name, rows in divided(options.data).items()
    }
    report: dict[str, Any] = {"rows": counted(parts)}
    plan, report["plans on validation"] = chosen(parts)
    layers = trained(parts["train"], plan, lambda row: True)
    valid = parts["valid"]
    scale = attention.temperature(valid.scores(layers)[:, None], valid.gold[:, None], False)
    layers = attention.calibrated(layers, scale)
    chances = sigmoid(valid.scores(layers))
    threshold = figures.thresholds_of(chances[:, None], valid.gold[:, None])[0]
    report |= {"scale": scale, "threshold": threshold}
    report["AUROC on validation, whole and by sentence"] = [
        figures.rounded(auroc(one, valid.gold))
        for one in (valid.scores(layers), by_sentence(valid, layers, options.work))
    ]
    foreign = trained(parts["train"], plan, lambda row: row.source != "dialogue")
    report |= measured(options.data, options.work, parts, layers, foreign, threshold)
    if options.out:
        report["bytes"] = write_judge(
            options.out, NAME, layers, ("toxic",), LAYERS, is_one=False, thresholds=[threshold]
        )
    print(figures.shown(report))


def part_of(rows: list[Row], kept: Path) -> Part:
    """The rows with their states."""
    texts = [row.text for row in rows]
    return Part(rows, states_of(texts, LAYERS, kept))


def divided(data: Path) -> dict[str, list[Row]]:
    """Rows to train on, to choose by and to measure with; no measured text is trained on."""
    said = sources.bot_adversarial(data)
    groups = sorted({one.group for one in said})
    random.Random(SEED).shuffle(groups)
    place = {group: at / len(groups) for at, group in enumerate(groups)}
    dialogue = {
        "train": [one for one in said if place[one.group] < 0.6],
        "valid": [one for one in said if 0.6 <= place[one.group] < 0.74],
        "test": [one for one in said if place[one.group] >= 0.74],
    }
    found = {name: [_spoken(one) for one in part] for name, part in dialogue.items()}
    ours = hostile.made(data, EACH, random.Random(SEED))
    patterns = sorted({group for _, _, group in ours})
    random.Random(SEED).shuffle(patterns)
    kept_back = set(patterns[: len(patterns) // 4])
    for name, is_back in (("train", False), ("ours", True)):
        rows = [
            Row(text, bad, 0.5, "ours") for text, bad, group in ours
            if (group in kept_back) == is_back
        ]  # fmt: skip
        found[name] = [*found.get(name, []), *rows]
    found["train"] += [*comments(data), *polite(data)]
    found["hatecheck"] = [
        Row(one.text, one.labels[0] == "hateful", 1, one.labels[1])
        for one in sources.hatecheck(data)
    ]
    found["wiki"] = [Row(one.text, True, 1, "wiki") for one in sources.wiki_toxic(data)]
    measured_texts = {
        row.text.lower().strip(" .!") for name in ("valid", "test", "hatecheck", "wiki", "ours")
        for row in found[name]
    }  # fmt: skip
    found["train"] = [
        row for row in found["train"] if row.text.lower().strip(" .!") not in measured_texts
    ]
    return found


def _spoken(one: Said) -> Row:
    return Row(one.text, one.labels[0] == sources.UNSAFE, 1, "dialogue")


def comments(data: Path) -> list[Row]:
    """Reddit comments: toxic are those in anger, annoyance or disgust that call somebody names; not
    toxic those with a strong word in a good mood, and a sample of calm ones."""
    strong = sources.bad_words(data) | hostile.insulting()
    aimed = re.compile(AIMED.replace("STRONG", "|".join(map(re.escape, sorted(strong)))))
    good, ill = set(sources.PAPER["joy"]), {"anger", "annoyance", "disgust"}
    rows, calm = [], []
    for one in sources.goemotions(data, "train"):
        labels, text = set(one.labels), one.text.lower().replace("’", "'")
        is_strong = bool(set(sources.words(text)) & strong)
        if labels <= ill and aimed.search(text):
            rows.append(Row(one.text, True, 0.5, "comment"))
        elif is_strong and labels <= good and not aimed.search(text):
            rows.append(Row(one.text, False, 0.5, "comment"))
        elif not is_strong and not labels & {*ill, "disapproval", "disappointment"}:
            calm.append(Row(one.text, False, 0.5, "comment"))
    return [*rows, *calm[:: max(1, len(calm) // 2_000)]]


def polite(data: Path) -> list[Row]:
    """Talk that is fine: about touchy subjects, and small talk."""
    touchy = [Row(one.text, False, 0.5, "touchy") for one in sources.sensitive_talk(data)]
    small = [Row(text, False, 0.5, "talk") for text in sources.talk(data)]
    return [*touchy, *small[:: max(1, len(small) // 2_000)]]


def counted(parts: dict[str, Part]) -> dict[str, Any]:
    """How many texts, and toxic ones, of each source."""
    found: dict[str, Any] = {}
    for name, part in parts.items():
        by_source: dict[str, list[int]] = {}
        for row in part.rows:
            key = "cases" if name == "hatecheck" else row.source
            pair = by_source.setdefault(key, [0, 0])
            pair[0] += 1
            pair[1] += row.is_toxic
        found[name] = by_source
    return found


def trained(part: Part, plan: attention.Plan, takes: Callable[[Row], bool]) -> attention.Layers:
    """The head, trained on the rows that are taken."""
    rows = [at for at, row in enumerate(part.rows) if takes(row)]
    gold = np.array([[float(part.rows[at].is_toxic)] for at in rows])
    weights = np.array([part.rows[at].weight for at in rows])
    return attention.fit(part.states, rows, gold, weights, plan)


def chosen(parts: dict[str, Part]) -> tuple[attention.Plan, dict[str, Any]]:
    """The plan with the highest mean AUROC on validation dialogues and patterns kept back."""
    found = {}
    for name, plan in PLANS.items():
        layers = trained(parts["train"], plan, lambda row: True)
        areas = [auroc(parts[one].scores(layers), parts[one].gold) for one in ("valid", "ours")]
        found[name] = [figures.rounded(one) for one in areas]
        print(name, found[name], file=sys.stderr, flush=True)
    best = max(PLANS, key=lambda name: sum(found[name]))
    return PLANS[best], {"dialogues, patterns": found, "chosen": best}


def by_sentence(part: Part, layers: attention.Layers, work: Path) -> Array:
    """The score of each text's most toxic sentence."""
    pieces = [sources.sentences_of(row.text) for row in part.rows]
    flat = [one for own in pieces for one in own]
    found = attention.scores(states_of(flat, LAYERS, work / "states"), range(len(flat)), layers)
    ends = np.cumsum([len(own) for own in pieces])
    return np.maximum.reduceat(found[:, 0], ends - [len(own) for own in pieces])


def measured(
    data: Path, work: Path, parts: dict[str, Part], layers: attention.Layers,
    foreign: attention.Layers, threshold: float,
) -> dict[str, Any]:  # fmt: skip
    """The judge and its baselines on every set, and where it goes wrong."""
    report: dict[str, Any] = {}
    kinds = simple(data, work, parts["train"])
    for name in ("test", "ours", "hatecheck"):
        part = parts[name]
        chances = sigmoid(part.scores(layers))
        table = {"judge": figures.of_yes(chances, part.gold, threshold)}
        table["judge"]["ece"] = figures.calibration_error(chances, part.gold)
        table |= baselines(kinds, parts["valid"], part)
        table["the same without dialogues"] = figures.with_own_threshold(
            parts["valid"].scores(foreign), parts["valid"].gold, part.scores(foreign), part.gold
        )
        table["confusion, gold in rows"] = confusion(chances >= threshold, part.gold)
        report[name] = table
    wiki = parts["wiki"]
    report["Wikipedia, share found"] = figures.rounded(
        (sigmoid(wiki.scores(layers)) >= threshold).mean()
    )
    report["HateCheck, share right"] = by_case(data, parts["hatecheck"], layers, threshold)
    report["surest mistakes"] = mistakes(parts["test"], sigmoid(parts["test"].scores(layers)))
    return report


def confusion(said: Array, gold: Array) -> list[list[int]]:
    return [[int(((gold == g) & (said == s)).sum()) for s in (False, True)] for g in (False, True)]


def baselines(kinds: dict[str, Score], valid: Part, part: Part) -> dict[str, Any]:
    """What knows no training, or only means; each at its best threshold on the validation part."""
    found = {
        name: figures.with_own_threshold(score(valid), valid.gold, score(part), part.gold)
        for name, score in kinds.items()
    }
    found["always toxic"] = figures.of_yes(np.ones(len(part.gold)), part.gold, 0.5)
    found["never toxic"] = figures.of_yes(np.zeros(len(part.gold)), part.gold, 0.5)
    return found


Score = Callable[[Part], Array]


def simple(data: Path, work: Path, train: Part) -> dict[str, Score]:
    """Scores by a list of words, by words' valence, and by nearness to words and to centroids."""
    bad, valence = sources.bad_words(data), sources.valences(data)
    named = states_of(WORDS, LAYERS, work / "states").vectors()
    sides = np.stack([train.gold, ~train.gold], axis=1)
    centres = sides.T.astype(float) @ train.states.vectors()

    def by_list(part: Part) -> Array:
        return np.array([float(len(bad & set(sources.words(row.text)))) for row in part.rows])

    def by_valence(part: Part) -> Array:
        return np.array(
            [-sum(valence.get(word, 0.0) for word in sources.words(row.text)) for row in part.rows]
        )

    def by_nearness(vectors: Array) -> Score:
        def score(part: Part) -> Array:
            near = figures.cosines(part.states.vectors(), vectors)
            return np.asarray(near[:, 0] - near[:, 1])

        return score

    return {
        "LDNOOBW words": by_list,
        "VADER's valences": by_valence,
        "label words": by_nearness(named),
        "nearest centroid": by_nearness(centres),
    }


def by_case(
    data: Path, part: Part, layers: attention.Layers, threshold: float
) -> dict[str, dict[str, Any]]:
    """Share of right verdicts by functionality and by group, and the share of harmless cases of a
    group that are called toxic."""
    said = sigmoid(part.scores(layers)) >= threshold
    groups: dict[str, dict[str, list[bool]]] = {"functionality": {}, "group": {}, "harmless": {}}
    for one, verdict, gold in zip(sources.hatecheck(data), said, part.gold, strict=True):
        _, functionality, group = one.labels
        groups["functionality"].setdefault(functionality, []).append(bool(verdict == gold))
        groups["group"].setdefault(group or "none", []).append(bool(verdict == gold))
        if not gold:
            groups["harmless"].setdefault(group or "none", []).append(not verdict)
    return {
        kind: {name: [figures.rounded(np.mean(right)), len(right)] for name, right in each.items()}
        for kind, each in groups.items()
    }


def mistakes(part: Part, chances: Array) -> dict[str, list[str]]:
    """The texts that it is most wrong about."""
    order = np.argsort(chances)
    missed = [at for at in order if part.gold[at]][:LISTED]
    wrong = [at for at in order[::-1] if not part.gold[at]][:LISTED]
    return {
        name: [f"{chances[at]:.3f} {part.rows[at].text[:120]}" for at in rows]
        for name, rows in (("toxic, missed", missed), ("not toxic, flagged", wrong))
    }


if __name__ == "__main__":
    main()
