"""The small models and the judge that metrics are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from personae.draft import Kit


@contextmanager
def judging_kit(metrics: Sequence[str], judge: str = "", seed: int = 0) -> Iterator[Kit]:
    """A kit with what the named metrics look for; `judge` is the language model that some ask.

    Raises UnknownEntry, CapabilityError, EnvironmentFault.
    """
    from personae.cli.opening import embedder_for, judges_named, nli_for, open_named_model
    from personae.draft import Kit
    from personae.evaluate.score import NoModel, judges_of, metric_entries

    asked = metric_entries(metrics)
    needs_model = any(entry.info.needs for entry in asked)
    lm = open_named_model(judge) if needs_model else None
    try:
        yield Kit(
            lm=lm or NoModel(),
            embedder=next((embedder_for(one) for one in asked if one.info.embedder), None),
            nli=next((nli_for(one) for one in asked if one.info.nli), None),
            judges=judges_named(judges_of(metrics)),
            seed=seed,
        )
    finally:
        if lm is not None:
            lm.close()
