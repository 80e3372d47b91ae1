"""An adapter as files: peft's folder, and a GGUF that llama.cpp adds to its base."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from personae.errors import FormatError
from personae.lm.adapters import BASE_KEY
from personae.lm.weights import WEIGHTS_SHA256

# transformers' names and llama.cpp's, of a Llama's matrices.
_NAMES = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}  # fmt: skip


def save_peft(model: Any, folder: Path) -> None:
    """Write peft's `adapter_config.json` and `adapter_model.safetensors`."""
    model.save_pretrained(str(folder))


def save_gguf(peft_folder: Path, target: Path, config: Any, facts: Mapping[str, str]) -> None:
    """Write the adapter of a peft folder as GGUF in float16; replaced in one step.

    `config` is the base's transformers configuration (its heads). `facts` become `personae.*` keys
    beside the base's sha256, which the engine checks before it loads the adapter.
    """
    from gguf import GGUFWriter
    from safetensors.numpy import load_file

    tensors = load_file(str(peft_folder / "adapter_model.safetensors"))
    settings = json.loads((peft_folder / "adapter_config.json").read_text("utf-8"))
    fresh = target.with_name(f".{target.name}.new")
    writer = GGUFWriter(fresh, "llama")
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(settings["lora_alpha"]))
    writer.add_string(BASE_KEY, WEIGHTS_SHA256)
    for key, value in facts.items():
        writer.add_string(f"personae.{key}", value)
    for name, values in sorted(tensors.items()):
        ours, values = _renamed(name, values, config)
        writer.add_tensor(ours, values.astype("float16"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    fresh.replace(target)


def load_gguf(file: Path, config: Any) -> tuple[dict[str, Any], int, float]:
    """What `save_gguf` wrote: tensors under peft's names (float32), their rank, and alpha.

    Raises FormatError when a tensor is not of an adapter of that base.
    """
    from gguf import GGUFReader

    reader = GGUFReader(file)
    tensors, rank = dict[str, Any](), 0
    for tensor in reader.tensors:
        name, values = _peft_name(tensor.name, tensor.data.astype("float32"), config, file)
        rank = values.shape[0] if name.endswith("lora_A.weight") else rank
        tensors[name] = values
    return tensors, rank, float(reader.fields["adapter.lora.alpha"].contents())


def _peft_name(name: str, values: Any, config: Any, file: Path) -> tuple[str, Any]:
    """`_renamed` the other way."""
    parts = name.split(".")
    modules = {ours: module for module, ours in _NAMES.items()}
    if len(parts) != 5 or parts[2] not in modules:
        raise FormatError(f"The adapter has a tensor {name!r}, which no Llama has.", file=file)
    module, kind = modules[parts[2]], parts[4].upper().replace("LORA", "lora")
    if kind == "lora_B" and module.endswith(("q_proj", "k_proj")):
        values = _parted(values, _heads(module, config))
    return f"base_model.model.model.layers.{parts[1]}.{module}.{kind}.weight", values


def _renamed(name: str, values: Any, config: Any) -> tuple[str, Any]:
    """`base_model.model.model.layers.3.self_attn.q_proj.lora_B.weight` as llama.cpp has it."""
    before, _, kind = name.removesuffix(".weight").rpartition(".")
    layer, _, module = before.partition(".layers.")[2].partition(".")
    if kind == "lora_B" and module.endswith(("q_proj", "k_proj")):
        values = _interleaved(values, _heads(module, config))
    return f"blk.{layer}.{_NAMES[module]}.weight.{kind.lower()}", values


def _heads(module: str, config: Any) -> int:
    return int(
        config.num_attention_heads if module.endswith("q_proj") else config.num_key_value_heads
    )


def _interleaved(values: Any, heads: int) -> Any:
    """Rows in the order in which llama.cpp turns pairs of them (rotary positions)."""
    rows, width = values.shape
    halves = values.reshape(heads, 2, rows // heads // 2, width)
    return halves.swapaxes(1, 2).reshape(rows, width)


def _parted(values: Any, heads: int) -> Any:
    """`_interleaved` the other way."""
    rows, width = values.shape
    pairs = values.reshape(heads, rows // heads // 2, 2, width)
    return pairs.swapaxes(1, 2).reshape(rows, width)
