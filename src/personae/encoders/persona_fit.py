"""How well a reply fits a persona, 1–5: the offline judge of PersonaScore (S038).

A linear model of what the shipped encoders say of a reply. PersonaGym lets a language model grade
against five written examples, which a small one cannot write; ours learns the grades 5, 3 and 1
from replies that are the persona's own, anybody's, and another's. The weights are fitted by
`training/persona_fit` and lie, with their card, in `weights/persona_fit`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from personae.encoders.contradiction import split_clauses
from personae.encoders.onnx_weights import read_object, read_within
from personae.encoders.reply_worth import Term, read_terms
from personae.encoders.types import Embedder, Nli
from personae.errors import FormatError

SHIPPED = Path(__file__).parent / "weights" / "persona_fit" / "weights.json"
FEATURES = ("likeness", "clash", "net_clash", "entailment")
LOWEST, MIDDLE, HIGHEST = 1.0, 3.0, 5.0
_LIMIT_BYTES = 65_536

Asked = tuple[str, Sequence[str]]  # a reply, and the persona's statements


@dataclass(frozen=True, slots=True)
class PersonaFit:
    """The fitted model: a grade is `middle` and what the features add, within 1 and 5."""

    terms: Mapping[str, Term]
    middle: float

    def __call__(self, features: Mapping[str, float]) -> float:
        """The grade of a reply with these features."""
        grade = self.middle + math.fsum(
            term.weight * (features[name] - term.mean) / term.scale
            for name, term in self.terms.items()
        )
        return min(HIGHEST, max(LOWEST, grade))


@lru_cache(maxsize=8)
def open_persona_fit(file: Path = SHIPPED) -> PersonaFit:
    """The shipped weights, or those of `file`. Raises EnvironmentFault, FormatError."""
    given = read_object(read_within(file, _LIMIT_BYTES, "persona fit"), file)
    terms, middle = read_terms(given.get("terms"), FEATURES, file), given.get("middle")
    if not isinstance(middle, int | float) or not math.isfinite(middle):
        raise FormatError("The file must have the number 'middle'.", file=file)
    return PersonaFit(terms, float(middle))


def fit_features(
    asked: Sequence[Asked], *, nli: Nli, embedder: Embedder
) -> list[dict[str, float] | None]:
    """The features of each reply, in one batch; None of a reply without words or a bare persona.

    Of every clause with every statement: `likeness` is the largest cosine, `clash` the largest
    contradiction times the cosine (what is about something else cannot clash), `net_clash` the
    largest contradiction less entailment, `entailment` the mean over clauses of the largest.
    """
    import numpy as np

    clauses = [split_clauses(reply) or [reply] for reply, _ in asked]
    pairs = [
        (clause, statement)
        for (_, known), mine in zip(asked, clauses, strict=True)
        for clause in mine
        for statement in known
    ]
    judged = np.asarray(nli.classify(pairs)).reshape(-1, 3)
    found: list[dict[str, float] | None] = []
    at = 0
    for (reply, known), mine in zip(asked, clauses, strict=True):
        count = len(mine) * len(known)
        rows = judged[at : at + count].reshape(len(mine), len(known), 3)
        at += count
        if not reply.strip() or not known:
            found.append(None)
            continue
        cosines = embedder.embed(mine) @ embedder.embed(list(known)).T
        entailed, clashing = rows[:, :, 0], rows[:, :, 2]
        found.append({
            "likeness": float(cosines.max()),
            "clash": float((clashing * np.clip(cosines, 0, 1)).max()),
            "net_clash": float((clashing - entailed).max()),
            "entailment": float(entailed.max(axis=1).mean()),
        })  # fmt: skip
    return found
