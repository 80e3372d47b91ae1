"""Stories: which is found, and the file they stand in."""

from __future__ import annotations

import pytest

from personae import stories
from personae.errors import FormatError
from personae.memory.stories import found_story
from personae.stories import Story, read_stories

SHELF = (
    Story("s:1", ("I baked bread.", "It burned.")), Story("s:2", ("My horse ran away.",)),
)  # fmt: skip


def test_the_story_nearest_to_what_was_said_is_found(word_embedder):
    found = found_story(SHELF, ["Did your horse ever run away?"], [], word_embedder)
    assert found.story.id == "s:2"
    assert found_story(SHELF, ["What bread?"], [], word_embedder).story.id == "s:1"


def test_the_persona_decides_where_what_was_said_does_not(word_embedder):
    found = found_story(SHELF, ["xyzzy"], ["I have a horse."], word_embedder)
    assert found.story.id == "s:2"


def test_a_story_that_contradicts_the_persona_is_passed_over(word_embedder, word_nli):
    asked = (SHELF, ["Your horse ran away?"], ["I have no horse."], word_embedder)
    assert found_story(*asked).story.id == "s:2"
    found = found_story(*asked, nli=word_nli)
    assert (found.story.id, found.passed) == ("s:1", 1)


def test_nothing_said_finds_nothing(word_embedder):
    assert found_story(SHELF, [" "], ["I bake."], word_embedder) is None


def test_the_shipped_stories_have_five_sentences_each_and_differ():
    shipped = stories.everyday()
    assert len(shipped) >= 150
    assert {len(story.sentences) for story in shipped} == {5}
    assert len({story.sentences[0] for story in shipped}) == len(shipped)
    assert shipped[16].id == "everyday:17"


def test_a_file_has_a_story_a_line(tmp_path):
    file = tmp_path / "mine.txt"
    file.write_text("# mine\nI fell. I got up.\n\nI fell. I got up.\nI sang.\n")
    assert [one.id for one in read_stories(file)] == ["mine:1", "mine:2"]


@pytest.mark.parametrize(
    ("content", "told"), [("# none\n", "0 stories"), ("ok.\n" + "x" * 3000, "line 2")]
)
def test_a_bad_file_is_refused(tmp_path, content, told):
    file = tmp_path / "mine.txt"
    file.write_text(content)
    with pytest.raises(FormatError, match=told):
        read_stories(file)
