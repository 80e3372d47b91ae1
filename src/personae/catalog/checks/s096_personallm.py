"""S096 PersonaLLM: the published effect sizes, and those of the model here."""

from __future__ import annotations

from collections.abc import Mapping

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.evaluate.answer_sheet import AnswerSheet
from personae.evaluate.questionnaire_asking import Asking, asker
from personae.evaluate.questionnaire_scores import score
from personae.formats.questionnaire import load_questionnaire
from personae.questionnaires.big_five import (
    TRAITS,
    Trait,
    first_items,
    types_of,
)
from personae.questionnaires.types import Answer, Item, Questionnaire, Scale
from personae.speaker import Speaker
from personae.studies.personallm import (
    Agent,
    ask_types,
    draw_agents,
    effect_sizes,
    published_agents,
    shuffled,
)

PUBLISHED: Mapping[str, Mapping[Trait, float]] = {
    "gpt-3.5-turbo-0613": {"E": 7.81, "A": 5.93, "C": 1.56, "N": 1.83, "O": 2.90},
    "gpt-4-0613": {"E": 5.47, "A": 4.22, "C": 4.39, "N": 5.17, "O": 6.30},
}
# The published key of the BFI-44 by item number, reversed items below 0; its sentences have owners.
BFI_KEYS = {
    "E": (1, -6, 11, 16, -21, 26, -31, 36),
    "A": (-2, 7, -12, 17, 22, -27, 32, -37, 42),
    "C": (3, -8, 13, -18, -23, 28, 33, 38, -43),
    "N": (4, -9, 14, 19, -24, 29, -34, 39),
    "O": (5, 10, 15, 20, 25, 30, -35, 40, -41, 44),
}
TYPES, ITEMS, AGENTS = 8, 8, 40  # 320 agents, as published
LARGE, NOISE, TRAITS_WANTED = 0.8, 0.3, 3


def check(context: CheckContext) -> list[str]:
    """The key and the effect sizes of the paper, then eight types on the language model."""
    return [scorer_is_golden(), published_effects(), *effects_here(context)]


def bfi() -> Questionnaire:
    """The BFI-44 without its sentences."""
    return Questionnaire(
        name="BFI-44",
        title="Big Five Inventory",
        language="en",
        low=1,
        high=5,
        options=(),
        items=tuple(Item(str(at), f"Sentence {at}.") for at in range(1, 45)),
        scales=tuple(
            Scale(name, name, {str(abs(key)): 1 if key > 0 else -1 for key in keys})
            for name, keys in BFI_KEYS.items()
        ),
    )


def scorer_is_golden() -> str:
    """All 3 gives mean 3 on every trait, all 5 a mean of 3.5 on extraversion."""
    sheet = bfi()
    threes, fives = (
        score(sheet, [Answer(item.id, value) for item in sheet.items]) for value in (3.0, 5.0)
    )
    expect(all(one.mean == 3 for one in threes.values()), "All 3 is not a mean of 3.")
    expect(fives["E"].mean == 3.5, f"All 5 is {fives['E'].mean} on extraversion, not 3.5.")
    return "BFI-44: all 3 gives 3 on every trait, all 5 gives 3.5 on extraversion"


def published_effects() -> str:
    """Raise CheckFailed unless d is the published one to .01, and nothing in shuffled types."""
    shown = []
    for model, agents in published_agents().items():
        found, noise = effect_sizes(agents), effect_sizes(shuffled(agents, 0))
        for trait, d in PUBLISHED[model].items():
            got = found[trait].d or 0.0
            expect(abs(got - d) <= 0.01, f"{model}: d of {trait} is {got:.3f}, not {d}.")
            expect(
                abs(noise[trait].d or 0.0) < NOISE, f"{model}: shuffled types differ in {trait}."
            )
        shown.append(f"{model} ({len(agents)} agents) {_ds(agents)}")
    return f"published scores, Cohen's d: {'; '.join(shown)}"


def effects_here(context: CheckContext) -> list[str]:
    """Raise CheckFailed unless three traits have large effects, and shuffled types none."""
    sheet = first_items(load_questionnaire("ipip-50"), ITEMS)
    speaker, asking = Speaker(context.lm(), seed=context.seed), Asking(way="monologue")
    answers = ask_types(
        sheet, types_of(TYPES), "markers", lambda one: asker(sheet, speaker, one), [asking],
        AnswerSheet(),
    )  # fmt: skip
    agents = draw_agents(sheet, answers, AGENTS, context.seed)
    found, dealt = effect_sizes(agents), shuffled(agents, context.seed)
    line = f"{len(agents)} agents on {len(sheet.items)} items of ipip-50: {_ds(agents)}"
    large = [trait for trait in TRAITS if (found[trait].d or 0.0) > LARGE]
    expect(len(large) >= TRAITS_WANTED, f"{line}; only {len(large)} traits are above {LARGE}.")
    noise = effect_sizes(dealt)
    expect(
        all(abs(one.d or 0.0) < NOISE for one in noise.values()),
        f"Shuffled types differ: {_ds(dealt)}.",
    )
    return [line, f"the same scores under shuffled types: {_ds(dealt)}"]


def _ds(agents: list[Agent]) -> str:
    found = effect_sizes(agents)
    return " ".join(f"{trait} {found[trait].d or 0.0:.2f}" for trait in TRAITS)
