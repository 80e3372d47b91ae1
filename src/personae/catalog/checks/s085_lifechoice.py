"""S085 lifechoice / charmap: what is planted is found through the description, not by the scenario.

Sixty made-up novels of eighty events, of all motifs; the half of them that nothing was chosen on is
told apart. The links are planted by us: docs/decisions.md has the figures for a real play.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

from personae.benchmarks.decision_items import made_decisions
from personae.benchmarks.lifechoice import Lookup, looked_up, share_shown
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import mean
from personae.encoders.types import Embedder
from personae.formats.lifechoice import LifeChoice
from personae.memory.charmap import Weigh, by_embedder, pieces_of
from personae.novels import Novel, made_novels, motifs

NOVELS = 60
FOUND, BY_SCENARIO = 0.7, 0.4
ARMS = ("chance", "both", "charmap")


def check(context: CheckContext) -> list[str]:
    """Recall of the planted event in six pieces, a reader's answers, and orders of the options."""
    novels = made_novels(NOVELS, seed=context.seed)
    items = list(made_decisions(novels, context.seed))
    shown = {arm: shown_by(items, arm, context.embedder()) for arm in ARMS}
    return [
        recalled(shown),
        held_out(novels, shown),
        answered(items, shown, context.seed),
        in_any_order(items),
    ]


def shown_by(items: Sequence[LifeChoice], arm: str, embedder: Embedder) -> list[bool]:
    """Of each decision whether a memory shows the event behind it."""
    lookup = Lookup(memory=arm)  # type: ignore[arg-type]
    weigh = by_embedder(embedder)
    return [is_shown(item, lookup, weigh, embedder) for item in items]


def is_shown(item: LifeChoice, lookup: Lookup, weigh: Weigh, embedder: Embedder) -> bool:
    """Whether the pieces that are looked up have the event."""
    told = pieces_of(item.story_text)
    places = looked_up(item, told, lookup, weigh, embedder)
    return share_shown(item, [told[at] for at in places], lookup.memory) == 1.0


def recalled(shown: Mapping[str, Sequence[bool]]) -> str:
    """Raise CheckFailed unless charmap finds it, and the scenario does not."""
    shares = {arm: mean([float(one) for one in values]) for arm, values in shown.items()}
    line = (
        f"{len(shown['charmap'])} decisions of {NOVELS} novels, event found in six pieces: charmap "
        f"{shares['charmap']:.3f}, by the scenario {shares['both']:.3f}, by chance "
        f"{shares['chance']:.3f}"
    )
    expect(
        shares["charmap"] >= FOUND and shares["both"] <= BY_SCENARIO,
        f"{line}; it was to be at least {FOUND} and at most {BY_SCENARIO}.",
    )
    return line


def held_out(novels: Sequence[Novel], shown: Mapping[str, Sequence[bool]]) -> str:
    """What is found of the motifs that nothing was chosen on; above what the scenario finds."""
    fresh = {motif.id for motif in motifs("test")}
    asked = [one.motif in fresh for novel in novels for one in novel.decisions]
    shares = {
        arm: mean([float(seen) for seen, is_fresh in zip(values, asked, strict=True) if is_fresh])
        for arm, values in shown.items()
    }
    line = (
        f"of motifs that nothing was chosen on ({sum(asked)} decisions): charmap "
        f"{shares['charmap']:.3f}, by the scenario {shares['both']:.3f}"
    )
    expect(shares["charmap"] > shares["both"], f"{line}; it was to be more.")
    return line


def answered(
    items: Sequence[LifeChoice], shown: Mapping[str, Sequence[bool]], seed: int
) -> str:  # fmt: skip
    """Raise CheckFailed unless a reader who knows the event answers better with charmap.

    The reader takes the right option where the event is shown, and guesses elsewhere.
    """
    rates = {
        arm: mean([float(read(item, seen, seed) == item.answer)
                   for item, seen in zip(items, values, strict=True)])
        for arm, values in shown.items()
    }  # fmt: skip
    line = (
        f"a reader that needs the event: {rates['charmap']:.3f} right with charmap, "
        f"{rates['both']:.3f} with the scenario's pieces"
    )
    expect(rates["charmap"] > rates["both"], f"{line}; it was to be more.")
    return line


def read(item: LifeChoice, seen: bool, seed: int) -> str:
    """The reader's answer."""
    if seen:
        return item.answer
    return random.Random(f"{seed}/{item.id}").choice(item.options)


def in_any_order(items: Sequence[LifeChoice]) -> str:
    """Raise CheckFailed where the right option is another one in another order."""
    asked = items[:: max(1, len(items) // 20)]
    orders = list(itertools.permutations(range(4)))
    moved = [(item, item.ordered(order)) for item in asked for order in orders]
    wrong = [one.id for one, other in moved if one.answer != other.answer]
    places = {other.right for _, other in moved}
    expect(not wrong and len(places) == 4, f"Reordering changes the answer of {wrong[:3]}.")
    return f"{len(moved)} orders of options: the right one stays right"
