"""PersonaScore by a trained judge: how well replies fit the persona, task by task (S038)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from personae.data import Persona, Sample
from personae.draft import Kit
from personae.encoders.persona_fit import LOWEST, fit_features, open_persona_fit
from personae.metrics.types import Indices, Metric, Scores, pooled_scores, replied
from personae.registry import EntryInfo
from personae.text.one_line_persona import first_person_statements

ENTRY = EntryInfo(
    systems=("S038",),
    embedder=True,
    nli=True,
    paper="Samuel et al. 2024, PersonaGym: Evaluating Persona Agents and LLMs",
    deviations="Grades are of a linear model of small encoders, not of two language models with "
    "written examples; `lm-judge` asks a language model.",
)


def persona_score(*, judge: str = "") -> Metric:
    """The mean grade of each group (PersonaGym's tasks), and the mean of these, 1–5.

    `judge` names another inference model than the guard's (`persona-score@second`): the guard must
    not be graded by the judge that it writes for.

    An empty reply, and one that says the question again, has grade 1. Samples whose persona says
    nothing of itself have no value.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        model = open_persona_fit()
        statements = [statements_of(one.scene.persona) for one in samples]
        features = fit_features(
            [(one.reply, known) for one, known in zip(samples, statements, strict=True)],
            nli=kit.need_nli("persona-score", judge),
            embedder=kit.need_embedder("persona-score"),
        )
        values: list[float | None] = []
        for sample, known, found in zip(samples, statements, features, strict=True):
            if not replied(sample) or not known:
                values.append(None)
            elif found is None or _is_echo(sample):
                values.append(LOWEST)
            else:
                values.append(model(found))
        return grouped_scores("persona-score", values, [_group(one) for one in samples])

    return measure


def statements_of(persona: Persona) -> tuple[str, ...]:
    """What a persona says of itself; where it has a one-line description alone, what that says."""
    return persona.statements or tuple(first_person_statements(persona.description))


def persona_score_of(judged: Mapping[str, Sequence[float]]) -> float:
    """PersonaScore of grades by task, as published: the mean of the tasks' means, in which grades
    of 0 (no grade could be read) do not count. nan where no task has a grade."""
    means = [fmean(kept) for grades in judged.values() if (kept := [g for g in grades if g > 0])]
    return fmean(means) if means else math.nan


def grouped_scores(name: str, values: Sequence[float | None], groups: Sequence[str]) -> Scores:
    """Scores whose total is the mean over the groups of their means."""
    import numpy

    filled = numpy.array([math.nan if value is None else value for value in values])
    names = sorted(set(groups))
    codes = numpy.array([names.index(group) for group in groups], dtype=int)

    def total_of(indices: Indices) -> float:
        at = numpy.asarray(indices, dtype=int)
        counts = numpy.bincount(codes[at], minlength=len(names))
        sums = numpy.bincount(codes[at], weights=filled[at], minlength=len(names))
        return float((sums[counts > 0] / counts[counts > 0]).mean())

    return pooled_scores(
        name, values, total_of, unit="1–5", higher_is_better=True, detail={"judge": "persona_fit"}
    )


def _group(sample: Sample) -> str:
    return str(sample.record.get("group", ""))


def _is_echo(sample: Sample) -> bool:
    return sample.reply.split() == sample.scene.last_user_text.split()
