"""What a prompt tells of a persona."""

from personae.data import Persona, Scene
from personae.steps.describe_persona import SHOWN_STATEMENTS, shown_statements


def test_of_very_many_statements_the_first_and_the_fitting_ones_are_shown():
    many = [f"I know fact {number}." for number in range(500)]
    many[400] = "I have an otter called Nub."
    scene = Scene(persona=Persona(name="Ana", statements=tuple(many))).said("Bo", "An otter?")
    shown = shown_statements(scene)
    assert len(shown) == SHOWN_STATEMENTS
    assert shown[:32] == tuple(many[:32])
    assert shown[-1] == "I have an otter called Nub."
    few = scene.model_copy(update={"persona": Persona(name="A", statements=tuple(many[:64]))})
    assert shown_statements(few) == tuple(many[:64])
