"""What usually happens in a habit of the persona is told when the talk comes to it (S005)."""

from __future__ import annotations

from typing import Literal

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.memory.habits import By
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.extend_persona import Cosine
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.recall_habits import Told, recall_habits
from personae.steps.rewrite_with_habits import rewrite_with_habits
from personae.steps.sample import sample

ENTRY = EntryInfo(
    systems=("S005",),
    aka=("habitual-schemas",),
    needs=("chat",),
    embedder=True,
    nli=True,
    paper="We are what we repeatedly do: Inducing and deploying habitual schemas in persona-based "
    "responses",
    deviations="Vectors are MiniLM's; a habit serves only personas with a statement for it; "
    "nothing is told where no habit is near; a rewriting that contradicts the reply is not taken. "
    "Prompts and examples are ours.",
)

Mode = Literal["baseline", "unconstrained", "paraphrase"]


def habitual(
    *,
    mode: Mode = "unconstrained",
    schemas: str = "",
    n: Count = 5,
    by: By = "text",
    relevant: Cosine = 0.3,
    owned: bool = True,
    told: Told = "instead",
    detail: Detail = "brief",
    temperature: Temperature = 0.3,
    max_tokens: Count = 96,
    max_sentences: Limit = 2,
) -> Step:
    """The prompt of `plain` with facts of a habit (unconstrained), or a reply rewritten with them.

    The options from `schemas` to `told` are those of the step recall-habits; with `paraphrase` the
    reply is written without the facts, which then come in by rewrite-with-habits. `baseline` is
    `plain`.
    """
    is_told: Told = told if mode == "unconstrained" else "nowhere"
    recalled = recall_habits(
        schemas=schemas, n=n, by=by, relevant=relevant, owned=owned, told=is_told
    )
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        *([] if mode == "baseline" else [recalled]),
        describe_persona(detail=detail),
        fit_prompt(),
        generate(max_sentences=max_sentences),
        *([rewrite_with_habits(max_sentences=max_sentences)] if mode == "paraphrase" else []),
        choose(),
    )
