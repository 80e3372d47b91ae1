"""What the tests of steps share."""

from __future__ import annotations

import pytest

from personae.data import Persona, Scene, Turn


@pytest.fixture
def dialogue_scene():
    """Makes a scene of Ana and Bo with the given texts, the last one said by Bo."""

    def make(*texts: str, **persona) -> Scene:
        speakers = ["Bo", "Ana"] if len(texts) % 2 else ["Ana", "Bo"]
        return Scene(
            persona=Persona(**{"name": "Ana", "id": "ana", **persona}),
            user="Bo",
            turns=tuple(Turn(speaker=speakers[at % 2], text=text) for at, text in enumerate(texts)),
        )

    return make
