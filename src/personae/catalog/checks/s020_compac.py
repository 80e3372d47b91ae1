"""S020 COMPAC: the prior finds what an utterance rests on, a swapped z changes the reply.

Expansions are sensible, the example of the paper's title comes out, and a short training brings the
prior nearer to the posterior on turns that it did not see.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from personae.catalog.check import CheckContext
from personae.catalog.check_data import data_file, expect
from personae.catalog.check_methods import in_parallel, mcnemar, mean
from personae.commonsense.building import Judges
from personae.commonsense.expanding import Expansion, expansions, open_prior, untrained
from personae.data import Scene
from personae.encoders.nli import open_nli
from personae.evaluate.persona_grounding import (
    OTHERS,
    Swapped,
    firsts,
    items_of,
    nearer,
    read_grounding,
    swapped,
)
from personae.evaluate.targets import targets
from personae.formats.reading import read_dialogues
from personae.recipes.expansion_prior import (
    Choices,
    choices_of,
    open_judges,
    some_exchanges,
    taught,
)

if TYPE_CHECKING:
    from personae.encoders.types import Embedder, Nli

ITEMS, LEAST_FIRST = 600, 0.6
CONTEXTS, LEAST_CHANGED = 25, 0.6
TURNS, EPOCHS = 80, 20  # of the training here; the shipped prior saw 2,000
LEAST_SENSIBLE = 0.7
SURE = 0.05
TITLE = "I like hiking."
OUTDOORS = ("nature", "outdoor", "mountain", "trail", "summit", "fit", "rest", "far from cities")
STATEMENTS = (
    TITLE, "I love to cook for my family.", "My favorite color is blue.", "I hate spiders.",
    "I work as a nurse.", "I live by the sea.", "I want to be a pilot.", "I play the guitar.",
    "I go fishing on weekends.", "I grew up in a small village.", "I have two dogs.",
    "I am a vegan.", "I collect stamps.", "I like to read crime novels.", "I am retired.",
    "I am expecting my first baby.", "I ride horses.", "I enjoy yoga.", "I love heavy metal music.",
    "I am afraid of flying.",
)  # fmt: skip


def check(context: CheckContext) -> list[str]:
    """Grounding, expansions, the training, and control by hand."""
    file = data_file(context, "compac-persona-grounding", "persona_grounding.csv")
    contexts = data_file(context, "xpersona", "En_persona_test.json")
    data = data_file(context, "dnli-excerpt").parent
    judges = open_judges()
    embedder = judges.embedder
    items = items_of(read_grounding(file), ITEMS, context.seed)
    priors = {"cosine": untrained(embedder), "trained": open_prior(embedder)}
    made = {one: expansions([one], judges, ("rules", "graph")) for one in STATEMENTS}
    lines = [
        grounded({name: firsts(items, one) for name, one in priors.items()}),
        sensible(made, open_nli(name="second")),
    ]
    with tempfile.TemporaryDirectory() as folder:
        lines.append(pulled(*some_choices(data, judges, Path(folder), context.seed)))
    lm = context.lm()

    def swap(numbered: tuple[int, Scene]) -> Swapped | None:
        return swapped(lm, embedder, judges.nli, numbered[1], numbered[0])

    found = in_parallel(swap, list(enumerate(scenes_of(contexts, CONTEXTS))))
    return [*lines, controlled([one for one in found if one], embedder)]


def scenes_of(file: Path, count: int) -> list[Scene]:
    """The third test turn of each of so many dialogues: by then they talk of something."""
    found = (targets([one], 3) for one in read_dialogues(file))
    return [some[-1].scene() for some in islice((one for one in found if one), count)]


def grounded(hits: dict[str, Sequence[bool]]) -> str:
    """Raise CheckFailed unless the untrained prior finds what an utterance rests on."""
    shares = {name: mean([float(hit) for hit in one]) for name, one in hits.items()}
    shown = ", ".join(f"{name} {share:.3f}" for name, share in shares.items())
    line = (
        f"the sentence that an utterance rests on comes first among {OTHERS + 1}, "
        f"{len(hits['cosine'])} items: {shown} (chance {1 / (OTHERS + 1):.1f})"
    )
    expect(shares["cosine"] >= LEAST_FIRST, f"{line}; it was to be {LEAST_FIRST}.")
    return line


def sensible(made: dict[str, list[Expansion]], judge: Nli) -> str:
    """Raise CheckFailed unless expansions agree with their parents, and hiking is named rightly.

    The judge is the one that no expander asked. Beside them stand the expansions of the next
    statement of the list, as if they followed.
    """
    every = {one: [z.text for z in found if z.parent] for one, found in made.items()}
    bare = sum(not texts for texts in every.values())
    parents = list(every)
    shares = [
        agreeing([(text, parents[(at + shift) % len(parents)])
                  for at, parent in enumerate(parents) for text in every[parent]], judge)
        for shift in (0, 1)
    ]  # fmt: skip
    named = [text for text in every[TITLE] if any(word in text for word in OUTDOORS)]
    count = sum(map(len, every.values()))
    line = (
        f"{count} expansions of {len(made)} statements ({bare} without any): {shares[0]:.3f} not "
        f"contradicted by the second judge (of another statement: {shares[1]:.3f}); of {TITLE!r}: "
        f"{named[:3]}"
    )
    expect(shares[0] >= LEAST_SENSIBLE, f"{line}; it was to be {LEAST_SENSIBLE}.")
    expect(bool(named), f"{line}; none is about nature, mountains or rest.")
    expect(bare <= len(made) // 5, f"{line}; too many statements are not expanded.")
    return line


def agreeing(pairs: Sequence[tuple[str, str]], judge: Nli) -> float:
    """The share of pairs that are no contradiction."""
    return float((judge.classify(pairs).argmax(axis=1) != 2).mean()) if pairs else 0.0


def some_choices(data: Path, judges: Judges, work: Path, seed: int) -> tuple[Choices, Choices]:
    """Turns to train on here, and held ones of other dialogues."""

    def quiet(stage: str, done: int, of: int, remark: str) -> None:
        return None

    trained, held = some_exchanges(data, TURNS, seed)
    return (
        choices_of(trained, judges, work / "z.jsonl", quiet),
        choices_of(held, judges, work / "held.jsonl", quiet),
    )


def pulled(trained: Choices, held: Choices, rate: float = 1e-3) -> str:
    """Raise CheckFailed unless KL(q | p) of held turns falls in training."""
    _, log = taught(trained, held, epochs=EPOCHS, batch=50, rate=rate, decay=0.5, seed=0)
    before, after = log[0]["divergence"], log[-1]["divergence"]
    line = (
        f"KL of the prior from the posterior, {len(held.there)} held turns: {before:.3f} "
        f"untrained, {after:.3f} after training on {len(trained.there)}"
    )
    expect(after < before, f"{line}; it was to fall.")
    return line


def controlled(found: Sequence[Swapped], embedder: Embedder) -> str:
    """Raise CheckFailed unless another z gives another reply, and one that is nearer to it."""
    changed = mean([float(one.changes) for one in found])
    own = nearer(found, embedder)
    near = mean([float(one) for one in own])
    p = mcnemar(own, [not one for one in own])
    line = (
        f"another z by hand changes the reply in {changed:.2f} of {len(found)} contexts; replies "
        f"lie nearer to their own z than crossed over in {near:.2f} (one-sided p {p:.3f})"
    )
    expect(len(found) >= CONTEXTS * 0.9, f"{line}; too few contexts have two z.")
    expect(changed >= LEAST_CHANGED, f"{line}; it was to be {LEAST_CHANGED}.")
    expect(near > 0.5, f"{line}; the replies do not follow their z.")
    expect(p < SURE, f"{line}; that may be chance.")
    return line
