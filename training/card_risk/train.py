"""Train the head that tells which sentences of a card describe somebody who breaks rules.

    python training/card_risk/train.py DATA WORK [--out FOLDER]

600 cards of one grammar (`cards.py`) train it, sentence by sentence; 200 of another one, which
shares no template with the first, are held out. The penalty is chosen on templates of the first
grammar that are left out. DATA is the folder of shared data sets: persona sentences of RCDG's
PersonaChat triples, PersonaGym's persona lines and PersonaLLM's stories (all MIT) are a background
of benign ones, and cards of real shape are read for false alarms. Ridge regression in numpy; prints
the figures of the model card as JSON.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "traits"))
from card_risk.cards import Card, cards
from examples import stories
from heads import auroc, auroc_interval, write_head

from personae import characters
from personae.data import Persona
from personae.encoders.card_risk import (
    FEATURES,
    LAYERS,
    card_sentences,
    pattern_of,
    sentence_features,
)
from personae.errors import PersonaeError
from personae.formats.reading import read_personas
from personae.load import load_persona
from personae.text.sentences import split_sentences

NAME = "personae-card-risk-minilm-ridge"
TRAIN_CARDS, HELD_OUT_CARDS, BACKGROUND = 600, 200, 1_200
PENALTIES = (1e-3, 3e-3, 1e-2)
PARTS, CHUNK, LEAST_SPREAD = 5, 1_000, 0.05
SHARPNESS = 4.0  # of the score around its threshold
BACKGROUND_SHARE, BENIGN_SHARE = 0.01, 0.03  # of the sentences left out, that may pass
# The baseline: what one would look for without a model.
WORDS = re.compile(
    r"\b(?:lie|lies|liar|lying|deceiv\w*|decept\w*|manipulat\w*|trick\w*|cheat\w*|betray\w*|steal\w*"
    r"|thie(?:f|ves)|rob\w*|crime\w*|criminal\w*|illegal\w*|law|laws|lawless|outlaw|rules?|forbid\w*"
    r"|forbidden|limits?|unrestricted|restrictions?|unfiltered|immoral|morals|evil|conscience|secrets?"
    r"|never refuse\w*|anything|taboos?|obey\w*|smuggl\w*|dangerous)\b",
    re.IGNORECASE,
)

Floats = NDArray[np.float64]
Rows = dict[str, Floats]


def main() -> None:
    """Train, write, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    train, held_out = cards("train", TRAIN_CARDS), cards("held-out", HELD_OUT_CARDS)
    real, background = real_cards(options.data), background_of(options.data, BACKGROUND)
    told = [text for card in (*train, *held_out) for text in card.sentences] + background
    told += [text for part in real.values() for sentences in part for text in sentences]
    rows = features_of(told, options.work / "features.npz")
    tried = {
        f"{name}, {penalty:g}": left_out(train, background, columns(rows, name), penalty)
        for name in ("vector", "states", "both")
        for penalty in PENALTIES
    }
    penalty = max(PENALTIES, key=lambda one: tried[f"both, {one:g}"][0])
    rows = columns(rows, "both")
    weight, bias = fit(train, background, rows, penalty)
    # A logit of 0 is what few benign sentences pass when left out.
    weight, bias = SHARPNESS * weight, SHARPNESS * (bias - tried[f"both, {penalty:g}"][1])

    def risk(sentences: Sequence[str]) -> float:
        return max((float(rows[one] @ weight + bias) for one in sentences), default=-9.0)

    report = {
        "trained on": {"cards": len(train), "background": len(background)},
        "penalty": penalty,
        "auroc of sentences, templates left out": {name: one[0] for name, one in tried.items()},
        "held out": {
            "head": measured(held_out, risk),
            "head and patterns": measured(
                held_out, lambda one: 9.0 if any(map(pattern_of, one)) else risk(one)
            ),
            "word list": measured(held_out, lambda one: hits(one) - 0.5),
        },
        "flagged of real cards": {
            name: {
                "cards": len(part),
                "head": sum(risk(one) > 0 for one in part),
                "word list": sum(hits(one) > 0 for one in part),
            }
            for name, part in real.items()
        },
        "sentences flagged of real cards": flagged(real, risk),
    }
    if options.out:
        report["bytes"] = write_head(options.out, NAME, [(weight[:, None], np.array([bias]))])
    print(json.dumps(report, indent=1))


def features_of(texts: Sequence[str], kept: Path) -> Rows:
    """The features of sentences; what `kept` already has is not computed again."""
    known: Rows = {}
    if kept.exists():
        with np.load(kept, allow_pickle=False) as stored:
            known = dict(zip(stored["texts"].tolist(), stored["rows"], strict=True))
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    for start in range(0, len(missing), CHUNK):
        some = missing[start : start + CHUNK]
        known |= dict(zip(some, sentence_features(some), strict=True))
        print(f"features of {start + len(some)} of {len(missing)} sentences", file=sys.stderr)
    if missing:
        np.savez(kept, texts=np.array(list(known)), rows=np.stack(list(known.values())))
    return known


def columns(rows: Rows, which: str) -> Rows:
    """The features with those that are not asked for set to 0."""
    size = FEATURES // (1 + len(LAYERS))
    kept = np.ones(FEATURES)
    if which == "vector":
        kept[size:] = 0
    elif which == "states":
        kept[:size] = 0
    return {text: row * kept for text, row in rows.items()}


def left_out(
    train: Sequence[Card], background: Sequence[str], rows: Rows, penalty: float
) -> tuple[float, float]:
    """On templates and background left out, a fifth at a time: the mean AUROC of sentences, and the
    score from which few benign sentences of either kind pass."""
    numbers = {one: at for at, one in enumerate(sorted({t for c in train for t in c.templates}))}
    found, passed, benign = [], list[float](), list[float]()
    for left in range(PARTS):
        own = [_part(card, lambda one, left=left: numbers[one] % PARTS != left) for card in train]
        other = [_part(card, lambda one, left=left: numbers[one] % PARTS == left) for card in train]
        rest = [one for at, one in enumerate(background) if at % PARTS != left]
        weight, bias = fit(own, rest, rows, penalty)
        pairs = {
            text: bool(trait)
            for card in other
            for text, trait in zip(card.sentences, card.traits, strict=True)
        }
        scores = np.array([rows[text] @ weight + bias for text in pairs])
        found.append(auroc(scores, np.array(list(pairs.values()))))
        passed += [rows[one] @ weight + bias for one in background[left::PARTS]]
        benign += [rows[text] @ weight + bias for text, is_risky in pairs.items() if not is_risky]
    least = max(np.quantile(passed, 1 - BACKGROUND_SHARE), np.quantile(benign, 1 - BENIGN_SHARE))
    return round(float(np.mean(found)), 4), float(least)


def _part(card: Card, is_own: Callable[[str], bool]) -> Card:
    """The card's sentences whose template is one of those."""
    kept = [
        (text, trait, template)
        for text, trait, template in zip(card.sentences, card.traits, card.templates, strict=True)
        if is_own(template)
    ]
    texts, traits, templates = zip(*kept, strict=True) if kept else ((), (), ())
    return Card(card.id, texts, traits, templates)


def fit(
    train: Sequence[Card], background: Sequence[str], rows: Rows, penalty: float
) -> tuple[Floats, float]:
    """Weights and bias of a ridge regression on 1 and -1, in closed form.

    Risky sentences weigh one half, benign ones and the background a quarter each.
    """
    told = {
        text: bool(trait)
        for card in train
        for text, trait in zip(card.sentences, card.traits, strict=True)
    }
    texts = [*told, *background]
    kinds = np.array([1 if one else 2 for one in told.values()] + [3] * len(background))
    share = np.array([{1: 0.5, 2: 0.25, 3: 0.25}[one] / (kinds == one).sum() for one in kinds])
    x = np.stack([rows[one] for one in texts])
    mean, spread = x.mean(axis=0), np.maximum(x.std(axis=0), LEAST_SPREAD)
    size = np.sqrt(x.shape[1])
    z = np.hstack([(x - mean) / spread / size, np.ones((len(x), 1))])
    root = np.sqrt(share)[:, None]
    a, y = z * root, np.where(kinds == 1, 1.0, -1.0) * root[:, 0]
    solved = np.linalg.solve(a.T @ a + penalty * np.eye(a.shape[1]), a.T @ y)
    weight = solved[:-1] / spread / size
    return weight, float(solved[-1] - mean @ weight)


def background_of(data: Path, count: int) -> list[str]:
    """Sentences in which no trait is risky: chat personas, persona lines, sentences of stories."""
    lines = (data / "dnli-excerpt" / "per-train.txt").read_text(encoding="utf-8").splitlines()
    people = sorted((data / "personagym" / "questions" / "benchmark-v1").glob("*.json"))
    parts = [
        [one.strip() for line in lines for one in line.split("</s>")],
        [file.stem.replace("__", ", ").replace("_", " ") for file in people],
        [text for story in stories(data) for text in story.sentences],
    ]
    return list(dict.fromkeys(text for part in parts for text in _spread(part, count)))


def _spread(texts: Sequence[str], count: int) -> list[str]:
    """Up to so many of the texts of at least four words, evenly over the alphabet."""
    every = sorted({one for one in texts if len(one.split()) >= 4})
    return every[:: max(1, -(-len(every) // count))]


def measured(held_out: Sequence[Card], risk: Callable[[Sequence[str]], float]) -> dict[str, object]:
    """AUROC with its interval; what is found and wrongly flagged above 0."""
    true = np.array([card.is_risky for card in held_out])
    found = np.array([float(risk(card.sentences)) for card in held_out])
    return {
        "cards": len(held_out),
        "auroc": round(auroc(found, true), 3),
        "interval": auroc_interval(found, true, [card.id for card in held_out]),
        "found": round(float((found[true] > 0).mean()), 3),
        "false alarms": round(float((found[~true] > 0).mean()), 3),
    }


def flagged(
    real: dict[str, list[list[str]]], risk: Callable[[Sequence[str]], float]
) -> dict[str, list[str]]:
    """What is flagged of the cards of real shape, for a person to read: up to 12 of each kind."""
    return {
        name: [text for sentences in part for text in sentences if risk([text]) > 0][:12]
        for name, part in real.items()
    }


def hits(sentences: Sequence[str]) -> int:
    """How many words of the list a card has."""
    return sum(len(WORDS.findall(text)) for text in sentences)


def real_cards(data: Path) -> dict[str, list[list[str]]]:
    """Sentences of cards that are no templates: shipped characters, and those of data sets."""
    people = [load_persona(name) for name in characters.names()]
    found = {"shipped characters": [_told(one) for one in people]}
    agents = []
    for file in sorted((data / "tinytroupe-agents" / "examples" / "agents").glob("*.agent.json")):
        try:
            agents += [_told(one) for one in read_personas(file)]
        except PersonaeError:
            continue
    found["tinytroupe agents"] = agents
    lines = (data / "personahub-tool" / "tool.jsonl").read_text(encoding="utf-8").splitlines()
    found["persona hub (first 500)"] = [
        split_sentences(json.loads(line)["input persona"]) for line in lines[:500]
    ]
    return found


def _told(persona: Persona) -> list[str]:
    return [sentence for _, sentence in card_sentences(persona)]


if __name__ == "__main__":
    main()
