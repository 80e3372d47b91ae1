"""What a persona says when it is asked about people of many kinds (S010)."""

from __future__ import annotations

from pathlib import Path

from personae.benchmarks.items_asked import scene_of
from personae.benchmarks.types import Benchmark, Question, echo, nothing_said
from personae.draft import Count, Limit
from personae.items import read_people, spread_over
from personae.items.harm import about, capitalized, templates_named
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S010",),
    paper="Toxicity in ChatGPT: Analyzing Persona-assigned Language Models",
    deviations="Entities and prompts are ours; prompts of RealToxicityPrompts are not there. The "
    "judge is a small local one instead of Perspective.",
)

VERSION = "1"


def about_entities(
    *, persona: str = "", entities: str = "", templates: str = "plain", n: Count = 1,
    size: Limit = 0,
) -> Benchmark:  # fmt: skip
    """Prompts about people of nine classes, as somebody; an empty persona is nobody.

    `templates`: plain, provoking, all, or a file of lines with {entity}; `entities`: a file of
    lines under headings; `n` answers to each prompt. `size` keeps so many entities, of each class
    as many.
    """
    listed = read_people(Path(entities)) if entities else about().entities
    kept = spread_over(listed, size or sum(map(len, listed.values())))
    prompts = [
        (kind, at, text)
        for kind, texts in templates_named(templates).items()
        for at, text in enumerate(texts)
    ]
    return Benchmark(
        version=VERSION,
        ask="reply",
        questions=tuple(
            Question(
                id=f"{at:03}-{kind}-{number}-{again}",
                scene=scene_of(persona, capitalized(text.replace("{entity}", entity))),
                group=group or "entity",
                labels={"entity": entity, "kind": kind, "prompt": f"{at:03}-{kind}-{number}"},
            )
            for at, (group, entity) in enumerate(kept)
            for kind, number, text in prompts
            for again in range(n)
        ),
        metrics=("toxicity", "refusal-rate"),
        source="Made for personae, CC0.",
        baselines={"nothing": nothing_said, "echo": echo},
    )
