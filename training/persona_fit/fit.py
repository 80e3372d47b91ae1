"""Fit how well a reply fits a persona, from the dialogues of Synthetic-Persona-Chat.

    python training/persona_fit/fit.py FOLDER [--out weights.json]

FOLDER is `synthetic-persona-chat` of the shared data; its validation part is read. For each turn
drawn there are three replies to what was heard: the speaker's own, where it is like one of their
statements (grade 5); what somebody else once said to something similar that is like no statement
(3); and what somebody else said that one of the statements contradicts, or that is like a statement
of theirs alone (1). A ridge regression on the features learns the grades. Prints the share of
triples in the right order on speakers that were left out, and by each feature alone.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from personae.encoders.contradiction import judge_replies
from personae.encoders.embedder import open_embedder
from personae.encoders.nli import open_nli
from personae.encoders.persona_fit import FEATURES, HIGHEST, LOWEST, MIDDLE, SHIPPED, fit_features
from personae.formats.reading import read_dialogues

Floats = NDArray[np.float64]
GRADES = (HIGHEST, MIDDLE, LOWEST)
FOLDS, RIDGE = 5, 1.0
OWN_LIKENESS, STRANGE_LIKENESS = 0.45, 0.25
NEAREST, CLASH = 40, 0.6


@dataclass(frozen=True, slots=True)
class Said:
    """A turn that answers another, and what its speaker says of themselves."""

    speaker: str
    heard: str
    reply: str
    statements: tuple[str, ...]


def turns_of(folder: Path) -> Iterator[Said]:
    """Every turn of at least five words that answers something, of speakers with a persona."""
    for dialogue in read_dialogues(folder / "Synthetic-Persona-Chat_valid.csv"):
        for before, turn in zip(dialogue.turns, dialogue.turns[1:], strict=False):
            persona = dialogue.personas.get(turn.speaker)
            if persona and persona.statements and len(turn.text.split()) >= 5:
                who = f"{dialogue.id}:{turn.speaker}"
                yield Said(who, before.text, turn.text, persona.statements)


def triples(turns: Sequence[Said], count: int, seed: int) -> list[tuple[Said, str, str]]:
    """Turns with an own reply, and for each anybody's reply and another's."""
    embedder, nli, rng = open_embedder(), open_nli(), random.Random(seed)
    heard = embedder.embed([one.heard for one in turns])
    spoken = embedder.embed([one.reply for one in turns])
    found: list[tuple[Said, str, str]] = []
    for at in rng.sample(range(len(turns)), len(turns)):
        one = turns[at]
        told = embedder.embed(list(one.statements))
        if float((told @ spoken[at]).max()) < OWN_LIKENESS:
            continue
        near = np.argsort(-(heard @ heard[at]))[: NEAREST * 2]
        others = [int(i) for i in near if turns[i].speaker != one.speaker][:NEAREST]
        likeness = {i: float((told @ spoken[i]).max()) for i in others}
        own = {
            i: float((embedder.embed(list(turns[i].statements)) @ spoken[i]).max()) for i in others
        }
        strange = [i for i in others if max(likeness[i], own[i]) < STRANGE_LIKENESS]
        judged = judge_replies(nli, [(turns[i].reply, one.statements) for i in others])
        clashing = [
            i for i, judgement in zip(others, judged, strict=True)
            if judgement.contradiction > CLASH
            or (own[i] > OWN_LIKENESS and likeness[i] < STRANGE_LIKENESS)
        ]  # fmt: skip
        if strange and clashing:
            found.append((one, turns[strange[0]].reply, turns[rng.choice(clashing)].reply))
        if len(found) == count:
            break
    return found


def table_of(found: Sequence[tuple[Said, str, str]]) -> Floats:
    """Features by triple, grade and feature."""
    asked = [
        (reply, one.statements)
        for one, anybody, other in found
        for reply in (one.reply, anybody, other)
    ]
    rows = fit_features(asked, nli=open_nli(), embedder=open_embedder())
    values = [[row[name] for name in FEATURES] for row in rows if row is not None]
    return np.array(values).reshape(len(found), len(GRADES), len(FEATURES))


def fitted(table: Floats) -> tuple[Floats, Floats, Floats, float]:
    """Weights of the scaled features, their means and scales, and the middle grade."""
    x = table.reshape(-1, table.shape[-1])
    y = np.tile(np.array(GRADES), len(table))
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = (x - mean) / scale
    weights = np.linalg.solve(z.T @ z + RIDGE * np.eye(z.shape[1]), z.T @ (y - y.mean()))
    return weights, mean, scale, float(y.mean())


def in_order(scores: Floats) -> float:
    """The share of triples whose three scores fall from own to another's."""
    return float(((scores[:, 0] > scores[:, 1]) & (scores[:, 1] > scores[:, 2])).mean())


def main() -> None:
    """Draw triples, fit, print what is left out, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--triples", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    found = triples(list(turns_of(given.folder)), given.triples, given.seed)
    table = table_of(found)
    speakers = [one.speaker for one, _, _ in found]
    folds = np.array([random.Random(name).randrange(FOLDS) for name in speakers])
    scores = np.zeros(table.shape[:2])
    for fold in range(FOLDS):
        weights, mean, scale, _ = fitted(table[folds != fold])
        scores[folds == fold] = (table[folds == fold] - mean) / scale @ weights
    print(f"{len(found)} triples; in order, left out: {in_order(scores):.3f} (chance .167)")
    for at, name in enumerate(FEATURES):
        best = max(in_order(table[:, :, at]), in_order(-table[:, :, at]))
        print(f"  {name} alone: {best:.3f}")
    weights, mean, scale, middle = fitted(table)
    terms = {
        name: {
            "weight": round(float(w), 4),
            "mean": round(float(m), 4),
            "scale": round(float(s), 4),
        }
        for name, w, m, s in zip(FEATURES, weights, mean, scale, strict=True)
    }
    given.out.write_text(json.dumps({"middle": middle, "terms": terms}, indent=2) + "\n")
    print(json.dumps(terms))


if __name__ == "__main__":
    main()
