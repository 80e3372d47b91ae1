"""Build the NLI model's ONNX file from trained weights, without torch.

    python training/nli/build.py WEIGHTS.safetensors OUT [--precision int8|float32|int8-tensor]

The graph is the embedder's (`training/minilm_int8/build.py`: one scale per row, no padding, the
same integers on every machine) with token types, and a linear head in float32 on the first token's
state beside the mean of all. It takes `input_ids` and `token_type_ids` (pairs, tokens) and gives
`probabilities` (pairs, 3).
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
from numpy.typing import NDArray
from onnx import TensorProto, helper
from safetensors.numpy import load_file

Floats = NDArray[np.float32]
ENCODER = Path(__file__).parents[1] / "minilm_int8" / "build.py"
SHARED_TOKENIZER = "../minilm_int8/tokenizer.json"
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


def head(graph: Any, x: str, weight: Floats, bias: Floats) -> str:
    """Softmax of a linear layer on the first state and the mean.

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
    products = graph.op("Mul", row, graph.constant("head.weight", wide))
    sums = graph.op("Flatten", graph.op("GlobalAveragePool", products), axis=1)
    return str(graph.op("Add", sums, graph.constant("head.bias", bias)))


def build(trained: dict[str, Floats], precision: str) -> bytes:
    """The whole model as the bytes of an ONNX file."""
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
    return bytes(model.SerializeToString(deterministic=True))


def write_manifest(out: Path, tokenizer: Path, precision: str) -> None:
    """`manifest.json` over the files that lie in `out`; also after a calibration."""
    hashes = {
        "model.onnx": hashlib.sha256((out / "model.onnx").read_bytes()).hexdigest(),
        "tokenizer.json": hashlib.sha256(tokenizer.read_bytes()).hexdigest(),
        "calibration.json": hashlib.sha256((out / "calibration.json").read_bytes()).hexdigest(),
    }
    described = {
        "name": f"personae-nli-minilm-{precision}",
        "labels": list(LABELS),
        "max_tokens": MAX_TOKENS,
        "tokenizer": SHARED_TOKENIZER if not (out / "tokenizer.json").exists() else tokenizer.name,
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
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    shipped = Path(__file__).parents[2] / "src/personae/encoders/weights/minilm_int8/tokenizer.json"
    tokenizer = options.tokenizer or shipped
    if (options.out / SHARED_TOKENIZER).resolve() != shipped.resolve():
        (options.out / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    model = build(load_file(str(options.weights)), options.precision)
    (options.out / "model.onnx").write_bytes(model)
    (options.out / "calibration.json").write_text('{"thresholds": {"0.05": 0.5}}\n', "utf-8")
    write_manifest(options.out, tokenizer, options.precision)
    print(f"{options.out}: {len(model) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
