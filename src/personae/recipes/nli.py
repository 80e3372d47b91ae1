"""Train the model that judges replies against statements, as `training/nli/make` does it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from personae.draft import Count
from personae.errors import EnvironmentFault, PersonaeError
from personae.recipes.lora_training import Artifact, Report
from personae.registry import EntryInfo

ENTRY = EntryInfo(paper="Welleck et al. 2019, Dialogue Natural Language Inference")

Recipe = Callable[[Path, Path, Report, bool], Artifact]
_MAKE = Path(__file__).parents[3] / "training" / "nli" / "make"
_LOG = "log.jsonl"
_STDERR = 2  # stdout is for data


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
        if not _MAKE.is_file():
            raise EnvironmentFault(
                f"The recipe's scripts are not at {_MAKE.parent}.",
                remedy="run `personae train nli` from an environment with `pip install -e .`",
            )
        work.mkdir(parents=True, exist_ok=True)
        command = [
            str(_MAKE), "--data", str(data), "--work", str(work), "--out", str(work / "weights"),
            "--half", half, "--number", str(number), "--seed", str(seed),
            "--minutes", str(minutes), "--threads", str(threads), *(["--resume"] * resume),
        ]  # fmt: skip
        show("training/nli/make", 0, 1, "its own output follows")
        ended = subprocess.run(command, stdout=_STDERR, check=False)
        if ended.returncode:
            raise PersonaeError(f"training/nli/make ended with {ended.returncode}; see above.")
        show("training/nli/make", 1, 1, "")
        lines = (work / _LOG).read_text("utf-8").splitlines()
        return Artifact(work / "weights", json.loads(lines[-1]) if lines else {})

    return recipe
