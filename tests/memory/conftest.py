"""A store in memory's folder, an embedder and an inference model that count words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from personae.store.sqlite import SqlStore, open_store


@pytest.fixture
def store(tmp_path) -> Iterator[SqlStore]:
    with open_store(tmp_path / "personae.db") as opened:
        yield opened
