"""Write training pairs: JSON lines with premise, hypothesis, label, source.

python training/nli/generate_pairs.py ../shared/data pairs.jsonl --number 200000 --half all
"""

from __future__ import annotations

import argparse
import json
import random
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from pairs import corpora
from pairs.make import Maker, Pair, stream


def half_of(pair: Pair) -> str:
    """`a` or `b`: the halves share no statement."""
    return "ab"[zlib.crc32(pair.hypothesis.lower().encode()) & 1]


def wanted(made: Iterable[Pair], half: str) -> Iterator[Pair]:
    """The pairs of one half, or all."""
    return (pair for pair in made if half == "all" or half_of(pair) == half)


def generate(data: Path, number: int, seed: int, half: str) -> list[Pair]:
    """`number` made pairs and those of cad-nli, shuffled."""
    made = wanted(stream(Maker(corpora.read(data)), seed), half)
    kept = [pair for pair, _ in zip(made, range(number), strict=False)]
    human = (
        Pair(premise, hypothesis, label, "cad")  # type: ignore[arg-type]
        for premise, hypothesis, label in corpora.cad(data / "cad-nli", "train")
    )
    kept += wanted(human, half)
    random.Random(seed).shuffle(kept)
    return kept


def main() -> None:
    """Write the file and print how many pairs each source gave."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--number", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=["all", "a", "b"], default="all")
    options = parser.parse_args()
    kept = generate(options.data, options.number, options.seed, options.half)
    with options.out.open("w", encoding="utf-8") as stream_out:
        for pair in kept:
            stream_out.write(json.dumps(pair.__dict__, ensure_ascii=False) + "\n")
    print(json.dumps(Counter(pair.label for pair in kept)))
    print(json.dumps(Counter(pair.source.split(" ")[0] for pair in kept)))


if __name__ == "__main__":
    main()
