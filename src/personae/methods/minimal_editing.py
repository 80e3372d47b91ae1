"""Another method's reply, its clause that clashes with the persona minimally edited (S103)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from personae.draft import Count, Step, chain
from personae.errors import InvalidOption
from personae.registry import EntryInfo, build, find
from personae.steps.edit_minimally import Goal, edit_minimally
from personae.steps.minimal_edits import Weights

ENTRY = EntryInfo(
    systems=("S103",),
    aka=("gme",),
    needs=("chat",),
    embedder=True,
    nli=True,
    paper="Wu et al. 2021, Transferable Persona-Grounded Dialogues via Grounded Minimal Edits",
    deviations="See the step edit-minimally; persona statements are kept, not exchanged.",
)


def minimal_editing(
    *,
    of: str = "plain",
    options: dict[str, Any] | None = None,
    goal: Goal = "repair",
    edits: Count = 2,
    distance: Annotated[float, Field(ge=0, le=10)] = Weights().distance,
    loss: Annotated[float, Field(ge=0, le=10)] = Weights().loss,
    fluency: Annotated[float, Field(ge=0, le=10)] = Weights().fluency,
) -> Step:
    """The method `of` with its `options`, and then `edit_minimally`.

    A reply that contradicts no statement leaves as it came. Needs what the method `of` needs.
    Raises InvalidOption when a method is to edit itself.
    """
    if find("method", of).name == "minimal-editing":
        raise InvalidOption("minimal-editing edits another method's reply; give of=plain or so.")
    return chain(
        build("method", of, options),
        edit_minimally(goal=goal, edits=edits, distance=distance, loss=loss, fluency=fluency),
    )
