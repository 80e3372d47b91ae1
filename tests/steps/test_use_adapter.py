"""Writing with an adapter."""

import pytest

from personae.data import Persona, Scene
from personae.draft import Draft, Kit
from personae.errors import CapabilityError
from personae.lm.scripted import DEFAULT_CAPABILITIES, ScriptedModel
from personae.steps.use_adapter import use_adapter

DRAFT = Draft(Scene(persona=Persona(name="Ana")))


def test_the_adapter_is_named_with_its_weight():
    draft = use_adapter(adapter="mine", weight=0.5)(DRAFT, Kit(ScriptedModel()))
    assert draft.adapters == (("mine", 0.5),)


def test_a_model_without_adapters_is_refused():
    lm = ScriptedModel(capabilities=DEFAULT_CAPABILITIES - {"adapters"})
    with pytest.raises(CapabilityError, match="'adapters'"):
        use_adapter()(DRAFT, Kit(lm))


def test_where_it_is_not_there_a_model_may_write_as_it_is():
    lm = ScriptedModel(capabilities=DEFAULT_CAPABILITIES - {"adapters"})
    assert use_adapter(adapter="mine", where_there=True)(DRAFT, Kit(lm)) == DRAFT
    lm.adapters = ("mine",)
    with pytest.raises(CapabilityError, match="'adapters'"):
        use_adapter(adapter="mine", where_there=True)(DRAFT, Kit(lm))
