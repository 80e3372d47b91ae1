"""Which memory shows what explains a character's decision: no model answers here (S085)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from personae.benchmarks.lifechoice import Lookup, looked_up, share_shown
from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.errors import InvalidOption
from personae.evaluate.score import NoModel, Report, Run, measured
from personae.formats.lifechoice import LifeChoice
from personae.memory.charmap import Weigh, pieces_of
from personae.metrics.evidence_shown import evidence_shown
from personae.metrics.types import Metric

ALL_LINES = "all-lines"  # charmap without its first step: every line is followed
ARMS = ("chance", "whole", "words", "embed", "both", ALL_LINES, "charmap", "charmap:nli")


def arms_named(names: str, options: Mapping[str, Any]) -> dict[str, Lookup]:
    """The ways to look up, by name: `words,charmap`, or `charmap:nli` for who chooses the points.

    `options` are those that all have in common. Raises InvalidOption for what there is not.
    """
    from pydantic import TypeAdapter, ValidationError

    arms: dict[str, Lookup] = {}
    for name in (part.strip() for part in names.split(",")):
        memory, _, by = name.partition(":")
        given = {"memory": memory, "by": by or "embedder"}
        if name == ALL_LINES:
            given = {"memory": "charmap", "by": "all"}
        try:
            arms[name] = TypeAdapter(Lookup).validate_python({**options, **given})
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            raise InvalidOption(
                f"The memory {name!r} cannot be: {fault['loc'][0]}={fault['input']!r}: "
                f"{fault['msg']}. There are {', '.join(ARMS)}."
            ) from error
    return arms


def samples_shown(
    items: Sequence[LifeChoice], lookup: Lookup, weigh: Callable[[LifeChoice], Weigh],
    on_item: Callable[[int, int], None] | None = None,
) -> tuple[Sample, ...]:  # fmt: skip
    """A sample for each decision, without a reply: which share of its evidence is shown."""
    found: list[Sample] = []
    for number, item in enumerate(items, start=1):
        told = pieces_of(
            item.story_text, chunk_tokens=lookup.chunk_tokens, overlap_tokens=lookup.overlap_tokens
        )
        shown = [told[at] for at in looked_up(item, told, lookup, weigh(item))]
        labels = {"evidence_shown": share_shown(item, shown, lookup.memory), "pieces": len(told)}
        found.append(
            Sample(
                id=item.id,
                scene=Scene(persona=Persona(name=item.character)),
                reference=item.answer,
                record={"group": item.motivation, "labels": labels},
            )
        )
        if on_item is not None:
            on_item(number, len(items))
    return tuple(found)


def memory_report(runs: dict[str, tuple[Sample, ...]], seed: int = 0) -> Report:
    """The evidence that each memory shows, with intervals, and differences to the first."""
    metrics: dict[str, Metric] = {"evidence-shown": evidence_shown()}
    made = [Run(Path(name), {}, samples) for name, samples in runs.items()]
    return measured(made, metrics, Kit(lm=NoModel(), seed=seed))
