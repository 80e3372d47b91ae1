"""The dialogues whose played persona is linked to the graph, as a file to evaluate methods on.

    python benchmarks/linked_dialogues.py OUT.jsonl [--data FILE] [--number 150]
    personae evaluate consistency --data OUT.jsonl --methods plain,in-character,peacok --out RUNS

Where no statement is linked, `peacok` is `plain`: only these dialogues can tell the two apart. Said
is how many of the first `--number` dialogues are linked.
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path

from personae.commonsense.files import people
from personae.commonsense.linking import linked
from personae.encoders.heads import shipped_embedder
from personae.encoders.nli import open_nli
from personae.evaluate.targets import played_speaker
from personae.formats.reading import find_data, read_dialogues, write_dialogues


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", default="xpersona/En_persona_test.json")
    parser.add_argument("--number", type=int, default=150)
    given = parser.parse_args()
    embedder, nli, graph = shipped_embedder(), open_nli(), people()
    every = list(islice(read_dialogues(find_data(given.data)), given.number))
    kept = [
        one
        for one in every
        if (name := played_speaker(one)) and name in one.personas
        and linked(one.personas[name].statements, graph, embedder, nli)
    ]  # fmt: skip
    write_dialogues(kept, given.out)
    print(f"{len(kept)} of {len(every)} dialogues have a persona that is linked")


if __name__ == "__main__":
    main()
