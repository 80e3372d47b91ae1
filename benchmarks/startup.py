"""How light personae is: import, `personae list`, and the memory of one reply.

    python benchmarks/startup.py [--json FILE]

Each command runs in a process of its own, five times, and the median counts. Beside them stands a
bare interpreter, which nothing here can beat. Limits: `import personae` under 0.15 s, `personae
list` under 0.3 s, peak memory of `personae ask` on the embedded model under 600 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

ROUNDS = 5
PERSONAE = str(Path(sys.executable).with_name("personae"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    ask = [PERSONAE, "ask", "ana", "Do you have any pets?"]
    rows = {
        "bare python": run([sys.executable, "-c", "pass"]),
        "import personae": run([sys.executable, "-c", "import personae"]),
        "personae list": run([PERSONAE, "list"]),
        "personae ask (guard, the default)": run(ask),
        "personae ask (plain)": run([*ask, "--method", "plain"]),
        "personae ask (in-character)": run([*ask, "--method", "in-character"]),
    }
    for name, row in rows.items():
        print(f"{name:34} {row['seconds']:7.3f} s   peak {row['peak_mb']:6.0f} MB")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2), encoding="utf-8")


def run(command: list[str]) -> dict[str, float]:
    """Median seconds and the largest resident memory of a command."""
    once(command)
    measured = [once(command) for _ in range(ROUNDS)]
    return {
        "seconds": statistics.median(seconds for seconds, _ in measured),
        "peak_mb": max(peak for _, peak in measured),
    }


def once(command: list[str]) -> tuple[float, float]:
    started = time.perf_counter()
    pid = os.posix_spawn(
        command[0],
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed with status {status}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
