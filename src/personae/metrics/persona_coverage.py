"""Persona coverage: how many of a persona's statements its replies show, over a whole run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from personae.data import Sample
from personae.draft import Kit
from personae.encoders.contradiction import split_clauses
from personae.metrics.types import Indices, Metric, Scores, replied
from personae.registry import EntryInfo

if TYPE_CHECKING:
    from personae.encoders.types import Nli

ENTRY = EntryInfo(
    nli=True,
    paper="Song et al. 2019, Exploiting Persona Information for Diverse Generation of "
    "Conversational Responses (persona coverage)",
    deviations="By entailment instead of shared words, over a run instead of one reply.",
)

STATEMENTS_LIMIT = 64
LISTED = 20
# Above it the gold replies of a PersonaChat dialogue show 5 % of a stranger's statements, and about
# two thirds of their own speaker's (docs/metrics.md).
ENTAILED = 0.8


@dataclass(frozen=True, slots=True)
class Shown:
    """One statement that a reply shows, the clause that shows it, and how sure the model is."""

    statement: str
    clause: str
    entailment: float


def persona_coverage(*, threshold: Annotated[float, Field(gt=0, lt=1)] = ENTAILED) -> Metric:
    """Share of a persona's statements that its replies in the run entail, mean over personas, 0–1.

    A statement is shown when some clause of some reply entails it above `threshold`. The value of
    a single sample is the share that its reply alone shows. The figure grows with the number of
    replies of a persona: compare runs of one size only. A bootstrap would draw fewer different
    replies, so the interval is a jackknife's. At most 64 statements count. `detail["personas"]`
    says which clause showed which statement, and what was never shown.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        nli = kit.need_nli("persona-coverage")
        shown = shown_by_each(samples, nli, threshold)
        statements = [_statements(sample) for sample in samples]

        def total_of(indices: Indices) -> float:
            return _coverage([(statements[at], shown[at] or []) for at in indices])

        present = [at for at, one in enumerate(shown) if one is not None]
        return Scores(
            name="persona-coverage",
            values=tuple(
                None if one is None else len({s.statement for s in one}) / len(asked)
                for one, asked in zip(shown, statements, strict=True)
            ),
            total=total_of(present) if present else math.nan,
            unit="0–1",
            higher_is_better=True,
            resample=total_of,
            leave_one_out=lambda indices: [
                total_of([other for other in indices if other != at]) if len(indices) > 1 else 0.0
                for at in indices
            ],
            detail={
                "judge": nli.name,
                "judge_fingerprint": nli.fingerprint,
                "threshold": threshold,
                "personas": _told([(statements[at], shown[at] or []) for at in present]),
            },
        )

    return measure


def shown_by_each(
    samples: Sequence[Sample], nli: Nli, threshold: float
) -> list[list[Shown] | None]:
    """What each reply shows of its persona; None where there is nothing to show."""
    pairs: list[tuple[str, str]] = []
    spans: list[range | None] = []
    for sample in samples:
        statements = _statements(sample)
        start = len(pairs)
        if replied(sample) and statements:
            clauses = split_clauses(sample.reply)
            pairs += [(clause, stated) for stated in statements for clause in clauses]
            spans.append(range(start, len(pairs)))
        else:
            spans.append(None)
    entailed = nli.classify(pairs)[:, 0].tolist()
    return [
        None
        if span is None
        else [
            Shown(pairs[at][1], pairs[at][0], round(entailed[at], 4))
            for at in span
            if entailed[at] > threshold
        ]
        for span in spans
    ]


def _statements(sample: Sample) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sample.scene.persona.statements[:STATEMENTS_LIMIT]))


def _by_persona(
    found: Sequence[tuple[tuple[str, ...], list[Shown]]],
) -> dict[tuple[str, ...], dict[str, Shown]]:
    """For each persona, the best evidence of each statement that was shown."""
    best: dict[tuple[str, ...], dict[str, Shown]] = {}
    for statements, shown in found:
        mine = best.setdefault(statements, {})
        for one in shown:
            known = mine.get(one.statement)
            if known is None or one.entailment > known.entailment:
                mine[one.statement] = one
    return best


def _coverage(found: Sequence[tuple[tuple[str, ...], list[Shown]]]) -> float:
    shares = [len(mine) / len(asked) for asked, mine in _by_persona(found).items()]
    return math.fsum(shares) / len(shares) if shares else 0.0


def _told(found: Sequence[tuple[tuple[str, ...], list[Shown]]]) -> list[dict[str, Any]]:
    return [
        {
            "coverage": len(mine) / len(asked),
            "shown": [
                {"statement": s.statement, "clause": s.clause, "entailment": s.entailment}
                for s in mine.values()
            ],
            "never": [statement for statement in asked if statement not in mine],
        }
        for asked, mine in list(_by_persona(found).items())[:LISTED]
    ]
