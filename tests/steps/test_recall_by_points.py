"""recall-by-points: pieces of the story that points of the description lead to."""

from __future__ import annotations

import pytest

from personae.data import Memory, Passage
from personae.draft import Draft, Kit
from personae.errors import CapabilityError, FormatError, InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.steps.recall_by_points import recall_by_points

LINES = ("Ana fears water since the mill took her brother.", "Ana loves bread.")


@pytest.fixture
def recalled(dialogue_scene, word_embedder, word_nli):
    def run(text, *, lm=None, memories=(), **options) -> Draft:
        persona = options.pop("persona", {"statements": LINES})
        scene = dialogue_scene(text, **persona).model_copy(update={"memories": memories})
        kit = Kit(lm or ScriptedModel(), embedder=word_embedder, nli=word_nli)
        return recall_by_points(**options)(Draft(scene), kit)

    return run


def test_the_story_is_searched_with_the_point_and_not_with_the_message(recalled, tmp_path):
    story = tmp_path / "story.txt"
    filler = " ".join(f"Day {n} was like any other day." for n in range(60))
    story.write_text(f"{filler} They carried her brother out of the mill. {filler}")
    draft = recalled("Will you cross the water?", story=str(story), points=1, pieces=1)
    (found,) = draft.evidence
    assert "brother out of the mill" in found.text
    assert found.detail["point"] == LINES[0]
    (part,) = draft.parts
    assert (part.name, part.role) == ("memory", "volatile")
    assert "brother out of the mill" in part.text


def test_without_a_file_knowledge_and_memories_are_searched(recalled):
    memories = (Memory(text="Bo baked bread."), Memory(text="The mill stood still."))
    persona = {"statements": LINES, "knowledge": (Passage(text="Bread needs salt."),)}
    draft = recalled("More bread?", memories=memories, persona=persona, points=1, pieces=2)
    assert {one.text for one in draft.evidence} == {"Bread needs salt.", "Bo baked bread."}


def test_a_persona_without_statements_is_read_by_sentences(recalled):
    memories = (Memory(text="The mill stood still."), Memory(text="Bo came."))
    persona = {"description": "Ana is tall. Ana fears the mill."}
    draft = recalled("The mill?", memories=memories, persona=persona, points=1, pieces=1)
    assert draft.evidence[0].detail["point"] == "Ana fears the mill."


def test_a_model_may_choose_the_points(recalled):
    memories = (Memory(text="The mill stood still."), Memory(text="Bo baked bread."))
    lm = ScriptedModel(["2"])
    draft = recalled("Hm?", memories=memories, lm=lm, by="lm", points=1, pieces=1)
    assert [one.text for one in draft.evidence] == ["Bo baked bread."]


def test_nothing_to_search_changes_nothing(recalled):
    draft = recalled("Hello?")
    assert (draft.parts, draft.evidence) == ((), ())


def test_an_empty_or_missing_story_is_one_sentence(tmp_path):
    (tmp_path / "empty.txt").write_text("  \n")
    with pytest.raises(InvalidOption, match="has no words"):
        recall_by_points(story=str(tmp_path / "empty.txt"))
    with pytest.raises(FormatError):
        recall_by_points(story=str(tmp_path / "none.txt"))


def test_without_an_embedder_the_step_says_what_is_missing(dialogue_scene):
    scene = dialogue_scene("Hm?", statements=LINES).model_copy(
        update={"memories": (Memory(text="x"),)}
    )
    with pytest.raises(CapabilityError, match="embedder"):
        recall_by_points()(Draft(scene), Kit(ScriptedModel()))
