"""describe-role: outline and rules, and what is refused."""

from __future__ import annotations

import pytest

from personae.data import Persona, Scene
from personae.draft import Draft, Kit
from personae.errors import UnknownEntry
from personae.lm.scripted import ScriptedModel
from personae.steps.describe_role import describe_role


def told(**options):
    draft = Draft(Scene(persona=Persona(name="Iris")))
    (part,) = describe_role(**options)(draft, Kit(ScriptedModel())).parts
    assert part.pinned
    return part.text


def test_the_rules_can_be_told_or_not():
    assert "What Iris says of itself:\n- I am a computer program" in told()
    assert "- I" not in told(rules=False)
    assert told(rules=False).endswith("Talk as Iris, in one or two short sentences.")


def test_an_unknown_role_is_refused_when_the_step_is_built():
    with pytest.raises(UnknownEntry, match="phone-companion"):
        describe_role(role="phone-companio")
