"""Running a system's check: what it may use, how it says no, and what comes out.

A check is a module `personae.catalog.checks.<name>` with `def check(context: CheckContext) ->
list[str]`. It returns lines of evidence (what was measured), raises CheckFailed where the system
does not do what its row claims, and CheckSkipped where something outside the code is missing (a
data set, a model's capability).
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from personae.errors import CapabilityError, EnvironmentFault, PersonaeError

if TYPE_CHECKING:
    from personae.catalog.types import System
    from personae.encoders.types import Embedder
    from personae.lm.types import LanguageModel

CheckStatus = Literal["passed", "failed", "skipped"]
CHECKS_PACKAGE = "personae.catalog.checks"


class CheckFailed(PersonaeError):
    """The system does not do what its row claims; the message says what was measured."""


class CheckSkipped(PersonaeError):
    """The check cannot run here; the message says what is missing."""


@dataclass(frozen=True)
class CheckContext:
    """What a check may use; models are opened only by the checks that call for them.

    `datasets_dir` is the folder of shared data sets (it may be absent).
    """

    lm: Callable[[], LanguageModel]
    embedder: Callable[[], Embedder]
    datasets_dir: Path
    seed: int = 0


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check ended. `evidence` has at least one line: figures, or the reason why not."""

    system: str
    status: CheckStatus
    evidence: tuple[str, ...]
    seconds: float


def run_check(system: System, context: CheckContext) -> CheckResult:
    """Run the check of one system; errors become a failed or skipped result, never a traceback.

    A lacking capability or a lacking piece of the machine skips the check: neither says anything
    about the system. Any other error fails it. Raises PersonaeError when the row has no check.
    """
    if not system.check:
        raise PersonaeError(
            f"{system.id} ({system.short_name}) has no check: its status is {system.status!r}. "
            f"See `personae systems show {system.id}`."
        )
    started = time.perf_counter()
    status, evidence = _outcome(system.check, context)
    return CheckResult(system.id, status, evidence, time.perf_counter() - started)


def load_check(name: str) -> Callable[[CheckContext], list[str]]:
    """The `check` function of a check module. Raises CheckFailed where it is missing."""
    module_name = f"{CHECKS_PACKAGE}.{name}"
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        raise CheckFailed(f"There is no check module {module_name!r}.") from error
    check = getattr(module, "check", None)
    if not callable(check):
        raise CheckFailed(f"The module {module_name} does not define `check(context)`.")
    return check  # type: ignore[no-any-return]


def _outcome(name: str, context: CheckContext) -> tuple[CheckStatus, tuple[str, ...]]:
    try:
        evidence = load_check(name)(context)
    except (CheckSkipped, CapabilityError, EnvironmentFault) as error:
        return "skipped", (str(error),)
    except PersonaeError as error:
        return "failed", (str(error),)
    except Exception as error:  # noqa: BLE001 - the ledger goes on: a broken check is a failed row
        return "failed", (f"The check broke: {type(error).__name__}: {error}",)
    if not evidence:
        return "failed", ("The check passed without naming any evidence.",)
    return "passed", tuple(evidence)
