"""Train a head whose labels attend to tokens: gradients by hand, in numpy.

A token's state x gives each label an attention u·x and a value v·x; a text's logit is the mean of
the values, weighed by the softmax of the attentions, plus a bias. `attends=False` leaves the mean.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from states import States

from personae.encoders.onnx_weights import equal_batches
from personae.recipes.descent import adam

Array = NDArray[Any]
Layers = list[tuple[Array, Array]]
BATCH_TOKENS = 2_048


@dataclass(frozen=True)
class Plan:
    """How it is trained. `is_one`: a text has one label. `rest` blurs states (dropout)."""

    is_one: bool = False
    attends: bool = True
    epochs: int = 6
    rate: float = 2e-3
    decay: float = 0.1
    dropout: float = 0.1
    seed: int = 0


def fit(states: States, rows: Sequence[int], gold: Array, weights: Array, plan: Plan) -> Layers:
    """One layer (inputs, 2 x labels), attentions then values, on states as they come.

    `gold` (rows, labels) are chances of the labels, `weights` (rows,) what each text counts.
    """
    rng = random.Random(plan.seed)
    noise = np.random.default_rng(plan.seed)
    mean, spread = states.moments(rows)
    width, labels = len(mean), gold.shape[1]
    order = list(_batches(states, rows, plan.epochs, rng))
    share = np.clip((gold * weights[:, None]).sum(axis=0) / weights.sum(), 1e-4, 1 - 1e-4)
    start = np.log(share) if plan.is_one else np.log(share / (1 - share))
    parameters = [
        np.zeros((width, labels)), noise.normal(0, 0.01, (width, labels)), start
    ]  # fmt: skip
    average = float(weights.mean())

    def gradients(now: Sequence[Array], step: int) -> list[Array]:
        at = order[step]
        x = (states.batch([rows[one] for one in at]) - mean) / spread
        kept = noise.random((len(at), 1, width), dtype=np.float32) >= plan.dropout
        x = x * (kept / np.float32(1 - plan.dropout))
        found = _gradients(x, gold[at], weights[at] / average, now, plan)
        return found if plan.attends else [np.zeros_like(found[0]), *found[1:]]

    attention, value, bias = adam(
        parameters, gradients, len(order), rate=plan.rate, decay=plan.decay, warm_up=50
    )
    return [folded(attention, value, bias, mean, spread)]


def folded(
    attention: Array, value: Array, bias: Array, mean: Array, spread: Array
) -> tuple[Array, Array]:
    """The layer on raw states: what all tokens have in common drops out of the attention."""
    weight = np.hstack([attention, value]) / spread[:, None]
    shift = np.concatenate([np.zeros(len(bias)), bias - (mean / spread) @ value])
    return weight, shift


def scores(states: States, rows: Sequence[int], layers: Layers) -> Array:
    """Logits (rows, labels)."""
    weight, bias = layers[0]
    weight, bias = weight.astype(np.float32), bias.astype(np.float32)
    labels = weight.shape[1] // 2
    found = np.zeros((len(rows), labels))
    lengths = [states.lengths[row] for row in rows]
    for at in equal_batches(lengths, 4 * BATCH_TOKENS):
        seen = states.batch([rows[one] for one in at]) @ weight + bias
        found[at] = (_softmax(seen[..., :labels], axis=1) * seen[..., labels:]).sum(axis=1)
    return found


def calibrated(layers: Layers, scale: float, shift: Array | float = 0.0) -> Layers:
    """The head whose logits are `scale` times as large, and shifted."""
    weight, bias = layers[0][0].copy(), layers[0][1].copy()
    labels = weight.shape[1] // 2
    weight[:, labels:] *= scale
    bias[labels:] = bias[labels:] * scale + shift
    return [(weight, bias)]


def temperature(found: Array, gold: Array, is_one: bool) -> float:
    """What to multiply logits with for the least log-loss, of 61 values from 1/4 to 4."""
    return float(min(np.geomspace(0.25, 4, 61), key=lambda one: loss(found * one, gold, is_one)))


def loss(found: Array, gold: Array, is_one: bool) -> float:
    """Mean log-loss of a text, nats."""
    if is_one:
        return float(-(gold * np.log(np.maximum(_softmax(found, 1), 1e-12))).sum(axis=1).mean())
    return float((np.logaddexp(0, found) - gold * found).sum(axis=1).mean())


def _batches(
    states: States, rows: Sequence[int], epochs: int, rng: random.Random
) -> Iterator[list[int]]:
    """Texts of one number of tokens, in another order each epoch."""
    for _ in range(epochs):
        order = list(range(len(rows)))
        rng.shuffle(order)
        lengths = [states.lengths[rows[one]] for one in order]
        batches = [[order[one] for one in at] for at in equal_batches(lengths, BATCH_TOKENS)]
        rng.shuffle(batches)
        yield from batches


def _gradients(
    x: Array, gold: Array, weights: Array, now: Sequence[Array], plan: Plan
) -> list[Array]:
    attention, value, bias = (one.astype(np.float32) for one in now)
    shares = _softmax(x @ attention, axis=1)
    values = x @ value
    found = (shares * values).sum(axis=1)
    logits = found + bias
    chances = _softmax(logits, 1) if plan.is_one else 0.5 * (1 + np.tanh(0.5 * logits))
    wrong = ((chances - gold) * weights[:, None] / len(gold)).astype(np.float32)
    for_value = shares * wrong[:, None, :]
    for_attention = for_value * (values - found[:, None, :])
    flat = x.reshape(-1, x.shape[-1]).T
    return [
        flat @ for_attention.reshape(-1, gold.shape[1]),
        flat @ for_value.reshape(-1, gold.shape[1]),
        wrong.sum(axis=0),
    ]


def _softmax(found: Array, axis: int) -> Array:
    powers = np.exp(found - found.max(axis=axis, keepdims=True))
    return np.asarray(powers / powers.sum(axis=axis, keepdims=True))
