"""The persona in the second person."""

from personae.data import Persona, Scene
from personae.draft import Draft, Kit
from personae.lm.scripted import ScriptedModel
from personae.steps.tell_persona import tell_persona


def told(persona):
    return tell_persona()(Draft(Scene(persona=persona)), Kit(ScriptedModel())).parts[0].text


def test_name_and_statements_are_told_as_you():
    persona = Persona(name="Ana", statements=("I have two dogs.", "{{char}} is my name."))
    assert told(persona) == "Your name is Ana. You have two dogs. Ana is your name."


def test_the_label_of_a_data_set_is_no_name():
    assert told(Persona(name="User 2", statements=("I bake.",))) == "You bake."


def test_without_statements_the_description_is_told_and_without_both_the_name():
    assert told(Persona(name="Ana", description="A nurse.")) == "Your name is Ana. A nurse."
    assert told(Persona(name="B")) == "Your name is B."
