"""Average the best runs of each half, and put the best of each half into OUT, in parts.

    python collect.py RUNS OUT

Averages are of runs with one head (model soups: Wortsman et al. 2022) and rated as single runs are.
`join` in this file makes `weights.safetensors` for `build.py` of the parts:
python collect.py --join PARTS... --out weights.safetensors
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load, load_file, save_file

PART = 15_000_000  # bytes: what comes back from a lent machine is limited by the file
Results = dict[str, dict[str, Any]]


def ranked(found: Results, half: str) -> list[str]:
    """The runs of a half, best first."""
    names = [name for name in found if name.startswith(f"{half}-")]
    return sorted(names, key=lambda name: -found[name]["score"])


def average(states: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of each weight."""
    return {
        name: (sum(one[name].float() for one in states) / len(states)).half()  # type: ignore[union-attr]
        for name in states[0]
    }


def average_best(runs: Path, found: Results) -> None:
    """Rate averages of the two and three best runs of each half."""
    import run

    device = run.device_named("auto")
    sets, model = run.read_sets(device), run.fresh(device, 1)
    for half in "ab":
        best = ranked(found, half)
        for number in range(2, min(3, len(best)) + 1):
            name = f"{half}-average{number}"
            state = average([load_file(runs / one / "small.safetensors") for one in best[:number]])
            model.load_state_dict({k: v.float() for k, v in state.items()}, strict=False)
            found[name] = {"name": name, "of": best[:number], **run.rate(model, sets)}
            run.keep(runs / name, state, found[name])


def split(file: Path, out: Path, name: str) -> None:
    """The file in parts NAME.part0, NAME.part1, ..."""
    content = file.read_bytes()
    for number, start in enumerate(range(0, len(content), PART)):
        (out / f"{name}.part{number}").write_bytes(content[start : start + PART])


def join(parts: list[Path], words: torch.Tensor) -> dict[str, torch.Tensor]:
    """Whole weights in single precision."""
    state = load(b"".join(part.read_bytes() for part in sorted(parts)))
    return {
        **{n: v.float() if v.is_floating_point() else v for n, v in state.items()},
        "bert.embeddings.word_embeddings.weight": words,
    }


def collect(runs: Path, out: Path) -> None:
    """Parts of the best of each half, and `logs.txt`."""
    out.mkdir(parents=True, exist_ok=True)
    files = sorted(runs.glob("*/result.json"))
    found: Results = {file.parent.name: json.loads(file.read_text()) for file in files}
    average_best(runs, found)
    for half in "ab":
        for name in ranked(found, half)[:1]:
            split(runs / name / "small.safetensors", out, name)
    logs = [json.dumps(one) for one in sorted(found.values(), key=lambda one: -one["score"])]
    logs += [f"\n## {file.name}\n{file.read_text()}" for file in sorted(runs.glob("*.log"))]
    (out / "logs.txt").write_text("\n".join(logs) + "\n")


def main() -> None:
    """Collect there, or join here."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="*", metavar="RUNS OUT")
    parser.add_argument("--join", type=Path, nargs="+")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.join:
        import run

        source = run.train.packaged() / "model.safetensors"
        words = load_file(source)["embeddings.word_embeddings.weight"]
        save_file(join(options.join, words), options.out)
    else:
        collect(*options.folders)


if __name__ == "__main__":
    main()
