"""Running checks: every way they can end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from personae.catalog import system, systems
from personae.catalog.check import (
    CHECKS_PACKAGE,
    CheckContext,
    CheckFailed,
    CheckSkipped,
    load_check,
    run_check,
)
from personae.errors import (
    BackendError,
    CapabilityError,
    EnvironmentFault,
    FormatError,
    PersonaeError,
)

Check = Callable[[CheckContext], list[str]]


def refuse() -> None:
    raise AssertionError("no model was asked for")


CONTEXT = CheckContext(lm=refuse, embedder=refuse, datasets_dir=Path("absent"))  # type: ignore[arg-type]


@pytest.fixture
def row_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[Check], object]:
    def make(check: Check) -> object:
        module = ModuleType(f"{CHECKS_PACKAGE}.s999_made_up")
        module.check = check  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        return system("S019").model_copy(update={"check": "s999_made_up"})

    return make


def raising(error: Exception) -> Check:
    def check(context: CheckContext) -> list[str]:
        raise error

    return check


def test_evidence_passes(row_with) -> None:
    result = run_check(row_with(lambda context: ["3 of 3", str(context.datasets_dir)]), CONTEXT)
    assert (result.system, result.status) == ("S019", "passed")
    assert result.evidence == ("3 of 3", "absent")
    assert result.seconds >= 0


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CheckFailed("2 of 3"), "failed"),
        (FormatError("bad line", file="x", line=3), "failed"),
        (BackendError("down", failure="refused"), "failed"),
        (CheckSkipped("no data"), "skipped"),
        (CapabilityError("cannot score"), "skipped"),
        (EnvironmentFault("no weights", remedy="personae doctor"), "skipped"),
    ],
)
def test_a_deliberate_error_becomes_the_result(row_with, error: Exception, status: str) -> None:
    result = run_check(row_with(raising(error)), CONTEXT)
    assert (result.status, result.evidence) == (status, (str(error),))


def test_a_check_that_breaks_is_a_failed_check(row_with) -> None:
    result = run_check(row_with(raising(ZeroDivisionError("by zero"))), CONTEXT)
    assert result.status == "failed"
    assert result.evidence == ("The check broke: ZeroDivisionError: by zero",)


def test_a_check_without_evidence_has_not_passed(row_with) -> None:
    assert run_check(row_with(lambda context: []), CONTEXT).status == "failed"


def test_a_missing_check_module_fails_the_row() -> None:
    row = system("S019").model_copy(update={"check": "s999_not_there"})
    result = run_check(row, CONTEXT)
    assert result.status == "failed"
    assert "s999_not_there" in result.evidence[0]


def test_a_module_without_a_check_function_fails_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{CHECKS_PACKAGE}.s999_empty"
    monkeypatch.setitem(sys.modules, name, ModuleType(name))
    with pytest.raises(CheckFailed, match="does not define"):
        load_check("s999_empty")


def test_a_row_without_a_check_is_refused() -> None:
    row = next(row for row in systems().values() if not row.check)
    with pytest.raises(PersonaeError, match=row.id):
        run_check(row, CONTEXT)
