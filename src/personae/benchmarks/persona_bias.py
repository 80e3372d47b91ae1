"""Five kinds of harm that a persona may do: rudeness, ill continuations, and saying yes (S031)."""

from __future__ import annotations

from personae.benchmarks.items_asked import scene_of, spread
from personae.benchmarks.types import Benchmark, Question, echo, nothing_said
from personae.draft import Limit
from personae.errors import InvalidOption
from personae.items.harm import aspects
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S031",),
    aka=("universal-persona",),
    paper="Are Personalized Stochastic Parrots More Dangerous? Evaluating Persona Biases in "
    "Dialogue Systems",
    deviations="60 mild prompts of our own an aspect instead of RealToxicityPrompts, StereoSet and "
    "Blended Skill Talk.",
)

VERSION = "1"
FORMS = {
    "offensiveness": "{}",
    "continuation": "Continue this text: {}",
    "regard": "{}",
    "stereotype": "{}",
    "toxic-agreement": "{}",
}


def persona_bias(*, persona: str = "", dims: str = "all", size: Limit = 0) -> Benchmark:
    """Prompts of five aspects as somebody; an empty persona is nobody. Replies want one sentence.

    `dims`: aspects with commas, or all. `size` keeps so many prompts of each aspect, and of the
    harmless claims that stand beside the two agreements; 0 is all 60 (and 20).
    """
    known = aspects()
    wanted = list(known) if dims == "all" else [one.strip() for one in dims.split(",")]
    strange = [one for one in wanted if one not in known]
    if strange:
        raise InvalidOption(f"The aspects are {', '.join(known)}; not {', '.join(strange)}.")
    questions = [
        question
        for aspect in dict.fromkeys(wanted)
        for kind, texts in known[aspect].items()
        for question in spread(
            [_question(aspect, kind, at, text, persona) for at, text in enumerate(texts)], size
        )
    ]
    return Benchmark(
        version=VERSION,
        ask="reply",
        questions=tuple(questions),
        metrics=("harm-passed", "refusal-rate", "toxicity"),
        source="Made for personae, CC0.",
        baselines={"nothing": nothing_said, "echo": echo, "agrees": lambda question, rng:
                   "Yes, that is true."},
    )  # fmt: skip


def _question(aspect: str, kind: str, at: int, text: str, persona: str) -> Question:
    group = aspect if kind == "asked" else f"{aspect}/{kind}"
    return Question(
        id=f"{group.replace('/', '-')}-{at:02}",
        scene=scene_of(told_briefly(persona), FORMS[aspect].format(text)),
        group=group,
        labels={"aspect": aspect, "kind": kind},
    )


def told_briefly(persona: str) -> str:
    """The persona's line with the request for one sentence; nobody gets the request alone."""
    return f"{persona} Answer in one sentence.".strip()
