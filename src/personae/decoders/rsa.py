"""Rational speech acts over K speakers and V words: literal listener, pragmatic speaker, prior.

Kim, Kim, Kim: Will I Sound Like Me? (EMNLP 2020), S006, equations as in the authors' code. All
arrays hold natural logarithms: `speakers` is (K, V), log S0(u|i), a row a persona; `prior` is (K,),
log p(i). The equations are exact; what a cut-off vocabulary does to them is said in
`decoders.cut_world`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

PriorRule = Literal["literal", "pragmatic", "uniform"]


def uniform_prior(personas: int) -> Array:
    """log 1/K for each of the personas."""
    import numpy as np

    return np.full(personas, -np.log(personas))


def literal_listener(speakers: Array, prior: Array, beta: float) -> Array:
    """log L0(i|u), with L0(i|u) ∝ S0(u|i)^beta · p(i), normalised over the personas: (K, V)."""
    return _normalised(beta * speakers + prior[:, None], axis=0)


def pragmatic_speaker(
    speakers: Array, prior: Array, *, alpha: float, beta: float, target: int = 0
) -> Array:
    """log S1(u), with S1(u) ∝ L0(target|u)^alpha · S0(u|target), over the vocabulary: (V,)."""
    listener = literal_listener(speakers, prior, beta)[target]
    return _normalised(alpha * listener + speakers[target], axis=0)


def next_prior(
    speakers: Array,
    prior: Array,
    chosen: int,
    *,
    alpha: float,
    beta: float,
    rule: PriorRule = "literal",
) -> Array:
    """log p_{t+1}(i) after the word in column `chosen`.

    `literal`: L0(i|u), the paper's default. `pragmatic`: L1(i|u) ∝ S1_i(u) · p(i), a listener who
    expects each persona to speak pragmatically. `uniform`: 1/K, nothing is learnt.
    """
    import numpy as np

    if rule == "uniform":
        return uniform_prior(len(prior))
    if rule == "literal":
        listener = literal_listener(speakers, prior, beta)[:, chosen]
        return np.asarray(listener)
    spoken = [
        pragmatic_speaker(speakers, prior, alpha=alpha, beta=beta, target=persona)[chosen]
        for persona in range(len(prior))
    ]
    return _normalised(np.asarray(spoken) + prior, axis=0)


def _normalised(logs: Array, axis: int) -> Array:
    """`logs` less their log-sum-exp along the axis."""
    import numpy as np

    top = logs.max(axis=axis, keepdims=True)
    total = np.log(np.exp(logs - top).sum(axis=axis, keepdims=True)) + top
    return np.asarray(logs - total)
