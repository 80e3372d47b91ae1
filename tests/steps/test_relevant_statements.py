"""The statements that a turn asks for."""

from personae.data import Persona, Scene
from personae.draft import Draft, Kit
from personae.encoders.embedder import open_embedder
from personae.lm.scripted import ScriptedModel
from personae.steps.relevant_statements import relevant_statements

STATEMENTS = ("I am a nurse.", "I have two dogs.", "I live in Oslo.", "I play the cello.")


def kept(said, count):
    scene = Scene(persona=Persona(name="Ana", statements=STATEMENTS))
    draft = Draft(scene.said("Bo", said) if said else scene)
    return relevant_statements(count=count)(draft, Kit(ScriptedModel(), embedder=open_embedder()))


def test_the_statement_that_is_asked_for_stays():
    draft = kept("Do you have any pets?", 1)
    assert draft.scene.persona.statements == ("I have two dogs.",)
    assert draft.evidence[0].text == "I have two dogs."


def test_what_stays_keeps_its_order():
    statements = kept("Where do you live, and do you have pets?", 2).scene.persona.statements
    assert statements == tuple(one for one in STATEMENTS if one in statements)


def test_nothing_changes_where_all_fit_or_nobody_has_spoken():
    assert kept("Pets?", 4).scene.persona.statements == STATEMENTS
    assert kept("", 1).scene.persona.statements == STATEMENTS
