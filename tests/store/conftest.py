"""A store, once in each database; the path of its file; and a persona to talk to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from personae.data import Persona
from personae.store.sqlite import SqlStore
from personae.store.types import Session


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "personae.db"


@pytest.fixture
def store(place: Any) -> Iterator[SqlStore]:
    with place.open() as opened:
        yield opened


@pytest.fixture
def ana() -> Persona:
    return Persona(name="Ana", id="ana", statements=("I have two dogs.",), scenario="A kitchen.")


@pytest.fixture
def begin(store: SqlStore, ana: Persona) -> Callable[..., Session]:
    """Begins a session; keywords replace the usual ones."""

    def create(persona: Persona = ana, **changes: object) -> Session:
        usual = {"user_name": "You", "method": "plain", "model": "scripted"}
        return store.create_session(persona, **{**usual, **changes})

    return create
