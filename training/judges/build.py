"""Write the tuned layers as int8 on onnxruntime, without torch.

    python training/judges/build.py WORK/tune/weights.safetensors FOLDER

The layers are the embedder's recipe (`training/minilm_int8/build.py`: one scale a row, no padding).
The graph takes `states` (texts, tokens, 384) of the shipped embedder's third layer, and gives
`tuned` of the same shape. Needs onnx and safetensors.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from onnx import TensorProto, helper
from safetensors.numpy import load_file

BELOW, LAYERS, WIDTH = 3, 3, 384
NAME = "personae-judges-minilm-int8"
ENCODER = Path(__file__).parents[1] / "minilm_int8" / "build.py"
SHIPPED = Path(__file__).parents[2] / "src/personae/encoders/weights/minilm_int8/model.onnx"


def encoder_recipe() -> Any:
    """The embedder's recipe as a module: both are called build.py."""
    spec = importlib.util.spec_from_file_location("minilm_int8_build", ENCODER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def build(weights: dict[str, Any]) -> bytes:
    """The tuned layers as the bytes of an ONNX file."""
    recipe = encoder_recipe()
    graph = recipe.Graph()
    named = {name.replace("layers.", "encoder.layer.", 1): value for name, value in weights.items()}
    x = "states"
    for index in range(LAYERS):
        x = recipe.layer(graph, x, named, index, "int8")
    graph.nodes.append(helper.make_node("Identity", [x], ["tuned"]))
    shape = ["texts", "tokens", WIDTH]
    takes = helper.make_tensor_value_info("states", TensorProto.FLOAT, shape)
    gives = helper.make_tensor_value_info("tuned", TensorProto.FLOAT, shape)
    model = helper.make_model(
        helper.make_graph(graph.nodes, "judges", [takes], [gives], list(graph.constants.values())),
        opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)],
        ir_version=9,
        producer_name="personae training/judges",
    )
    return bytes(model.SerializeToString(deterministic=True))


def main() -> None:
    """Write model.onnx and manifest.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    model = build(load_file(str(options.weights)))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "model.onnx").write_bytes(model)
    told = {
        "name": NAME,
        "below": BELOW,
        "embedder": hashlib.sha256(SHIPPED.read_bytes()).hexdigest(),
        "sha256": {"model.onnx": hashlib.sha256(model).hexdigest()},
    }
    (options.out / "manifest.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    print(f"{options.out}: {len(model) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
