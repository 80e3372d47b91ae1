"""Does an adapter heed the score that it is asked for (Score Before You Speak, S001)?

    python benchmarks/score_heeded.py [ADAPTER.gguf ...] [--rows 200] [--json FILE]

How many nats replies gain when 1.0 is asked for instead of 0.5: human replies, which should gain,
and their corrupted copies, which should lose. Rows are the development replies that ship beside the
adapter, the first whose copies are scored 0.72 or less. The shipped adapter stands beside plain
tuning, which never saw a score, and beside the given ones, named like their folders.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
from pathlib import Path

from personae.catalog.checks import s001_score_before_speaking as s001
from personae.lm.embedded import open_embedded


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("adapters", type=Path, nargs="*")
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = s001.low_rows(s001.read_rows(s001.ROWS_FILE), options.rows)
    lm = open_embedded(adapters=options.adapters)
    table = {}
    for name in lm.adapters:
        high, low = (
            s001.likelihoods(lm, rows, score=score, weight=1.0, adapter=name)
            for score in (s001.HIGH, s001.LOW)
        )
        table[name] = {
            kind: gain_of([one[at] - other[at] for one, other in zip(high, low, strict=True)])
            for at, kind in enumerate(s001.KINDS)
        }
        told = (f"{kind} {mean:+.3f} ± {error:.3f}" for kind, (mean, error) in table[name].items())
        print(f"{name:46} {len(rows)} rows  {'  '.join(told)}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(table, indent=1) + "\n", "utf-8")


def gain_of(gains: list[float]) -> tuple[float, float]:
    """The mean in nats and its standard error."""
    return statistics.mean(gains), statistics.stdev(gains) / math.sqrt(len(gains))


if __name__ == "__main__":
    main()
