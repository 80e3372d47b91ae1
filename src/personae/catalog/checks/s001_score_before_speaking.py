"""S001 SBS: the shipped adapter knows human replies, and heeds the score that it is asked for.

Rows are replies of dialogues that nothing was trained on, beside copies that the recipe corrupted.
The adapter must make the human replies likelier than the base model does, which fails when its
weight is 0. Asked for 1.0 instead of 0.5 a human reply must become likelier and a corrupted one
less likely, which fails for an adapter that learned no scores (benchmarks/score_heeded.py).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import mean, paired_p
from personae.data import Persona, Scene
from personae.lm.types import Request
from personae.speaker import Speaker

if TYPE_CHECKING:
    from personae.lm.types import LanguageModel

ROWS_FILE = Path(__file__).parents[2] / "adapters" / "score_before_speaking" / "development.jsonl"
CORRUPTED_UP_TO = 0.72
ROWS = 100
HIGH, LOW = 1.0, 0.5
KINDS = ("human", "corrupted")
Pair = tuple[float, float]  # of the human reply and of its corrupted copy


@dataclass(frozen=True, slots=True)
class Row:
    """A human reply and its corrupted copy, with what was said before."""

    scene: Scene
    reply: str
    corrupted: str
    score: float


def check(context: CheckContext) -> list[str]:
    """Rows as the recipe promises; likelihoods with and without the adapter, under two scores."""
    rows = read_rows(ROWS_FILE)
    evidence = [check_rows(rows)]
    low = low_rows(rows, ROWS)
    expect(len(low) >= ROWS, f"Only {len(low)} rows are scored {CORRUPTED_UP_TO} or less.")
    lm = context.lm()
    without = likelihoods(lm, low, score=None, weight=0.0)
    high, little = (likelihoods(lm, low, score=score, weight=1.0) for score in (HIGH, LOW))
    gains = [one[0] - other[0] for one, other in zip(high, without, strict=True)]
    p = paired_p(gains, context.seed)
    told = (
        f"the adapter makes {len(low)} human replies likelier by {mean(gains):.1f} nats (p {p:.4f})"
    )
    expect(mean(gains) > 0 and p < 0.01, f"The adapter does not know human replies: {told}.")
    effects = [gain_of_score(high, little, kind, context.seed) for kind in range(len(KINDS))]
    for effect, p in effects:
        expect(p < 0.05, f"The adapter does not heed the score: {effect}.")
    return [*evidence, told, *(effect for effect, _ in effects)]


def gain_of_score(
    high: Sequence[Pair], low: Sequence[Pair], kind: int, seed: int
) -> tuple[str, float]:
    """How much human (0) or corrupted (1) replies gain when 1.0 is asked for instead of 0.5."""
    gains = [one[kind] - other[kind] for one, other in zip(high, low, strict=True)]
    p = paired_p([-gain for gain in gains] if kind else gains, seed)
    told = (
        f"asked for {HIGH} instead of {LOW}, {KINDS[kind]} replies gain {mean(gains):+.3f} nats "
        f"(one-sided p {p:.4f})"
    )
    return told, p


def read_rows(file: Path) -> list[Row]:
    """The development rows that ship beside the adapter."""
    expect(file.is_file(), f"The adapter's development rows are missing: {file}.")
    found = []
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        persona = Persona(name="B", statements=tuple(row["statements"]))
        scene = Scene(persona=persona).said("A", row["said"])
        found.append(Row(scene, row["reply"], row["corrupted"], row["score"]))
    return found


def low_rows(rows: Sequence[Row], count: int) -> list[Row]:
    """The first rows whose copies are plainly worse than the reply."""
    return [row for row in rows if row.score <= CORRUPTED_UP_TO][:count]


def check_rows(rows: Sequence[Row]) -> str:
    """Nearly every copy is scored below 1.0 and differs in a word."""
    differing = sum(row.score < 1.0 and row.corrupted != row.reply for row in rows)
    expect(
        differing >= 0.95 * len(rows),
        f"Only {differing} of {len(rows)} corrupted copies differ and are scored below 1.0.",
    )
    return f"{differing} of {len(rows)} corrupted copies differ and are scored below 1.0"


def likelihoods(
    lm: LanguageModel, rows: Sequence[Row], *, score: float | None, weight: float,
    adapter: str = "score-before-speaking",
) -> list[Pair]:  # fmt: skip
    """The log-likelihoods of each row's human and corrupted reply, in nats."""
    options = {"score": score, "weight": weight, "adapter": adapter}
    speaker = Speaker(lm, "score-before-speaking", options=options)
    found = []
    for row in rows:
        draft = speaker.prompt(row.scene)
        request = Request(messages=draft.messages, adapters=draft.adapters)
        human, corrupted = lm.score(request, (row.reply, row.corrupted))
        found.append((human.total, corrupted.total))
    return found
