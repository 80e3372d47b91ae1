"""recall-habits: the facts of the nearest of the persona's habits go into the prompt."""

from __future__ import annotations

import pytest

from personae.draft import Draft, Kit
from personae.errors import FormatError
from personae.lm.scripted import ScriptedModel
from personae.steps.recall_habits import recall_habits

FILE = """\
:event I walk my dog.
:from I have a dog.
:preconditions
- My dog waits.
:static-conditions
- The park is near.
:postconditions
- My dog is tired.
:goals
- I want fresh air.
:episodes
- I throw a ball.
"""


@pytest.fixture
def recalled(tmp_path, dialogue_scene, word_embedder, word_nli):
    file = tmp_path / "dog.habits"
    file.write_text(FILE)

    def run(text, statements=("I have a dog.",), **options) -> Draft:
        options = {"told": "before", **options}
        step = recall_habits(schemas=str(file), **options)
        kit = Kit(ScriptedModel(), embedder=word_embedder, nli=word_nli)
        return step(Draft(dialogue_scene(text, statements=statements)), kit)

    return run


def test_header_and_facts_are_told_and_stand_in_the_evidence(recalled):
    draft = recalled("Is your dog tired?", n=2)
    assert draft.notes["habit"] == "I walk my dog."
    assert [one.text for one in draft.evidence][:2] == ["I walk my dog.", "My dog is tired."]
    assert len(draft.evidence) == 3
    (part,) = draft.parts
    assert part.role == "volatile"
    assert "- My dog is tired." in part.text


def test_a_habit_of_others_is_not_told_unless_asked_for(recalled):
    assert recalled("Is your dog tired?", statements=("I bake.",)).parts == ()
    assert recalled("Is your dog tired?", statements=("I bake.",), owned=False).parts


def test_nothing_is_told_where_no_habit_is_near(recalled):
    draft = recalled("Who won?", relevant=0.9)
    assert draft.parts == ()
    assert draft.notes["habit"] == ""


@pytest.mark.parametrize(
    ("told", "role", "said_as"),
    [
        ("system", "system", "system"),
        ("said", "history", "assistant"),
        ("after", "history", "user"),
    ],
)
def test_the_place_of_the_facts_is_an_option(recalled, told, role, said_as):
    (part,) = recalled("Is your dog tired?", told=told).parts
    assert (part.role, part.said_as) == (role, said_as)


def test_the_facts_take_the_place_of_the_statements_for_this_reply(recalled):
    draft = recalled("Is your dog tired?", n=1, told="instead")
    assert draft.scene.persona.statements == ("I walk my dog.", "My dog is tired.")
    assert draft.parts == ()


def test_told_nowhere_leaves_the_evidence(recalled):
    draft = recalled("Is your dog tired?", told="nowhere")
    assert draft.parts == ()
    assert draft.evidence


def test_a_bad_file_is_told_with_its_line(tmp_path):
    file = tmp_path / "bad.habits"
    file.write_text(FILE.replace(":goals", ":aims"))
    with pytest.raises(FormatError, match="line 9"):
        recall_habits(schemas=str(file))
