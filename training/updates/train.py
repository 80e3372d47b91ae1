"""Train the head that tells whether what was said now takes the place of what was said before.

    python training/updates/train.py DATA WORK [--out FOLDER]

Takes the place: contradicting pairs of the inference model's generator (attributes and themes), and
sentences of people denied, swapped or told as changed (`changes.py`). Does not: the generator's
other pairs, changed sentences beside other ones of the same speaker, and what speakers of
Multi-Session Chat say beside what they said before (valid part; nearly all of it still holds). The
thresholds are those above which 0.5 % and 1 % of such real pairs of other speakers come; the test
part, Dialogue NLI and benchmarks/memory_updates.jsonl measure. Logistic regression in numpy.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "nli"))

from changes import changed
from heads import auroc, embed, write_head
from pairs import corpora
from pairs.make import Maker
from pairs.rewrite import opposite, plain, swapped
from pairs.style import dress

import evaluate as nli_evaluation
from personae.encoders.disclosure import open_disclosure, sentence_features
from personae.encoders.nli import OnnxNli, open_nli
from personae.encoders.updates import SHARES, THRESHOLDS, pair_features
from personae.formats.msc import read
from personae.media.atomic_file import write_atomically
from personae.memory.keeping import COMPARED, NEAR
from personae.memory.policy import GOLD_SHARE
from personae.recipes.logistic import fit_logistic
from personae.text.sentences import split_sentences

ROOT = Path(__file__).parents[2]
NAME = "personae-updates-minilm-linear"
MADE, SENTENCES, PENALTY = 4_000, 6_000, 10.0
APART = 0.7  # cosine from which two sentences may say the same
Rows = NDArray[np.float64]
Pair = tuple[str, str]  # what is said now, what was said before


@dataclass(frozen=True)
class Judged:
    """Pairs with features and the inference model's rows, (pairs, 3) in each direction."""

    features: Rows
    there: Rows
    back: Rows


def main() -> None:
    """Train, write, and print the figures of the model card as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    nli = open_nli(threads=options.threads)
    valid, test = (speakers(options.data, part) for part in ("valid", "test"))
    real = {
        "train": neighbours(options, valid[::2]), "choose": neighbours(options, valid[1::2]),
        "test": neighbours(options, test),
    }  # fmt: skip
    takes, stays = examples(options, real["train"])
    known = {
        name: judged(options, nli, name, pairs)
        for name, pairs in {"takes": takes, "stays": stays, **real}.items()
    }
    rows = np.vstack([known[name].features for name in ("takes", "stays", "train")])
    is_update = np.arange(len(rows)) < len(takes)
    weight, bias = fit_logistic(rows, is_update, PENALTY)
    scores = known["choose"].features @ weight + bias
    limits = {name: float(np.quantile(scores, 1 - share)) for name, share in SHARES.items()}
    report: dict[str, Any] = {
        "trained on": {"takes the place": len(takes), "does not": len(rows) - len(takes)},
        "thresholds": limits,
    }
    report |= measured(options, nli, known["test"], weight, bias, limits)
    if options.out:
        layers = [(weight[:, None], np.array([bias]))]
        report["bytes"] = write_head(options.out, NAME, layers)
        told = {"nli": nli.fingerprint, **{name: round(at, 4) for name, at in limits.items()}}
        write_atomically(options.out / THRESHOLDS, f"{json.dumps(told, indent=2)}\n".encode())
    print(json.dumps(report, indent=1))


def speakers(data: Path, part: str) -> list[list[str]]:
    """What each speaker of the fourth sessions says, in sentences."""
    found = []
    for dialogue in read(data / "msc" / f"session-4-{part}.json"):
        sides: dict[str, list[str]] = {}
        for turn in dialogue.turns:
            sides.setdefault(turn.speaker, []).extend(split_sentences(turn.text) or [turn.text])
        found += list(sides.values())
    return found


def neighbours(options: argparse.Namespace, said: Sequence[list[str]]) -> list[Pair]:
    """What tells of its speaker beside the nearest of what that one told before."""
    texts = sorted({one for speaker in said for one in speaker})
    vectors = embed(texts, options.work / "sentences.npz", options.threads)
    features = sentence_features(texts, np.stack([vectors[one] for one in texts]))
    tells = open_disclosure().head.apply(features)[:, 0] >= 0
    telling = dict(zip(texts, tells, strict=True))
    pairs: list[Pair] = []
    for speaker in said:
        before: list[str] = []
        for one in (text for text in speaker if telling[text]):
            found = ((float(vectors[one] @ vectors[old]), old) for old in before if old != one)
            near = sorted(found, reverse=True)[:COMPARED]
            pairs += [(one, old) for cosine, old in near if cosine >= NEAR]
            before.append(one)
    return pairs


def examples(options: argparse.Namespace, near: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Pairs of which the first takes the second's place, and made ones of which it does not."""
    rng = random.Random(1)
    maker = Maker(corpora.read(options.data))
    takes, stays = made(maker, rng)
    before: dict[str, list[str]] = {}
    for new, old in near:
        before.setdefault(new, []).append(old)
    vectors = embed([text for pair in near for text in pair], options.work / "sentences.npz", 2)
    for text in sorted({*before, *rng.sample(maker.sentences, SENTENCES)}):
        for rewrite in (opposite, swapped, changed):
            other = rewrite(text, rng)
            if not other or other == plain(text):
                continue
            other = dress(other, rng)
            takes.append((other, text))
            if rewrite is opposite and rng.random() < 0.3:
                takes.append((text, other))
            stays += [
                (other, one)
                for one in before.get(text, [])[:2]
                if vectors[text] @ vectors[one] < APART
            ]
    return takes, stays


def made(maker: Maker, rng: random.Random) -> tuple[list[Pair], list[Pair]]:
    """Pairs of the inference model's generator: contradictions, and all others."""
    found: dict[bool, list[Pair]] = {True: [], False: []}
    sources = (maker.attribute, maker.theme, maker.theme_neutral)
    while min(map(len, found.values())) < MADE:
        one = rng.choices(sources, (0.6, 0.25, 0.15))[0](rng)
        if one is not None:
            found[one.label == "contradiction"].append((one.premise, one.hypothesis))
    return found[True][:MADE], found[False][:MADE]


def judged(options: argparse.Namespace, nli: OnnxNli, name: str, pairs: Sequence[Pair]) -> Judged:
    """Features of all pairs."""
    print(f"judging {len(pairs)} pairs: {name}", file=sys.stderr, flush=True)
    there = nli.classify(list(pairs)).astype(float)
    back = nli.classify([(old, new) for new, old in pairs]).astype(float)
    vectors = embed(
        [text for pair in pairs for text in pair], options.work / f"{name}.npz", options.threads
    )
    new, old = (np.stack([vectors[pair[at]] for pair in pairs]) for at in (0, 1))
    return Judged(pair_features(new, old, there, back), there, back)


def measured(
    options: argparse.Namespace, nli: OnnxNli, real: Judged, weight: Rows, bias: float,
    limits: dict[str, float],
) -> dict[str, Any]:  # fmt: skip
    """What the head and the rules before it say of the three sets."""
    lines = (ROOT / "benchmarks/memory_updates.jsonl").read_text("utf-8").splitlines()
    written = [json.loads(line) for line in lines]
    ours = judged(options, nli, "written", [(row["new"], row["old"]) for row in written])
    rows = nli_evaluation.dnli(options.data)
    dialogue = judged(options, nli, "dnli", [(said, stated) for said, stated, _ in rows])
    labels = np.array([label for *_, label in rows])
    is_update = np.array([row["update"] for row in written])
    rules = {
        **{name: (lambda one, at=at: one.features @ weight + bias > at)
           for name, at in limits.items()},
        "calibrated both ways": lambda one: (
            np.minimum(one.there[:, 2], one.back[:, 2]) > nli.thresholds[GOLD_SHARE]
        ),
        "likeliest both ways": lambda one: (
            (one.there.argmax(axis=1) == 2) & (one.back.argmax(axis=1) == 2)
        ),
        "cosine above 0.8": lambda one: one.features[:, 6] > 0.8,
    }  # fmt: skip
    report: dict[str, Any] = {
        "AUROC, written": round(auroc(ours.features @ weight + bias, is_update), 3),
        "AUROC of contradiction both ways, written": round(
            auroc(np.minimum(ours.there[:, 2], ours.back[:, 2]), is_update), 3
        ),
    }
    for name, rule in rules.items():
        shares = {
            "written, changed": rule(ours)[is_update], "written, not": rule(ours)[~is_update],
            "MSC": rule(real), "DNLI, contradicting": rule(dialogue)[labels == 2],
            "DNLI, neutral": rule(dialogue)[labels == 1],
        }  # fmt: skip
        report[name] = {key: round(float(found.mean()), 4) for key, found in shares.items()}
    return report


if __name__ == "__main__":
    main()
