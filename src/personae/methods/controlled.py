"""Repetition, specificity, relatedness and question-asking turned up or down (S067)."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.errors import InvalidOption
from personae.registry import EntryInfo
from personae.steps.ask_for_controls import ask_for_controls
from personae.steps.choose import choose
from personae.steps.choose_question import choose_question
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.sample import sample
from personae.steps.tell_persona import tell_persona
from personae.steps.use_adapter import Weight, use_adapter
from personae.steps.write_weighted import write_weighted

ENTRY = EntryInfo(
    systems=("S067",),
    aka=("weighted-decoding", "conditional-training", "controllable-attributes"),
    needs=("chat", "distribution"),
    embedder=True,
    paper="See et al. 2019, What makes a good conversation? How controllable attributes affect "
    "human judgments",
    deviations="Weighted decoding as in the step write-weighted, conditional training as in the "
    "recipe controlled-attributes; candidates are drawn, not searched by a beam. Repeated words of "
    "the partner are not weighted by default.",
)

# The paper's repetition-controlled baseline.
REPETITION_CONTROLLED = {
    "extrep_2gram": -3.5,
    "extrep_nonstopword": -1e20,
    "intrep_nonstopword": -1e20,
}
# The paper's boost chooses by repeated pairs afterwards, and weighs the others.
BOOSTED = {name: weight for name, weight in REPETITION_CONTROLLED.items() if "2gram" not in name}


def controlled(
    *,
    weights: dict[str, float] | None = None,
    controls: dict[str, int] | None = None,
    adapter: str = "controlled-attributes",
    adapter_weight: Weight = 1.0,
    candidates: Count = 1,
    boost: bool = False,
    detail: Detail = "brief",
    temperature: Temperature = 0.0,
    max_tokens: Count = 60,
    max_sentences: Limit = 3,
    top: Count = 64,
) -> Step:
    """Decode with `weights` on features, ask an adapter for `controls`, or both.

    `weights` are on the features of `decoders.attributes`; without them those of the paper's
    repetition-controlled baseline. The paper's other settings are nidf=4 (specific) and
    lastuttsim=5 (related). `controls` are buckets of `text.controlled_prompt`, as question=7, which
    the adapter was trained on; {} is the adapter without any, and null the base model with the
    prompt of `plain`. Of several `candidates`
    the one with the best score a token is taken; `boost` takes the first with a question instead
    (the paper's z=10, boost).
    """
    if boost and candidates < 2:
        raise InvalidOption("boost chooses among candidates: give candidates=2 or more, as 10.")
    usual = BOOSTED if boost else REPETITION_CONTROLLED
    if controls is None:
        prompt = chain(describe_persona(detail=detail), fit_prompt())
    else:
        prompt = chain(
            tell_persona(),
            use_adapter(adapter=adapter, weight=adapter_weight),
            fit_prompt(),
            ask_for_controls(controls=controls),
        )
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        prompt,
        write_weighted(
            weights=usual if weights is None else weights,
            top=top,
            candidates=candidates,
            max_sentences=max_sentences,
        ),
        choose_question() if boost else choose(by="weighted" if candidates > 1 else ""),
    )
