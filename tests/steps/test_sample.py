"""sample: how the reply is drawn."""

from __future__ import annotations

from personae.data import Persona, Scene
from personae.draft import Draft, Kit
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Sampling
from personae.steps.sample import sample


def test_only_what_it_names_is_set():
    before = Draft(Scene(persona=Persona(name="Ana")), sampling=Sampling(top_k=7, stop=("x",)))
    after = sample(temperature=0.1, max_tokens=5, top_p=0.5)(before, Kit(ScriptedModel()))
    assert after.sampling == Sampling(
        temperature=0.1, top_p=0.5, top_k=7, max_tokens=5, stop=("x",)
    )
