"""A store, once in each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from personae.store.sqlite import SqlStore


@pytest.fixture
def store(place) -> Iterator[SqlStore]:
    with place.open() as opened:
        yield opened
