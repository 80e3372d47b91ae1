"""Build the ranker's ONNX file from trained weights, without torch.

    python training/ranking/build.py BARE.safetensors TUNED.safetensors OUT

The graph is the NLI model's (`training/nli/build.py`) with two ends: the layers that both weights
have in common stand once, then `bare` and `tuned` go on by themselves; a run that asks for one of
them does not compute the other. The word vectors stay in the embedder's file, beside which OUT has
to lie.
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

from personae.encoders.ranking import MAX_TOKENS, OUTPUTS

Floats = NDArray[np.float32]
Weights = dict[str, Floats]
NLI = Path(__file__).parents[1] / "nli" / "build.py"
NAME = "personae-ranking-minilm-int8"


def nli_recipe() -> Any:
    """The NLI model's recipe as a module: both are called build.py."""
    spec = importlib.util.spec_from_file_location("nli_build", NLI)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def common_layers(bare: Weights, tuned: Weights, layers: int) -> int:
    """How many layers from below are the same in both. Raises SystemExit if the words are not."""
    for key in bare:
        if key.startswith("bert.embeddings.") and not np.array_equal(bare[key], tuned[key]):
            raise SystemExit(f"{key} is not the same in both weights: train with --start.")
    for index in range(layers):
        of_layer = [key for key in bare if key.startswith(f"bert.encoder.layer.{index}.")]
        if not all(np.array_equal(bare[key], tuned[key]) for key in of_layer):
            return index
    return layers


def build(bare: Weights, tuned: Weights, words: Path | None) -> bytes:
    """The whole model as the bytes of an ONNX file; `words`: the file that has the word vectors."""
    nli = nli_recipe()
    encoder = nli.encoder_recipe()
    graph = encoder.Graph()
    common = common_layers(bare, tuned, encoder.LAYERS)
    own = {k.removeprefix("bert."): v for k, v in bare.items()}
    x = nli.embeddings(encoder, graph, own, "int8")
    for index in range(common):
        x = encoder.layer(graph, x, own, index, "int8")
    for name, weights in zip(OUTPUTS, (bare, tuned), strict=True):
        branch(graph, encoder, nli, x, weights, common, name)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes, "ranking",
            [helper.make_tensor_value_info(n, TensorProto.INT64, ["rows", "tokens"])
             for n in ("input_ids", "token_type_ids")],
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["rows", 1]) for n in OUTPUTS],
            list(graph.constants.values()),
        ),
        opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)],
        ir_version=9,
        producer_name="personae training/ranking",
    )  # fmt: skip
    if words is not None:
        nli.leave_words(model, words)
    return bytes(model.SerializeToString(deterministic=True))


def branch(
    graph: Any, encoder: Any, nli: Any, x: str, trained: Weights, common: int, name: str
) -> None:
    """The layers from `common` on and the head, under names of their own."""
    shift = encoder.LAYERS * OUTPUTS.index(name)
    weights = {}
    for key, value in trained.items():
        parts = key.removeprefix("bert.").split(".")
        if parts[:2] == ["encoder", "layer"]:
            parts[2] = str(int(parts[2]) + shift)
        weights[".".join(parts)] = value
    for index in range(common, encoder.LAYERS):
        x = encoder.layer(graph, x, weights, index + shift, "int8")
    score = nli.head(graph, x, trained["head.weight"], trained["head.bias"], f"{name}.head")
    graph.nodes.append(helper.make_node("Identity", [score], [name]))


def write_manifest(out: Path, nli: Any, tokenizer: Path, weights: dict[str, Weights]) -> None:
    """`manifest.json` over the files that lie in `out`."""
    place, words = nli.place_of_words(out)
    described = {
        "name": NAME,
        "tokenizer": nli.SHARED_TOKENIZER,
        "words": place,
        "mix": {
            name: [round(float(one), 4) for one in trained["mix.weight"][0]]
            for name, trained in weights.items()
        },
        "sha256": {
            "model.onnx": hashlib.sha256((out / "model.onnx").read_bytes()).hexdigest(),
            "tokenizer.json": hashlib.sha256(tokenizer.read_bytes()).hexdigest(),
            "words": words,
        },
    }
    (out / "manifest.json").write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Write model.onnx and manifest.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bare", type=Path)
    parser.add_argument("tuned", type=Path)
    parser.add_argument("out", type=Path, help="a folder beside the embedder's")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    nli = nli_recipe()
    assert nli.MAX_TOKENS >= MAX_TOKENS
    words = options.out / nli.SHARED_MODEL
    weights = dict(zip(OUTPUTS, map(load_file, (options.bare, options.tuned)), strict=True))
    model = build(*weights.values(), words)
    (options.out / "model.onnx").write_bytes(model)
    write_manifest(options.out, nli, options.out / nli.SHARED_TOKENIZER, weights)
    print(f"{options.out}: {len(model) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
