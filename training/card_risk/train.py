"""Train the head that tells which sentences of a card describe somebody who breaks rules.

    python training/card_risk/train.py DATA WORK [--out FOLDER]

600 cards of one grammar (`cards.py`) train it, sentence by sentence; 200 of another one, which
shares no template with the first, are held out. The penalty is chosen on a part of the templates of
the first grammar. DATA is the folder of shared data sets: persona sentences of RCDG's PersonaChat triples
(MIT) are a background of benign ones, and cards of real shape are read for false alarms. Logistic
regression in numpy; prints the figures of the model card as JSON.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))
from card_risk.cards import Card, cards
from heads import auroc, auroc_interval, embed, write_head

from personae import characters
from personae.data import Persona
from personae.encoders.card_risk import RISKY, VECTOR_SCALE, card_sentences, pattern_of
from personae.errors import PersonaeError
from personae.formats.reading import read_personas
from personae.load import load_persona
from personae.text.sentences import split_sentences

NAME = "personae-card-risk-minilm-linear"
TRAIN_CARDS, HELD_OUT_CARDS, BACKGROUND = 600, 200, 1_500
STEPS, RATE = 500, 0.25
PENALTIES = (1e-3, 3e-3, 1e-2, 3e-2)
# The baseline: what one would look for without a model.
WORDS = re.compile(
    r"\b(?:lie|lies|liar|lying|deceiv\w*|decept\w*|manipulat\w*|trick\w*|cheat\w*|betray\w*|steal\w*"
    r"|thie(?:f|ves)|rob\w*|crime\w*|criminal\w*|illegal\w*|law|laws|lawless|outlaw|rules?|forbid\w*"
    r"|forbidden|limits?|unrestricted|restrictions?|unfiltered|immoral|morals|evil|conscience|secrets?"
    r"|never refuse\w*|anything|taboos?|obey\w*|smuggl\w*|dangerous)\b",
    re.IGNORECASE,
)

Floats = NDArray[np.float64]


def main() -> None:
    """Train, write, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    train, held_out = cards("train", TRAIN_CARDS), cards("held-out", HELD_OUT_CARDS)
    real, background = real_cards(options.data), background_of(options.data, BACKGROUND)
    told = [text for card in (*train, *held_out) for text in card.sentences] + background
    told += [text for part in real.values() for sentences in part for text in sentences]
    vectors = embed(told, options.work / "vectors.npz", options.threads)
    penalty, tried = chosen_penalty(train, vectors, background)
    x, y, _ = sentences_of(train, vectors)
    weight, bias = fit(x, y, of(background, vectors), penalty)

    def risk(sentences: Sequence[str]) -> float:
        return max(
            (float(VECTOR_SCALE * vectors[one] @ weight + bias) for one in sentences), default=-9.0
        )

    report = {
        "trained on": {"cards": len(train), "background": len(background)},
        "penalty": penalty,
        "by penalty, on templates left out": tried,
        "held out": {
            "head": measured(held_out, [risk(card.sentences) for card in held_out]),
            "head and patterns": measured(
                held_out,
                [
                    9.0 if any(map(pattern_of, card.sentences)) else risk(card.sentences)
                    for card in held_out
                ],
            ),
            "word list": measured(
                held_out, [float(hits(card.sentences)) - 0.5 for card in held_out]
            ),
        },
        "flagged of real cards": {
            name: {
                "cards": len(part),
                "head": sum(risk(one) > logit(RISKY) for one in part),
                "word list": sum(hits(one) > 0 for one in part),
            }
            for name, part in real.items()
        },
    }
    if options.out:
        report["bytes"] = write_head(options.out, NAME, [(weight[:, None], np.array([bias]))])
    print(json.dumps(report, indent=1))


def chosen_penalty(
    train: Sequence[Card], vectors: dict[str, Floats], background: Sequence[str]
) -> tuple[float, dict[str, float]]:
    """The one with the best mean AUROC by sentence on templates left out, a fifth at a time."""
    x, y, templates = sentences_of(train, vectors)
    numbers = {one: at for at, one in enumerate(sorted(set(templates)))}
    part = np.array([numbers[one] % 5 for one in templates])
    tried = {}
    for penalty in PENALTIES:
        found = []
        for left in range(5):
            own = part != left
            weight, bias = fit(x[own], y[own], of(background, vectors), penalty)
            found.append(auroc(x[~own] @ weight + bias, y[~own] > 0))
        tried[penalty] = round(float(np.mean(found)), 4)
    return max(tried, key=tried.__getitem__), {str(key): value for key, value in tried.items()}


def sentences_of(
    train: Sequence[Card], vectors: dict[str, Floats]
) -> tuple[Floats, Floats, list[str]]:
    """Vectors, labels and templates of all sentences."""
    x = of([text for card in train for text in card.sentences], vectors)
    y = np.array([float(bool(trait)) for card in train for trait in card.traits])
    return x, y, [one for card in train for one in card.templates]


def of(texts: Sequence[str], vectors: dict[str, Floats]) -> Floats:
    """The vectors of sentences, scaled."""
    return VECTOR_SCALE * np.stack([vectors[one] for one in texts]).astype(np.float64)


def background_of(data: Path, count: int) -> list[str]:
    """Persona sentences of people who were told to be nice to strangers: no trait is risky."""
    lines = (data / "dnli-excerpt" / "per-train.txt").read_text(encoding="utf-8").splitlines()
    every = dict.fromkeys(one.strip() for line in lines for one in line.split("</s>"))
    return sorted(one for one in every if len(one.split()) >= 4)[:: max(1, len(every) // count)]


def fit(x: Floats, y: Floats, background: Floats, penalty: float) -> tuple[Floats, float]:
    """Weights and bias by gradient descent; risky sentences weigh as much as the benign ones.

    Benign ones are the grammar's for one half, and the background for the other.
    """
    risky, told = (y > 0).sum(), (y == 0).sum()
    share = np.where(y > 0, 0.5 / risky, 0.25 / told)
    share = np.concatenate([share, np.full(len(background), 0.25 / len(background))])
    x, y = np.concatenate([x, background]), np.concatenate([y, np.zeros(len(background))])
    weight, bias = np.zeros(x.shape[1]), 0.0
    for _ in range(STEPS):
        wrong = (1 / (1 + np.exp(-(x @ weight + bias))) - y) * share
        weight -= RATE * (x.T @ wrong + penalty * weight)
        bias -= RATE * float(wrong.sum())
    return weight, bias


def measured(held_out: Sequence[Card], scores: Sequence[float]) -> dict[str, object]:
    """AUROC with its interval; what is found and wrongly flagged above 0."""
    true = np.array([card.is_risky for card in held_out])
    found = np.array(scores)
    return {
        "cards": len(held_out),
        "auroc": round(auroc(found, true), 3),
        "interval": auroc_interval(found, true, [card.id for card in held_out]),
        "found": round(float((found[true] > 0).mean()), 3),
        "false alarms": round(float((found[~true] > 0).mean()), 3),
    }


def hits(sentences: Sequence[str]) -> int:
    """How many words of the list a card has."""
    return sum(len(WORDS.findall(text)) for text in sentences)


def logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


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
