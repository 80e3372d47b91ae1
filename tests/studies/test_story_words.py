"""Words of stories: which go with which traits, and what readers guess."""

from __future__ import annotations

import csv
import json

import pytest

from personae.errors import FormatError, InvalidOption
from personae.formats.vader_lexicon import read_valences, valence_of
from personae.lm.scripted import ScriptedModel
from personae.questionnaires.big_five import TRAITS, code_of, types_of
from personae.speaker import Speaker
from personae.studies.story_words import (
    ESSAYS,
    STORIES,
    Story,
    links,
    read_essays,
    read_form,
    read_stories,
    same_sign,
    write_form,
    write_stories,
)

VALENCES = {"great": 3.0, "awful": -2.5}
# Extroverts write of us, the agreeable of what is great; nothing else is told.
STORIES_MADE = [
    Story(
        code_of(one), one,
        ("We saw it." if one[0] else "It was seen.") + (" Great!" if one[1] else " Awful."),
    )
    for one in types_of(16)
]  # fmt: skip


def test_a_feature_goes_with_the_trait_that_it_tells():
    found = {(one.trait, one.feature): one.told for one in links(STORIES_MADE, VALENCES)}
    assert found["E", "we"].statistic == pytest.approx(1)
    assert found["A", "valence"].statistic == pytest.approx(1)
    assert found["A", "unpleasant words"].statistic == pytest.approx(-1)
    assert found["C", "we"].p > 0.5
    assert ("A", "valence") not in {(one.trait, one.feature) for one in links(STORIES_MADE, None)}


def test_signs_are_compared_with_those_of_people():
    same = links(STORIES_MADE, None, STORIES_MADE)
    assert same_sign(same)[0] == same_sign(same)[1] > 0
    turned = [Story(s.id, tuple(not pole for pole in s.type), s.text) for s in STORIES_MADE]
    assert same_sign(links(STORIES_MADE, None, turned))[0] == 0
    with pytest.raises(InvalidOption):
        links(STORIES_MADE[:2], None)


def test_valence_is_of_all_words():
    found = valence_of("A great day, not awful. Yes", VALENCES)
    assert found == {
        "pleasant words": 1 / 6, "unpleasant words": 1 / 6, "valence": 0.5 / 6,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "great\n", "great\tvery\t1\n"])
def test_a_lexicon_that_is_none_is_refused(tmp_path, text):
    file = tmp_path / "lexicon.txt"
    file.write_text(text)
    with pytest.raises(FormatError):
        read_valences(file)


def test_stories_are_written_once_and_read_again(tmp_path):
    lm = ScriptedModel(["A day. It ended. And"])
    asked = {"words": "published", "tokens": 40, "seed": 0, "show": lambda name: None}
    for _ in range(2):
        write_stories(types_of(8), 1, Speaker(lm), tmp_path / "new", **asked)
    assert len(lm.requests) == 8
    found = read_stories(tmp_path / "new")
    assert {one.type for one in found} == set(types_of(8))
    assert {one.text for one in found} == {"A day. It ended."}


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"annotation": "x"}', '{"persona_encoding": "odd", "annotation": ""}']
)
def test_a_damaged_story_is_refused(tmp_path, content):
    (tmp_path / "one.json").write_text(content)
    with pytest.raises(FormatError, match=r"one\.json"):
        read_stories(tmp_path)


def test_a_folder_without_stories_is_refused(tmp_path):
    with pytest.raises(FormatError, match="no stories"):
        read_stories(tmp_path)


def test_a_form_tells_nothing_of_the_writers_and_readers_are_counted(tmp_path):
    file = tmp_path / "form.csv"
    write_form(STORIES_MADE, file, seed=3)
    text = file.read_text()
    assert not any(code_of(one) in text for one in types_of(16))
    rows = list(csv.DictReader(text.splitlines()))
    filled = []
    for rater in ("a", "b", "c"):
        for row in rows:
            is_we = "We" in row["text"]
            # The third reader is wrong about extraversion; nobody guesses anything else.
            guess = ("5" if is_we else "1") if rater != "c" else ("1" if is_we else "5")
            filled.append({**row, "rater": rater, "Extraversion": guess})
    with file.open("w", newline="") as out:
        table = csv.DictWriter(out, list(filled[0]))
        table.writeheader()
        table.writerows(filled)
    found = {one.trait: one for one in read_form(file, STORIES_MADE, seed=3)}
    assert found["E"].single == pytest.approx(2 / 3)
    assert found["E"].majority == 1
    assert found["O"].single is None
    assert set(found) == set(TRAITS)


@pytest.mark.parametrize(
    ("row", "sentence"), [("a,99,x", "no story '99'"), ("a,1,x,,,,,,,7", "rating '7'")]
)
def test_a_form_that_is_filled_in_wrongly_is_refused(tmp_path, row, sentence):
    file = tmp_path / "form.csv"
    write_form(STORIES_MADE, file, seed=0)
    header = file.read_text().splitlines()[0]
    file.write_text(header + "\n" + row + "\n")
    with pytest.raises(FormatError, match=sentence):
        read_form(file, STORIES_MADE, 0)


def test_the_published_stories_and_essays_are_read(dataset_dir):
    folder = dataset_dir("personallm-stories").parent
    stories = read_stories(folder / STORIES)
    essays = read_essays(folder / ESSAYS)
    assert len(stories) == 320
    assert len({one.type for one in stories}) == 32
    assert len(essays) == 32
    found = {(one.trait, one.feature): one.told for one in links(stories, None, essays)}
    assert found["E", "we"].statistic > 0.2
    assert found["A", "negations"].statistic < -0.2


def test_essays_with_other_columns_are_refused(tmp_path):
    file = tmp_path / "essays.csv"
    file.write_text("text\nhello\n")
    with pytest.raises(FormatError, match="column 'cEXT' is missing"):
        read_essays(file)
    file.write_text(json.dumps({}))
    with pytest.raises(FormatError, match="no essays"):
        read_essays(file)
