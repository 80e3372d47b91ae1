"""How attributes are asked for in a prompt: conditional training's control tokens as text (S067).

Training and talking use the same function, so that they cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Mapping

from personae.errors import InvalidOption
from personae.text.attributes import QUESTION_BUCKETS, SPEAKS_FIRST

# The controls in the order in which they are written, and how many buckets each has.
CONTROLS: dict[str, int] = {
    "question": QUESTION_BUCKETS,
    "specificity": 10,
    "relatedness": SPEAKS_FIRST,
}
_MARKS = {"question": "?", "specificity": "*", "relatedness": "+"}


def checked_controls(controls: Mapping[str, int]) -> dict[str, int]:
    """The controls in their order. Raises InvalidOption for one, or a bucket, that there is not."""
    unknown = sorted(set(controls) - set(CONTROLS))
    if unknown:
        raise InvalidOption(
            f"There is no control {unknown[0]!r}; the controls are {', '.join(CONTROLS)}."
        )
    for name, bucket in controls.items():
        if not 0 <= bucket < CONTROLS[name]:
            raise InvalidOption(
                f"{name}={bucket} is no bucket: {name} goes from 0 to {CONTROLS[name] - 1}."
            )
    return {name: controls[name] for name in CONTROLS if name in controls}


def with_controls(text: str, controls: Mapping[str, int]) -> str:
    """The user's turn with the buckets of the reply: "… Question: ???....... Relatedness: ++…"

    Gauges, not numbers: "10" is read as "1" and "0", and so ends as bucket 0 does.
    """
    gauges = [f"{name.capitalize()}: {gauge(name, at)}" for name, at in
              checked_controls(controls).items()]  # fmt: skip
    return " ".join([text, *gauges])


def gauge(name: str, bucket: int) -> str:
    """A bucket as marks of the control's own: "???......." is question 3."""
    return _MARKS[name] * bucket + "." * (CONTROLS[name] - 1 - bucket)
