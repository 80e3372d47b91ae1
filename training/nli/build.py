"""Build the NLI model's ONNX file from trained weights, without torch.

    python training/nli/build.py WEIGHTS.safetensors OUT [--precision int8|float32|int8-tensor]
        [--share-words]

The graph is the embedder's (`training/minilm_int8/build.py`: one scale per row, no padding, the
same integers on every machine) with token types, and a linear head in float32 on the first token's
state beside the mean of all. It takes `input_ids` and `token_type_ids` (pairs, tokens) and gives
`probabilities` (pairs, 3). With --share-words the word vectors, which training keeps frozen, stay
in the embedder's file: half the size.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper
from safetensors.numpy import load_file

Floats = NDArray[np.float32]
ENCODER = Path(__file__).parents[1] / "minilm_int8" / "build.py"
SHARED_TOKENIZER = "../minilm_int8/tokenizer.json"
SHARED_MODEL = "../minilm_int8/model.onnx"
MAX_TOKENS = 128
LABELS = ("entailment", "neutral", "contradiction")


def encoder_recipe() -> Any:
    """The embedder's recipe as a module: both are called build.py."""
    spec = importlib.util.spec_from_file_location("minilm_int8_build", ENCODER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def embeddings(recipe: Any, graph: Any, weights: dict[str, Floats], precision: str) -> str:
    """The embedder's, with a vector per token type instead of the first type everywhere."""
    words = weights["embeddings.word_embeddings.weight"]
    if precision == "float32":
        x = graph.op("Gather", graph.constant("words", words), "input_ids")
    else:
        scale = np.maximum(np.abs(words).max(axis=1, keepdims=True) / np.float32(127), 1e-9)
        whole = graph.constant("words", np.rint(words / scale), np.int8)
        x = graph.op("Cast", graph.op("Gather", whole, "input_ids"), to=TensorProto.FLOAT)
        scales = graph.op("Gather", graph.constant("words.scale", scale), "input_ids")
        x = graph.op("Mul", x, scales)
    types = graph.constant("types", weights["embeddings.token_type_embeddings.weight"])
    x = graph.op("Add", x, graph.op("Gather", types, "token_type_ids"))
    positions = weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
    first = graph.constant("first", [0], np.int64)
    tokens = graph.op("Shape", "input_ids", start=1, end=2)
    places = graph.op("Slice", graph.constant("positions", positions), first, tokens, first)
    x = graph.op("Add", x, places)
    return str(recipe.normalise(graph, x, weights, "embeddings.LayerNorm"))


def head(graph: Any, x: str, weight: Floats, bias: Floats, name: str = "head") -> str:
    """A linear layer on the first state and the mean.

    The sum over 768 numbers is a pooling, because a pooling adds up each row by itself: bit for bit
    the same in any batch, which a matrix product is not.
    """
    turned = graph.op("Transpose", x, perm=[0, 2, 1])
    mean = graph.op("Flatten", graph.op("GlobalAveragePool", turned), axis=1)
    first = graph.op("Gather", x, graph.constant("at", [0], np.int64), axis=1)
    first = graph.op("Flatten", first, axis=1)
    both = graph.op("Concat", first, mean, axis=1)
    row = graph.op("Unsqueeze", both, graph.constant("one_axis", [1], np.int64))
    wide = weight[None] * np.float32(weight.shape[1])  # the pooling divides by it
    products = graph.op("Mul", row, graph.constant(f"{name}.weight", wide))
    sums = graph.op("Flatten", graph.op("GlobalAveragePool", products), axis=1)
    return str(graph.op("Add", sums, graph.constant(f"{name}.bias", bias)))


def build(trained: dict[str, Floats], precision: str, words: Path | None = None) -> bytes:
    """The whole model as the bytes of an ONNX file; `words`: the file that has the word vectors."""
    recipe = encoder_recipe()
    weights = {k.removeprefix("bert."): v for k, v in trained.items() if k.startswith("bert.")}
    graph = recipe.Graph()
    x = embeddings(recipe, graph, weights, precision)
    for index in range(recipe.LAYERS):
        x = recipe.layer(graph, x, weights, index, precision)
    logits = head(graph, x, trained["head.weight"], trained["head.bias"])
    graph.nodes.append(helper.make_node("Softmax", [logits], ["probabilities"], axis=-1))
    takes = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["pairs", "tokens"])
        for name in ("input_ids", "token_type_ids")
    ]
    gives = helper.make_tensor_value_info(
        "probabilities", TensorProto.FLOAT, ["pairs", len(LABELS)]
    )
    model = helper.make_model(
        helper.make_graph(graph.nodes, "nli", takes, [gives], list(graph.constants.values())),
        opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)],
        ir_version=9,
        producer_name="personae training/nli",
    )
    if words is not None:
        leave_words(model, words)
    return bytes(model.SerializeToString(deterministic=True))


def leave_words(model: Any, file: Path) -> None:
    """Take the word vectors out of the graph. Raises SystemExit where `file` has others."""
    table = next(tensor for tensor in model.graph.initializer if tensor.name == "words")
    if table.raw_data not in file.read_bytes():
        raise SystemExit(f"{file} does not hold these word vectors.")
    table.ClearField("raw_data")
    table.data_location = TensorProto.EXTERNAL
    entry = table.external_data.add()
    entry.key, entry.value = "location", "words"


def place_of_words(out: Path) -> tuple[dict[str, Any], str] | None:
    """Where the embedder's file has the vectors that the model in `out` left there, and sha256."""
    mine = {one.name: one for one in load_model(out / "model.onnx").graph.initializer}["words"]
    if mine.data_location != TensorProto.EXTERNAL:
        return None
    content = (out / SHARED_MODEL).read_bytes()
    theirs = load_model(out / SHARED_MODEL).graph.initializer
    table = next(one for one in theirs if list(one.dims) == list(mine.dims))
    rows, columns = table.dims
    place = {"file": SHARED_MODEL, "offset": content.index(table.raw_data)}
    return {**place, "rows": rows, "columns": columns}, hashlib.sha256(table.raw_data).hexdigest()


def load_model(file: Path) -> Any:
    """An ONNX file without the data that lie outside of it."""
    return onnx.load(str(file), load_external_data=False)


def write_manifest(out: Path, tokenizer: Path, name: str) -> None:
    """`manifest.json` over the files that lie in `out`; also after a calibration."""
    hashes = {
        "model.onnx": hashlib.sha256((out / "model.onnx").read_bytes()).hexdigest(),
        "tokenizer.json": hashlib.sha256(tokenizer.read_bytes()).hexdigest(),
        "calibration.json": hashlib.sha256((out / "calibration.json").read_bytes()).hexdigest(),
    }
    shared = place_of_words(out)
    if shared is not None:
        hashes["words"] = shared[1]
    described = {
        "name": name,
        "labels": list(LABELS),
        "max_tokens": MAX_TOKENS,
        "tokenizer": SHARED_TOKENIZER if not (out / "tokenizer.json").exists() else tokenizer.name,
        **({"words": shared[0]} if shared is not None else {}),
        "sha256": hashes,
    }
    text = json.dumps(described, indent=2) + "\n"
    (out / "manifest.json").write_text(text, encoding="utf-8")


def main() -> None:
    """Write model.onnx, a first calibration.json (replaced by calibrate.py) and manifest.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--precision", default="int8", choices=["int8", "float32", "int8-tensor"])
    parser.add_argument("--tokenizer", type=Path, help="the embedder's, unless beside the model")
    parser.add_argument("--name", default="", help="default: personae-nli-minilm-PRECISION")
    parser.add_argument("--share-words", action="store_true", help="with the embedder beside OUT")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    shipped = Path(__file__).parents[2] / "src/personae/encoders/weights/minilm_int8/tokenizer.json"
    tokenizer = options.tokenizer or shipped
    if (options.out / SHARED_TOKENIZER).resolve() != shipped.resolve():
        (options.out / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    words = options.out / SHARED_MODEL if options.share_words else None
    model = build(load_file(str(options.weights)), options.precision, words)
    (options.out / "model.onnx").write_bytes(model)
    (options.out / "calibration.json").write_text('{"thresholds": {"0.05": 0.5}}\n', "utf-8")
    name = options.name or f"personae-nli-minilm-{options.precision}"
    write_manifest(options.out, tokenizer, name)
    print(f"{options.out}: {len(model) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
