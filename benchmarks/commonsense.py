"""Does the discriminator choose better facts than the language model's first?

    python benchmarks/commonsense.py --work FOLDER [--heads 29] [--samples 6] [--sheet FILE]

For each head that the discriminator was not trained on, and each relation, the embedded model
writes tails after the example of the training heads. Compared are its first one (greedy), one drawn
at random, the one that the discriminator puts first, and the one that `personae kg build` would
keep (two votes of three, the first judge's among them, then the discriminator), by how often both
judges call it a contradiction of its head, and by how many repeat an example. p: by paired tests,
one-sided, over the first one by the second judge. What was written is kept in FOLDER: the same
command goes on where it was interrupted. `--sheet` writes pairs (first, reranked) that differ, in
an order drawn by the seed, for reading them blindly; the key stands beside it.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from personae.catalog.check_methods import mcnemar, paired_p
from personae.commonsense.building import Judges, voted
from personae.commonsense.facts import RELATIONS, Graph, sentence
from personae.commonsense.files import people
from personae.commonsense.worth import open_fact_worth, stated
from personae.commonsense.writing import distinct, written
from personae.encoders.heads import shipped_embedder
from personae.encoders.nli import JUDGES, open_nli
from personae.lm.names import open_model
from personae.recipes.fact_worth import split
from personae.recipes.kept_rows import kept_rows

SEED = 0
PAIRS = 40


def rows_of(work: Path, heads: int, samples: int) -> list[dict[str, Any]]:
    """A row a head and relation: what the model wrote, in order."""
    trained, held = split(people())
    embedder, lm = shipped_embedder(), open_model("embedded", slots=1)

    def make(head: str) -> Iterator[dict[str, Any]]:
        for relation in RELATIONS:
            tails = written(
                lm, head, relation, trained, embedder, count=samples, seed=SEED
            )  # fmt: skip
            yield {"head": head, "relation": relation, "tails": tails}
        print(head, flush=True)

    try:
        return kept_rows(work / f"tails-{samples}.jsonl", held.heads[:heads], make)
    finally:
        lm.close()


def arms(rows: list[dict[str, Any]]) -> dict[str, list[tuple[str, str, str]]]:
    """Triples by arm, for the rows of which something was written."""
    worth, rng = open_fact_worth(), random.Random(SEED)
    judges = Judges(open_model("scripted"), shipped_embedder(), open_nli(), worth, people())
    names = ("first", "random", "reranked", "voted")
    found: dict[str, list[tuple[str, str, str]]] = {name: [] for name in names}
    for row in rows:
        head, relation, tails = row["head"], row["relation"], distinct(row["tails"])
        if not tails:
            continue
        fits = worth.fits([(head, relation, tail) for tail in tails])
        # What `personae kg build` keeps first; of what nobody is for, the best fitting.
        votes = voted(head, relation, row["tails"], judges)
        kept = next((one for one in votes if one.is_kept), votes[0]).fact.tail
        chosen = (tails[0], rng.choice(tails), tails[fits.argmax()], kept)
        for name, tail in zip(names, chosen, strict=True):
            found[name].append((head, relation, tail))
    return found


def figures(triples: list[tuple[str, str, str]], graph: Graph) -> dict[str, float]:
    """How often an arm contradicts its head by each judge, and repeats a fact of the examples."""
    pairs = [(sentence(relation, tail), stated(head)) for head, relation, tail in triples]
    tails = {fact.tail for fact in graph.facts}
    judged = {name: open_nli(name=name).classify(pairs) for name in JUDGES}
    shares = {
        f"contradicts, {name} judge": float((rows.argmax(axis=1) == 2).mean())
        for name, rows in judged.items()
    } | {f"P, {name} judge": float(rows[:, 2].mean()) for name, rows in judged.items()}
    copied = sum(tail in tails for _, _, tail in triples) / len(triples)
    return {"facts": len(triples), **shares, "copied from an example": copied}


def clashing(triples: list[tuple[str, str, str]]) -> Any:
    """The second judge's probabilities of facts with their heads."""
    pairs = [(sentence(relation, tail), stated(head)) for head, relation, tail in triples]
    return open_nli(name="second").classify(pairs)


def tested(rows: Any, base: Any) -> str:
    """McNemar's test of "no contradiction", and the paired test of its probability."""
    kept, before = ((one.argmax(axis=1) != 2).tolist() for one in (rows, base))
    gains = (base[:, 2] - rows[:, 2]).tolist()
    return f"McNemar p = {mcnemar(kept, before):.3f}, of P p = {paired_p(gains):.3f}"


def write_sheet(found: dict[str, list[tuple[str, str, str]]], sheet: Path) -> None:
    """Pairs of first and reranked in drawn order, and the key."""
    rng = random.Random(SEED)
    pairs = [
        pair for pair in zip(found["first"], found["reranked"], strict=True) if pair[0] != pair[1]
    ]
    lines, key = [], []
    for first, second in rng.sample(pairs, min(PAIRS, len(pairs))):
        swapped = rng.random() < 0.5
        shown = [second, first] if swapped else [first, second]
        texts = [sentence(relation, tail) for _, relation, tail in shown]
        lines.append(f"{len(lines) + 1}\t{first[0]}\tA: {texts[0]}\tB: {texts[1]}\n")
        key.append("A" if swapped else "B")
    sheet.write_text("".join(lines), "utf-8")
    sheet.with_suffix(".key").write_text("".join(key) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--heads", type=int, default=29)
    parser.add_argument("--samples", type=int, default=6)
    parser.add_argument("--sheet", type=Path)
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    found = arms(rows_of(given.work, given.heads, given.samples))
    second = {name: clashing(triples) for name, triples in found.items()}
    for name, triples in found.items():
        print(f"{name} over first: {tested(second[name], second['first'])}")
        print(name, json.dumps({k: round(v, 4) for k, v in figures(triples, people()).items()}))
    if given.sheet:
        write_sheet(found, given.sheet)


if __name__ == "__main__":
    main()
