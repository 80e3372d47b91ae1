"""APC score: every persona statement as a constraint, active where the query asks for it (S054)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from personae.data import Persona, Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo

if TYPE_CHECKING:
    from personae.encoders.relevance import Relevance
    from personae.encoders.types import Nli

ENTRY = EntryInfo(
    systems=("S054",),
    aka=("apc-score", "delta-apc"),
    embedder=True,
    nli=True,
    paper="Peng & Shang 2024, Quantifying and Optimizing Global Faithfulness in Persona-driven "
    "Role-playing, arXiv:2405.07726",
    deviations="Discriminators are our inference model, which does not read the query, and a head "
    "on the embedder instead of DeBERTa-v3-large distilled from GPT-4.",
)

STATEMENTS_LIMIT = 64
LISTED = 10
Row: TypeAlias = tuple[float, float, float]  # P(contradicted), P(neutral), P(entailed)
Asked: TypeAlias = tuple[Sequence[str], str, str]  # statements, query, response


@dataclass(frozen=True, slots=True)
class Constraint:
    """One statement: how relevant it is to the query, what the response makes of it, the odds that
    the constraint is satisfied, and how it comes out with every probability rounded to yes or no.
    """

    statement: str
    p_relevant: float
    p_contradicted: float
    p_neutral: float
    p_entailed: float

    @property
    def value(self) -> float:
        """P_g·P(entailed) + (1 − P_g)·(1 − P(contradicted))."""
        return self.p_relevant * self.p_entailed + (1 - self.p_relevant) * (1 - self.p_contradicted)

    @property
    def gain(self) -> float:
        """The value less that of an all-neutral response: P_g·P(ent.) − (1 − P_g)·P(contr.)."""
        return self.p_relevant * self.p_entailed - (1 - self.p_relevant) * self.p_contradicted

    @property
    def kind(self) -> Literal["active", "passive"]:
        return "active" if self.p_relevant >= 0.5 else "passive"

    @property
    def satisfied(self) -> bool:
        """Entailed if active, not contradicted if passive, by the likeliest of the three."""
        rows = (self.p_contradicted, self.p_neutral, self.p_entailed)
        likeliest = rows.index(max(rows))
        return likeliest == 2 if self.kind == "active" else likeliest != 0


@dataclass(frozen=True, slots=True)
class ApcScore:
    """The constraints of one response. `total` is V, 0 to n: the expected number of satisfied
    constraints; `delta` is ΔV, what the response adds to one that says nothing."""

    constraints: tuple[Constraint, ...]

    @property
    def n(self) -> int:
        return len(self.constraints)

    @property
    def total(self) -> float:
        return math.fsum(one.value for one in self.constraints)

    @property
    def delta(self) -> float:
        return math.fsum(one.gain for one in self.constraints)

    def table(self) -> list[dict[str, Any]]:
        """One row a statement, ready for JSON."""
        return [
            {**asdict(one), "kind": one.kind, "satisfied": one.satisfied, "value": one.value}
            for one in self.constraints
        ]


def apc(*, figure: Literal["delta", "total"] = "delta", judge: str = "") -> Metric:
    """Mean ΔV over the replies (V with `figure="total"`), in satisfied constraints.

    Per statement the odds are P_g·P(entailed) + (1−P_g)·(1−P(contradicted)), P_g the relevance of
    the statement to the last turn of the other party. V is their sum; ΔV = V − Σ(1−P_g). At most
    64 statements; replies of personas without statements, or to nothing, have no value.
    `detail["worst"]` has the replies with the lowest figure, statement by statement. `judge` names
    another inference model (`apc@second` in a list of metrics): training used the first.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        from personae.encoders.relevance import open_relevance

        nli = kit.need_nli("apc", judge)
        relevance = open_relevance(kit.embedder)
        asked = [_asked(sample) for sample in samples]
        scored = iter(apc_scores([one for one in asked if one], nli=nli, relevance=relevance))
        found = [next(scored) if one else None for one in asked]
        listed: list[dict[str, Any]] = [
            {"id": sample.id, "reply": sample.reply, "delta": one.delta, "table": one.table()}
            for sample, one in zip(samples, found, strict=True)
            if one is not None
        ]
        present = [one for one in found if one is not None]
        return mean_scores(
            "apc" if figure == "delta" else "apc-total",
            [None if one is None else getattr(one, figure) for one in found],
            unit="constraints",
            higher_is_better=True,
            detail={
                "judge": nli.name,
                "judge_fingerprint": nli.fingerprint,
                "relevance": relevance.name,
                "relevance_fingerprint": relevance.fingerprint,
                "total": _mean([one.total for one in present]),
                "delta": _mean([one.delta for one in present]),
                "statements": _mean([one.n for one in present]),
                "active": _mean([sum(c.kind == "active" for c in one.constraints)
                                 for one in present]),
                "worst": sorted(listed, key=lambda one: one["delta"])[:LISTED],
            },
        )  # fmt: skip

    return measure


def apc_score(
    persona: Persona | Sequence[str],
    query: str,
    response: str,
    *,
    nli: Nli | None = None,
    relevance: Relevance | None = None,
) -> ApcScore:
    """V, ΔV, n and the table of one response to a query, over all statements of the persona.

    The shipped models are opened where none are given. No limit on statements.
    """
    statements = persona.statements if isinstance(persona, Persona) else tuple(persona)
    return apc_scores([(statements, query, response)], nli=nli, relevance=relevance)[0]


def apc_scores(
    asked: Sequence[Asked], *, nli: Nli | None = None, relevance: Relevance | None = None
) -> list[ApcScore]:
    """As `apc_score`, many in one batch: (statements, query, response) each."""
    if nli is None:
        from personae.encoders.nli import open_nli

        nli = open_nli()
    if relevance is None:
        from personae.encoders.relevance import open_relevance

        relevance = open_relevance()
    said = [(response, one) for statements, _, response in asked for one in statements]
    sought = [(one, query) for statements, query, _ in asked for one in statements]
    p_relevant = iter(relevance.relevance(sought).tolist())
    rows = iter(nli.classify(said).tolist())
    return [
        apc_from_probabilities(
            statements,
            [next(p_relevant) for _ in statements],
            [_contradiction_first(next(rows)) for _ in statements],
        )
        for statements, _, _ in asked
    ]


def apc_from_probabilities(
    statements: Sequence[str], p_relevant: Sequence[float], rows: Sequence[Row]
) -> ApcScore:
    """The score of given probabilities; a row is (contradicted, neutral, entailed)."""
    return ApcScore(
        tuple(
            Constraint(statement, p, *row)
            for statement, p, row in zip(statements, p_relevant, rows, strict=True)
        )
    )


def _contradiction_first(row: Sequence[float]) -> Row:
    entailed, neutral, contradicted = row
    return contradicted, neutral, entailed


def _asked(sample: Sample) -> Asked | None:
    statements = sample.scene.persona.statements[:STATEMENTS_LIMIT]
    query = sample.scene.last_user_text
    return (statements, query, sample.reply) if replied(sample) and statements and query else None


def _mean(values: Sequence[float]) -> float | None:
    return round(math.fsum(values) / len(values), 6) if values else None
