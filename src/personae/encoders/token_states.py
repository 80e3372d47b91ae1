"""The embedder's states of single tokens: what its pooling takes the mean of.

The shipped graph gives them to nobody. A protobuf message that is put behind another is merged into
it, so that one more output is a few bytes behind the file's checked content.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from personae.encoders.embedder import SHIPPED, WHAT
from personae.encoders.onnx_weights import (
    BATCH_LIMIT_TOKENS,
    clean,
    equal_batches,
    open_session,
    open_tokenizer,
    read_manifest,
    verified,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    States = NDArray[np.float32]

# What leaves each of the six layers, as `training/minilm_int8` names it; 0 is what enters them.
LAYERS = tuple(f"LayerNormalization_{at}_0" for at in (7, 51, 95, 139, 183, 227, 271))
LAST = (len(LAYERS) - 1,)
MOST_TOKENS = 64
_FLOAT = b"\x08\x01"  # TypeProto.Tensor.elem_type


def token_states(
    texts: Sequence[str], most_tokens: int = MOST_TOKENS, layers: Sequence[int] = LAST
) -> list[States]:
    """One array (tokens, 384) a text, of its first tokens; the same bit for bit in any batch.

    Of several layers (0 to 6) the states stand side by side: (tokens, 384 times their number).
    Raises EnvironmentFault, FormatError where the shipped embedder is damaged.
    """
    import numpy as np

    session, tokenizer = _opened()
    ids = [tokenizer.encode(clean(text)).ids[:most_tokens] for text in texts]
    found: list[Any] = [None] * len(texts)
    for batch in equal_batches([len(tokens) for tokens in ids], BATCH_LIMIT_TOKENS):
        tokens = np.array([ids[at] for at in batch], dtype=np.int64)
        given = session.run([LAYERS[one] for one in layers], {"input_ids": tokens}, _no_further())
        states = given[0] if len(given) == 1 else np.concatenate(given, axis=2)
        for at, one in zip(batch, states, strict=True):
            found[at] = one
    return found


@lru_cache(maxsize=1)
def _opened() -> tuple[Any, Any]:
    manifest = SHIPPED / "manifest.json"
    hashes = read_manifest(manifest, WHAT)("sha256", dict, lambda _: True)
    model, tokenizer = (SHIPPED / name for name in ("model.onnx", "tokenizer.json"))
    content = verified(model, str(hashes.get("model.onnx")), WHAT)
    words = verified(tokenizer, str(hashes.get("tokenizer.json")), WHAT)
    outputs = b"".join(map(_one_more_output, LAYERS))
    session = open_session(content + outputs, model, 2)
    return session, open_tokenizer(words, tokenizer, 256)


@lru_cache(maxsize=1)
def _no_further() -> Any:
    """Layers above the ones that are asked for are not computed."""
    from onnxruntime import RunOptions

    options = RunOptions()
    options.only_execute_path_to_fetches = True
    return options


def _one_more_output(name: str) -> bytes:
    """ModelProto{graph: {output: [{name, type: float tensor}]}}."""
    kind = _field(2, _field(1, _FLOAT))
    return _field(7, _field(12, _field(1, name.encode()) + kind))


def _field(number: int, content: bytes) -> bytes:
    """A length-delimited protobuf field of less than 128 bytes."""
    return bytes([number << 3 | 2, len(content)]) + content
