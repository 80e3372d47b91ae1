"""S097 TaciTree: a tree over 400 facts of 40 themes, descended by an oracle, and by a noisy one."""

from __future__ import annotations

import random
from collections.abc import Sequence

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import mean
from personae.memory.tree import Select, Tree, built, visited

PLACES = ("Oslo", "Rome", "Leeds", "Porto", "Lima", "Kyoto", "Accra", "Turin", "Quito", "Cork")
THEMES = (
    "sailing", "chess", "baking", "violin", "gardening", "swimming", "cycling", "painting",
    "poetry", "fishing", "skiing", "astronomy", "pottery", "boxing", "ballet", "archery",
    "beekeeping", "carpentry", "photography", "opera", "surfing", "rowing", "knitting", "judo",
    "geology", "tennis", "golf", "calligraphy", "magic", "birdwatching", "sculpture", "juggling",
    "yoga", "rugby", "origami", "fencing", "welding", "robotics", "cheese", "trains",
)  # fmt: skip
FACTS = tuple(f"I did {theme} in {place}." for theme in THEMES for place in PLACES)
NOISE, CALLS, RECALL = 0.02, 0.25, 0.9


def check(context: CheckContext) -> list[str]:
    """Recall and calls with both oracles, and that every fact has one parent."""
    tree = built(FACTS, context.embedder(), seed=context.seed)
    themes = themes_of(tree)
    sizes = shaped(tree)
    sound = [walked(tree, themes, theme, 0.0, context.seed) for theme in THEMES]
    noisy = [walked(tree, themes, theme, NOISE, context.seed) for theme in THEMES]
    recall, share = (mean([one[at] for one in sound]) for at in (0, 1))
    missed = mean([one[0] for one in noisy])
    line = (
        f"{len(tree.facts)} facts in layers of {sizes}: recall {recall:.2f} with {share:.1%} of "
        f"the calls of asking about every fact; with {NOISE:.0%} wrong NOs {missed:.2f}"
    )
    expect(recall == 1.0 and share <= CALLS, f"{line}; it was to be all with a quarter.")
    expect(missed >= RECALL, f"{line}; that is too little.")
    return [line]


def shaped(tree: Tree) -> list[int]:
    """The sizes of the layers. Raises CheckFailed where a child has no parent, or two."""
    below = len(tree.facts)
    for layer in tree.layers:
        children = sorted(child for node in layer for child in node.children)
        expect(children == list(range(below)), "A node has not exactly one parent.")
        expect(len(layer) <= below // 6, f"A layer of {len(layer)} stands over {below}.")
        below = len(layer)
    return [len(layer) for layer in tree.layers]


def themes_of(tree: Tree) -> dict[str, set[str]]:
    """The themes under each summary."""
    found: dict[str, set[str]] = {}
    below = [{theme for theme in THEMES if f" {theme} " in fact} for fact in tree.facts]
    for layer in tree.layers:
        below = [set().union(*(below[child] for child in node.children)) for node in layer]
        for node, some in zip(layer, below, strict=True):
            found.setdefault(node.text, set()).update(some)
    return found


def walked(
    tree: Tree, themes: dict[str, set[str]], theme: str, noise: float, seed: int
) -> tuple[float, float]:
    """Recall of a theme's facts, and calls as a share of the facts."""
    wanted = {fact for fact in tree.facts if f" {theme} " in fact}
    found = visited(tree, theme, oracle(themes, noise, random.Random(f"{seed}/{theme}")))
    return len(wanted & set(found.facts)) / len(wanted), found.calls / len(tree.facts)


def oracle(themes: dict[str, set[str]], noise: float, rng: random.Random) -> Select:
    """Says yes where a fact under the node has the theme; now and then no instead."""

    def select(question: str, texts: Sequence[str]) -> list[bool]:
        return [question in themes[text] and rng.random() >= noise for text in texts]

    return select
