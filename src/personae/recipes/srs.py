"""Train the cross-encoder that ranks replies, without and with persona prompts (S022)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from personae.draft import Count
from personae.encoders.heads import WEIGHTS
from personae.recipes.lora_training import Artifact, Report
from personae.recipes.training_scripts import run_make
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S022",),
    aka=("ranking", "p5"),
    paper="P5: Plug-and-Play Persona Prompting for Personalized Response Selection",
    deviations="MiniLM in the place of RoBERTa; three turns of context; the loss is over a list of "
    "replies instead of two-way; tuning with prompts trains the upper three layers alone.",
)

Recipe = Callable[[Path, Path, Report, bool], Artifact]
Minutes = Annotated[float, Field(gt=0)]


def srs(
    *,
    number: Count = 100_000,
    seed: Annotated[int, Field(ge=0)] = 0,
    minutes: Minutes = 1e6,
    prompt_minutes: Minutes = 1e6,
    threads: Count = 2,
) -> Recipe:
    """Make lists of replies, train without personas, tune with prompts, quantise.

    `number` is how many lists are trained on at most; `minutes` and `prompt_minutes` of processor
    time a thread end the two trainings early. The recipe is `(data, work, show, resume) ->
    Artifact`; the weights lie in `work/weights/ranking`, beside a copy of the embedder's, for
    `open_ranker(folder=…)`. Needs a checkout of personae: the scripts are no part of the wheel.
    """

    def recipe(data: Path, work: Path, show: Report, resume: bool = True) -> Artifact:
        out = work / "weights" / "ranking"
        # The ranker's words are read out of the embedder's file, which has to lie beside it.
        shutil.copytree(WEIGHTS / "minilm_int8", out.parent / "minilm_int8", dirs_exist_ok=True)
        options = {
            "data": data, "work": work, "out": out, "number": number, "seed": seed,
            "minutes": minutes, "prompt-minutes": prompt_minutes, "threads": threads,
        }  # fmt: skip
        run_make("ranking", options, resume, show)
        return Artifact(out, {name: _last(work / name / "log.jsonl") for name in ("bare", "tuned")})

    return recipe


def _last(log: Path) -> dict[str, Any]:
    lines = log.read_text("utf-8").splitlines()
    found: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return found
