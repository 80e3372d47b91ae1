"""Runs a recipe that is a script of the checkout, in an environment of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from personae.errors import EnvironmentFault, PersonaeError
from personae.recipes.lora_training import Report

SCRIPTS = Path(__file__).parents[3] / "training"
_STDERR = 2  # stdout is for data


def run_make(name: str, options: Mapping[str, Any], resume: bool, show: Report) -> None:
    """Run `training/NAME/make` with `--option value` for each; what it prints goes to stderr.

    Raises EnvironmentFault outside of a checkout, PersonaeError when the script fails.
    """
    script = SCRIPTS / name / "make"
    if not script.is_file():
        raise EnvironmentFault(
            f"The recipe's scripts are not at {script.parent}.",
            remedy="run `personae train` from an environment with `pip install -e .`",
        )
    given = [word for key, value in options.items() for word in (f"--{key}", str(value))]
    stage = f"training/{name}/make"
    show(stage, 0, 1, "its own output follows")
    command = [str(script), *given, *(["--resume"] * resume)]
    ended = subprocess.run(command, stdout=_STDERR, check=False)
    if ended.returncode:
        raise PersonaeError(f"{stage} ended with {ended.returncode}; see above.")
    show(stage, 1, 1, "")
