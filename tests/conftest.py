"""Fixtures that all tests share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _private_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    """Each test has its own data, configuration and state; weights are cached once for all."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("PERSONAE_HOME", str(home))
    cache = Path(os.environ.get("PERSONAE_TEST_CACHE", Path.home() / ".cache" / "personae-tests"))
    cache.mkdir(parents=True, exist_ok=True)
    (home / "cache").symlink_to(cache)


@pytest.fixture
def dataset_dir() -> Callable[[str], Path]:
    """The folder of a shared data set; skips where `PERSONAE_DATA` does not have it."""

    def find(name: str) -> Path:
        root = Path(os.environ.get("PERSONAE_DATA", "../shared/data"))
        if not (root / name).is_dir():
            pytest.skip(f"needs the data set {name!r} under PERSONAE_DATA={root}")
        return root / name

    return find
