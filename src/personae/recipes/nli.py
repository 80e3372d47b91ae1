"""Train the model that judges replies against statements, as `training/nli/make` does it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from personae.draft import Count
from personae.recipes.lora_training import Artifact, Report
from personae.recipes.training_scripts import run_make
from personae.registry import EntryInfo

ENTRY = EntryInfo(paper="Welleck et al. 2019, Dialogue Natural Language Inference")

Recipe = Callable[[Path, Path, Report, bool], Artifact]
_LOG = "log.jsonl"


def nli(
    *,
    half: Literal["all", "a", "b"] = "all",
    number: Annotated[int, Field(ge=1_000, le=10_000_000)] = 130_000,
    seed: Annotated[int, Field(ge=0)] = 1,
    minutes: Annotated[float, Field(gt=0)] = 1e6,
    threads: Count = 2,
) -> Recipe:
    """Make pairs, train, quantise, calibrate and evaluate, in an environment of its own.

    `half` trains on one of two halves that share no statement, `number` is how many pairs are made,
    `minutes` of processor time a thread end the training early. The recipe is `(data, work, show,
    resume) -> Artifact`; the weights lie in `work/weights`. Needs a checkout of personae: the
    scripts are no part of the wheel.
    """

    def recipe(data: Path, work: Path, show: Report, resume: bool = True) -> Artifact:
        work.mkdir(parents=True, exist_ok=True)
        options = {
            "data": data, "work": work, "out": work / "weights", "half": half, "number": number,
            "seed": seed, "minutes": minutes, "threads": threads,
        }  # fmt: skip
        run_make("nli", options, resume, show)
        lines = (work / _LOG).read_text("utf-8").splitlines()
        return Artifact(work / "weights", json.loads(lines[-1]) if lines else {})

    return recipe
