"""Score Before You Speak: an adapter that learned how good replies are, asked for 1.0 (S001)."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.ask_for_score import Score, ask_for_score
from personae.steps.choose import choose
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.sample import sample
from personae.steps.tell_persona import tell_persona
from personae.steps.use_adapter import Weight, use_adapter

ENTRY = EntryInfo(
    systems=("S001",),
    aka=("sbs",),
    needs=("chat", "adapters"),
    paper="Saggar et al. 2025, Score Before You Speak: Improving Persona Consistency in Dialogue "
    "Generation using Response Quality Scores",
    deviations="The base is SmolLM2-135M-Instruct with a LoRA; the recipe of this name says what "
    "else differs in training.",
)


def score_before_speaking(
    *,
    score: Score | None = 1.0,
    adapter: str = "score-before-speaking",
    weight: Weight = 1.0,
    temperature: Temperature = 0.3,
    max_tokens: Count = 96,
    max_sentences: Limit = 2,
    history_turns: Count | None = None,
) -> Step:
    """The persona told in the second person; the score stands after the user's turn.

    `score` is the dial: 1.0 is what every human reply had in training, null leaves it out.
    `adapter` is the one that ships, or one of the user's (`personae train
    score-before-speaking`); `weight` how much of it is added.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        tell_persona(),
        use_adapter(adapter=adapter, weight=weight),
        fit_prompt(history_turns=history_turns),
        ask_for_score(score=score),
        generate(max_sentences=max_sentences),
        choose(),
    )
