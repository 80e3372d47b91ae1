"""Repetition, specificity, relatedness and question-asking turned up or down in decoding (S067)."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.sample import sample
from personae.steps.write_weighted import write_weighted

ENTRY = EntryInfo(
    systems=("S067",),
    aka=("weighted-decoding", "controllable-attributes"),
    needs=("chat", "distribution"),
    embedder=True,
    paper="See et al. 2019, What makes a good conversation? How controllable attributes affect "
    "human judgments",
    deviations="Weighted decoding only, as in the step write-weighted; conditional training by "
    "control tokens is not part of this entry. Repeated words of the partner are not weighted by "
    "default.",
)

# The paper's repetition-controlled baseline.
REPETITION_CONTROLLED = {
    "extrep_2gram": -3.5,
    "extrep_nonstopword": -1e20,
    "intrep_nonstopword": -1e20,
}


def controlled(
    *,
    weights: dict[str, float] | None = None,
    detail: Detail = "brief",
    temperature: Temperature = 0.0,
    max_tokens: Count = 60,
    max_sentences: Limit = 2,
    top: Count = 64,
) -> Step:
    """The prompt of `plain`, decoded with `weights` on the features of `decoders.attributes`.

    Without weights those of the paper's repetition-controlled baseline. The paper's other settings
    are nidf=4 (specific) and lastuttsim=5 (related).
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        fit_prompt(),
        write_weighted(
            weights=REPETITION_CONTROLLED if weights is None else weights,
            top=top,
            max_sentences=max_sentences,
        ),
        choose(),
    )
