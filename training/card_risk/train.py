"""Train the head that tells which sentences of a card describe somebody who breaks rules.

    python training/card_risk/train.py WORK [--out FOLDER] [--data FOLDER]

600 cards of one grammar (`cards.py`) train it, sentence by sentence; 200 of another one, which
shares no template with the first, are held out. The penalty is chosen on a part of the templates of
the first grammar. Logistic regression in numpy; prints the figures of the model card as JSON. With
DATA, the folder of shared data sets, cards of real shape are read for false alarms, too.
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
TRAIN_CARDS, HELD_OUT_CARDS, STEPS = 600, 200, 1_500
PENALTIES = (1e-4, 1e-3, 3e-3, 1e-2)
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
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    train, held_out = cards("train", TRAIN_CARDS), cards("held-out", HELD_OUT_CARDS)
    real = real_cards(options.data)
    told = [text for card in (*train, *held_out) for text in card.sentences]
    told += [text for part in real.values() for sentences in part for text in sentences]
    vectors = embed(told, options.work / "vectors.npz", options.threads)
    penalty, tried = chosen_penalty(train, vectors)
    weight, bias = fit(*sentences_of(train, vectors), penalty)

    def risk(sentences: Sequence[str]) -> float:
        return max(
            (float(VECTOR_SCALE * vectors[one] @ weight + bias) for one in sentences), default=-9.0
        )

    report = {
        "trained on": len(train),
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
    train: Sequence[Card], vectors: dict[str, Floats]
) -> tuple[float, dict[str, float]]:
    """The one with the best AUROC by sentence on every third template's sentences."""
    x, y = sentences_of(train, vectors)
    starts = [" ".join(text.split()[-3:]) for card in train for text in card.sentences]
    left = np.array([sum(map(ord, start)) % 3 == 0 for start in starts])
    tried = {}
    for penalty in PENALTIES:
        weight, bias = fit(x[~left], y[~left], penalty)
        tried[penalty] = round(auroc(x[left] @ weight + bias, y[left] > 0), 4)
    return max(tried, key=tried.__getitem__), {str(key): value for key, value in tried.items()}


def sentences_of(train: Sequence[Card], vectors: dict[str, Floats]) -> tuple[Floats, Floats]:
    """Vectors and labels of all sentences."""
    x = np.stack([vectors[text] for card in train for text in card.sentences]).astype(np.float64)
    y = np.array([float(bool(trait)) for card in train for trait in card.traits])
    return VECTOR_SCALE * x, y


def fit(x: Floats, y: Floats, penalty: float) -> tuple[Floats, float]:
    """Weights and bias by gradient descent, both classes with one weight."""
    weight, bias = np.zeros(x.shape[1]), 0.0
    share = np.where(y > 0, 0.5 / (y > 0).sum(), 0.5 / (y == 0).sum())
    for _ in range(STEPS):
        wrong = (1 / (1 + np.exp(-(x @ weight + bias))) - y) * share
        weight -= x.T @ wrong + penalty * weight
        bias -= float(wrong.sum())
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


def real_cards(data: Path | None) -> dict[str, list[list[str]]]:
    """Sentences of cards that are no templates: shipped characters, and those of data sets."""
    people = [load_persona(name) for name in characters.names()]
    found = {"shipped characters": [_told(one) for one in people]}
    if data is None:
        return found
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
