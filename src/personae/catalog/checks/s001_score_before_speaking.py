"""S001 SBS: the shipped adapter knows a human reply from a corrupted one by the score it is told.

Rows are replies of dialogues that nothing was trained on, beside copies that the recipe corrupted.
Asked for 1.0 the human reply must be likelier than asked for 0.5, and the corrupted one less
likely; with the adapter's weight at 0 the difference must go.
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
ROWS, ROWS_WITHOUT = 200, 50
HIGH, LOW = 1.0, 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """A human reply and its corrupted copy, with what was said before."""

    scene: Scene
    reply: str
    corrupted: str
    score: float


def check(context: CheckContext) -> list[str]:
    """Rows as the recipe promises; likelihoods under two scores; the same without the adapter."""
    rows = read_rows(ROWS_FILE)
    evidence = [check_rows(rows)]
    low = [row for row in rows if row.score <= CORRUPTED_UP_TO][:ROWS]
    expect(len(low) >= ROWS, f"Only {len(low)} rows are scored {CORRUPTED_UP_TO} or less.")
    lm = context.lm()
    human, corrupted = gains(lm, low, weight=1.0)
    p_human = paired_p(human, context.seed)
    p_corrupted = paired_p([-gain for gain in corrupted], context.seed)
    told = (
        f"asked for {HIGH} instead of {LOW}, human replies gain {mean(human):+.2f} nats "
        f"(p {p_human:.3f}), corrupted ones {mean(corrupted):+.2f} (p {p_corrupted:.3f}), "
        f"{len(low)} each"
    )
    expect(mean(human) > 0 and p_human < 0.05, f"The score does not favour human replies: {told}.")
    expect(
        mean(corrupted) < 0 and p_corrupted < 0.05,
        f"The score does not tell corrupted replies apart: {told}.",
    )
    without = gains(lm, low[:ROWS_WITHOUT], weight=0.0)
    gap = mean(human[:ROWS_WITHOUT]) - mean(corrupted[:ROWS_WITHOUT])
    gap_without = mean(without[0]) - mean(without[1])
    expect(
        gap > 2 * abs(gap_without),
        f"The base model does as much without the adapter: {gap_without:.2f} of {gap:.2f} nats.",
    )
    return [
        *evidence,
        told,
        f"without the adapter the two differ by {gap_without:+.2f} nats, with it by {gap:+.2f}",
    ]


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


def check_rows(rows: Sequence[Row]) -> str:
    """Nearly every copy is scored below 1.0 and differs in a word."""
    differing = sum(row.score < 1.0 and row.corrupted != row.reply for row in rows)
    expect(
        differing >= 0.95 * len(rows),
        f"Only {differing} of {len(rows)} corrupted copies differ and are scored below 1.0.",
    )
    return f"{differing} of {len(rows)} corrupted copies differ and are scored below 1.0"


def gains(
    lm: LanguageModel, rows: Sequence[Row], *, weight: float
) -> tuple[list[float], list[float]]:
    """How much likelier each row's human and corrupted reply are at the high score, in nats."""
    human, corrupted = list[float](), list[float]()
    prompts = [
        Speaker(lm, "score-before-speaking", options={"score": score, "weight": weight})
        for score in (HIGH, LOW)
    ]
    for row in rows:
        high, low = (
            [one.total for one in lm.score(_request(speaker, row), (row.reply, row.corrupted))]
            for speaker in prompts
        )
        human.append(high[0] - low[0])
        corrupted.append(high[1] - low[1])
    return human, corrupted


def _request(speaker: Speaker, row: Row) -> Request:
    draft = speaker.prompt(row.scene)
    return Request(messages=draft.messages, adapters=draft.adapters)
