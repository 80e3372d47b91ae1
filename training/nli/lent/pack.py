"""Pack what a lent GPU needs to train both judges: pairs, evaluation sets, weights and scripts.

    python training/nli/lent/pack.py ../shared/data FOLDER --number 1200000 --seed 1

Eight minutes of one core for 1.2 million pairs. FOLDER is about 50 MB: vectors of words that no
pair has are zeros there, and the pairs are token ids. `go.sh` in it needs torch, transformers,
tokenizers and safetensors, and no network.
"""

from __future__ import annotations

import argparse
import io
import lzma
import random
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save
from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))
from calibrate import gold_replies
from encoder_training import packaged
from generate_pairs import half_of
from pairs import corpora
from pairs.make import Maker, Pair, stream
from train import KNOWN, encoder

import evaluate
from personae.encoders.contradiction import split_clauses

HERE = Path(__file__).parent
Arrays = dict[str, NDArray[Any]]
Row = tuple[str, str, int]
SCRIPTS = ("run.py", "choose.py", "collect.py", "unpack.py", "go.sh", "runs.txt")
BLOCK, GOLD = 20_000, 1_800
POSITIONS = 128  # those that the built model keeps


def kind_of(pair: Pair) -> int:
    """0: by rules and rewrites, 1: cad, 2: facets, 3: consistent. `run.py --kinds` takes some."""
    if pair.source in ("cad", "consistent"):
        return 1 if pair.source == "cad" else 3
    facets = ("job", "together", "school", "numbers")
    name, _, how = pair.source.partition(" ")
    return 2 if name in facets and how in ("alike", "apart") else 0


def arrays(tokenizer: Tokenizer, rows: Sequence[Row]) -> Arrays:
    """Token ids end to end, and by pair their number, that of the first text, and the label."""
    made = tokenizer.encode_batch([(said, stated) for said, stated, _ in rows])
    return {
        "ids": np.concatenate([np.array(one.ids, np.uint16) for one in made]),
        "sizes": np.array([len(one.ids) for one in made], np.uint8),
        "firsts": np.array([one.type_ids.count(0) for one in made], np.uint8),
        "labels": np.array([label for *_, label in rows], np.uint8),
    }


def pool(data: Path, tokenizer: Tokenizer, number: int, seed: int) -> Arrays:
    """All pairs, with the half and the kind of each."""
    made = stream(Maker(corpora.read(data)), seed)
    human = [Pair(*row, "cad") for row in corpora.cad(data / "cad-nli", "train")]  # type: ignore[arg-type]
    parts = [_of_pairs(tokenizer, human)]
    for start in range(0, number, BLOCK):
        size = min(BLOCK, number - start)
        parts.append(
            _of_pairs(tokenizer, [pair for pair, _ in zip(made, range(size), strict=False)])
        )
        print(f"{start + size} pairs", flush=True)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _of_pairs(tokenizer: Tokenizer, some: Sequence[Pair]) -> Arrays:
    rows = [(one.premise, one.hypothesis, KNOWN.index(one.label)) for one in some]
    return {
        **arrays(tokenizer, rows),
        "halves": np.array([half_of(one) == "b" for one in some], np.uint8),
        "kinds": np.array([kind_of(one) for one in some], np.uint8),
    }


def sets(data: Path, tokenizer: Tokenizer) -> dict[str, Arrays]:
    """What runs are compared on: DNLI's training part, not its valid part, which is to report."""
    dnli = evaluate.dnli(data, "train")
    asked = [pair for dialogue in gold_replies(data)[::2] for pair in dialogue]
    random.Random(0).shuffle(asked)
    gold = [(said, stated, 1) for said, persona in asked[:GOLD] for stated in persona]
    return {
        "dnli": arrays(tokenizer, dnli),
        "cad": arrays(tokenizer, evaluate.cad(data, "dev")),
        "dnli_clauses": _by_clauses(tokenizer, dnli, range(len(dnli))),
        "gold_clauses": _by_clauses(
            tokenizer, gold, [at for at, (_, persona) in enumerate(asked[:GOLD]) for _ in persona]
        ),
    }


def _by_clauses(tokenizer: Tokenizer, rows: Sequence[Row], of: Iterable[int]) -> Arrays:
    """Each clause as a pair; `groups`: the reply that it is of."""
    split = [
        (clause, stated, label, group)
        for (said, stated, label), group in zip(rows, of, strict=True)
        for clause in split_clauses(said)
    ]
    return {
        **arrays(tokenizer, [one[:3] for one in split]),
        "groups": np.array([one[3] for one in split], np.uint16),
    }


def weights(source: Path, used: NDArray[np.bool_]) -> bytes:
    """The encoder in half precision, without vectors that no pair looks up."""
    kept = {name: value.copy() for name, value in load_file(source).items() if "pooler" not in name}
    kept["embeddings.word_embeddings.weight"][~used] = 0
    kept["embeddings.position_embeddings.weight"][POSITIONS:] = 0
    half = {
        name: value.astype(np.float16) if value.dtype == np.float32 else value
        for name, value in kept.items()
    }
    return save(half, metadata={"format": "pt"})


def _npz(found: Arrays) -> bytes:
    written = io.BytesIO()
    np.savez(written, **found)  # type: ignore[arg-type]
    return lzma.compress(written.getvalue(), preset=4)


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--number", type=int, default=1_200_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    source = packaged()
    tokenizer = encoder(source)
    found = {"pool": pool(options.data, tokenizer, options.number, options.seed)}
    found |= sets(options.data, tokenizer)
    (options.out / "model").mkdir(parents=True, exist_ok=True)
    used = np.zeros(tokenizer.get_vocab_size(), dtype=np.bool_)
    for name, one in found.items():
        used[one["ids"]] = True
        (options.out / f"{name}.npz.xz").write_bytes(_npz(one))
    packed = lzma.compress(weights(source / "model.safetensors", used))
    (options.out / "model" / "model.safetensors.xz").write_bytes(packed)
    shutil.copy(source / "config.json", options.out / "model")
    for name in SCRIPTS:
        shutil.copy(HERE / name, options.out)
    for file in (HERE.parent / "train.py", HERE.parents[1] / "encoder_training.py"):
        shutil.copy(file, options.out)
    size = sum(file.stat().st_size for file in options.out.rglob("*") if file.is_file())
    print(f"{options.out}: {len(found['pool']['sizes'])} pairs, {size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
