"""Print the runs of the second phase: the best setting of the first, twice on each half.

python choose.py RUNS
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

KEPT = ("kinds", "rate", "limit", "epochs", "batch")


def second(results: list[dict[str, object]]) -> list[str]:
    """Lines for `go.sh`; with no result the settings that `run.py` has by itself."""
    text = ""
    if results:
        best = max(results, key=lambda one: float(str(one["score"])))
        options = best["options"]
        assert isinstance(options, dict)
        text = "".join(f" --{name} {options[name]}" for name in KEPT)
    halves = (("a", 1, 21), ("b", 2, 31), ("a", 1, 22), ("b", 2, 32))
    return [f"{h}-{order} --half {h} --seed {s} --order {order}{text}" for h, s, order in halves]


def main() -> None:
    """Print the lines."""
    files = sorted(Path(sys.argv[1]).glob("a-*/result.json"))
    print("\n".join(second([json.loads(file.read_text()) for file in files])))


if __name__ == "__main__":
    main()
