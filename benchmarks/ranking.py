"""Which reply is the right one of 20: rankers with and without the persona (S022).

    python benchmarks/ranking.py [--part valid|test] [--turns N] [--weights 2,4,8] [--json FILE]

`valid` is the 100 dialogues of XPersona's English valid part that nothing is trained on, for
choices; `test` its test part. The same turns and negatives for every arm; McNemar's test, one-sided
and exact, against the first arm of the same ranker, and against the bilinear head with P5.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from personae.catalog.check_methods import mcnemar
from personae.encoders.embedder import open_embedder
from personae.encoders.ranking import open_ranker
from personae.encoders.selection import open_selector
from personae.evaluate.selection import TEST, VALID, bilinear_arms, cross_arms, hits, read_choices
from personae.recipes.persona_dialogues import DEVELOPMENT
from personae.settings import load_settings


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=["valid", "test"], default="test")
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--weights", default="", help="of SoP's cosine, to choose one on valid")
    parser.add_argument("--only", default="", help="arms that this regular expression finds")
    parser.add_argument("--folder", type=Path, help="of another ranker")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    data = load_settings().datasets_dir
    is_test = options.part == "test"
    kept = slice(None) if is_test else slice(DEVELOPMENT)
    choices = read_choices(data / (TEST if is_test else VALID), options.turns, options.seed, kept)
    embedder = open_embedder(threads=options.threads)
    ranker = open_ranker(embedder, options.folder, threads=options.threads)
    arms = {**bilinear_arms(open_selector(embedder)), **cross_arms(ranker)}
    for weight in filter(None, options.weights.split(",")):
        arms[f"cross-encoder, SoP {weight}"] = cross_arms(ranker, float(weight))[
            "cross-encoder, SoP"
        ]
    found: dict[str, list[bool]] = {}
    rows = []
    print(f"{len(choices)} turns of {options.part}")
    print("| arm | p@1 | p against the ranker alone | p against bilinear, P5 |")
    print("| --- | --- | --- | --- |")
    for name, arm in arms.items():
        if not re.search(options.only, name):
            continue
        found[name] = hits(arm(choices))
        bases = [base for base in (name.partition(",")[0], "bilinear, P5") if base in found]
        against = [mcnemar(found[name], found[base]) for base in bases]
        rows.append({"arm": name, "p@1": sum(found[name]) / len(choices), "p": against})
        shown = " | ".join(f"{p:.2g}" for p in against)
        print(f"| {name} | {rows[-1]['p@1']:.3f} | {shown} |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
