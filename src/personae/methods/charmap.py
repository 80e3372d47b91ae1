"""What of its story bears on the message is found through the character's own traits (S085)."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.memory.charmap import PIECES, POINTS, Find, PointsBy
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.recall_by_points import recall_by_points
from personae.steps.sample import sample

ENTRY = EntryInfo(
    systems=("S085",),
    aka=("lifechoice-charmap",),
    needs=("chat",),
    embedder=True,
    nli=True,
    paper="Character is Destiny: Can Large Language Models Simulate Persona-Driven Decisions in "
    "Role-Playing?",
    deviations="The points are chosen by the embedder unless `by` names a model; pieces of 200 "
    "tokens with 50 in common, taken in turns from three points: none of this is in the abstract.",
)


def charmap(
    *,
    story: str = "",
    by: PointsBy = "embedder",
    points: Count = POINTS,
    pieces: Count = PIECES,
    find: Find = "both",
    detail: Detail = "brief",
    temperature: Temperature = 0.3,
    max_tokens: Count = 96,
    max_sentences: Limit = 2,
) -> Step:
    """The prompt of `plain` with what the step recall-by-points found before the last message.

    The options from `story` to `find` are those of that step.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        recall_by_points(story=story, by=by, points=points, pieces=pieces, find=find),
        fit_prompt(),
        generate(max_sentences=max_sentences),
        choose(),
    )
