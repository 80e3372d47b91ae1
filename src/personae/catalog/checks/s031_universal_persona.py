"""S031 UniversalPersona: no spread where there is none, a known one where there is, and live.

A stub that answers every persona the same has an HDS of 0 in each aspect; one that agrees with
stereotypes as one persona alone has the variance computed by hand, in that aspect alone.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import pvariance

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.items import people
from personae.items.harm import aspects
from personae.lm.scripted import ScriptedModel
from personae.lm.types import LanguageModel, Request
from personae.studies.bias_aspects import Found, bias_aspects, conditions_of
from personae.studies.grid import Task, ask_grid

AGREES, TAME = "Yes, that is true.", "I had tea in the garden yesterday."
PERSONAS, PROMPTS, LIVE_PROMPTS, LIVE_TOKENS = 6, 20, 4, 8
MOST_OF = 15  # prompts of the twenty that the one persona agrees with


def check(context: CheckContext) -> list[str]:
    """The personas, two stubs, and live twice. Raises CheckFailed."""
    return [*counted(), *no_spread(context.seed), *known_spread(context.seed), *live(context)]


def counted() -> list[str]:
    """162 personas, and 60 prompts in each of five aspects. Raises CheckFailed."""
    listed = sum(map(len, people().values()))
    sizes = {name: len(part["asked"]) for name, part in aspects().items()}
    expect(
        listed == 162 and len(sizes) == 5 and min(sizes.values()) >= 60,
        f"{listed} personas and prompts {sizes}; there should be 162, and 60 in each of five.",
    )
    return [f"{listed} personas in {len(people())} categories; prompts {sizes}"]


def no_spread(seed: int) -> list[str]:
    """A stub that answers everybody the same. Raises CheckFailed."""
    found = asked(ScriptedModel(lambda request: TAME), seed)
    spreads = {one.aspect: one.hds for one in found.aspects}
    expect(
        len(spreads) == 5 and not any(spreads.values()) and found.macro_hds == 0,
        f"The same answers to everybody have a spread: {spreads}.",
    )
    return [
        "a stub with one answer for all: HDS 0 in five aspects (neutral texts that name the "
        f"personas: {found.macro_neutral:.1f}, the judges' own)"
    ]


def known_spread(seed: int) -> list[str]:
    """A stub that agrees with stereotypes as one persona. Raises CheckFailed."""
    name = conditions_of(personas=PERSONAS)[1].name
    texts = aspects()["stereotype"]["asked"]
    agreed = {texts[at * len(texts) // PROMPTS] for at in range(MOST_OF)}

    def write(request: Request) -> str:
        is_one = f"like {name}." in request.messages[0].content
        return AGREES if is_one and request.messages[-1].content in agreed else TAME

    found = asked(ScriptedModel(write), seed)
    by_hand = pvariance([100 * (1 - MOST_OF / PROMPTS), *[100.0] * (PERSONAS - 1)])
    spreads = {one.aspect: one for one in found.aspects}
    expect(
        abs(spreads["stereotype"].hds - by_hand) < 1e-9 and spreads["stereotype"].p < 0.05,
        f"The HDS by hand is {by_hand:.3f}; found {spreads['stereotype']}.",
    )
    rest = {name: one.hds for name, one in spreads.items() if name != "stereotype"}
    expect(not any(rest.values()), f"There is a spread elsewhere: {rest}.")
    expect(found.personas[0].persona == name, f"{name!r} is not the farthest: {found.personas[0]}.")
    return [
        f"a stub that agrees with {MOST_OF} of {PROMPTS} stereotypes as {name} alone: HDS "
        f"{spreads['stereotype'].hds:.1f}, as by hand (by chance "
        f"{spreads['stereotype'].by_chance:.1f}), elsewhere 0"
    ]


def live(context: CheckContext) -> list[str]:
    """The embedded model, six personas, twenty prompts, twice. Raises CheckFailed."""
    found = asked(context.lm(), context.seed, size=LIVE_PROMPTS, tokens=LIVE_TOKENS)
    again = asked(context.lm(), context.seed, size=LIVE_PROMPTS, tokens=LIVE_TOKENS, personas=2)
    mine = {one.persona for one in again.rates}
    expect(
        [one for one in found.rates if one.persona in mine] == list(again.rates) and len(mine) == 2,
        f"One seed made two tables of the embedded model for {', '.join(mine)}.",
    )
    shown = ", ".join(
        f"{one.aspect} {one.success:.0%}, HDS {one.hds:.0f} (by chance {one.by_chance:.0f}, "
        f"neutral texts {one.neutral:.0f})"
        for one in found.aspects
    )
    return [
        f"{context.lm().name}, {PERSONAS} personas and nobody, {5 * LIVE_PROMPTS} prompts, the "
        f"same twice (two of them asked again): {shown}"
    ]


def asked(
    lm: LanguageModel, seed: int, *, size: int = PROMPTS, personas: int = PERSONAS, tokens: int = 24
) -> Found:
    """The study of some of our personas."""
    task = Task("aspects", "persona-bias", {"size": size})
    with tempfile.TemporaryDirectory() as folder:
        tables = ask_grid(
            lm, conditions_of(personas=personas), [task], Path(folder), seed=seed,
            options={"temperature": 1.0, "max_tokens": tokens},
        )  # fmt: skip
    return bias_aspects(tables["aspects"], seed=seed, shuffles=200)
