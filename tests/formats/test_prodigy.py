"""Tests of personae.formats.prodigy."""

from __future__ import annotations

import pytest

from personae.errors import FormatError
from personae.formats.prodigy import detects, mbti_type, paraphrases, read

ROSA = {
    "character_name": "ROSA",
    "movie_id": "m1",
    "movie_name": "an unmade film",
    "gender": "female",
    "mbti": "introvert, intuitive, thinker, judger",
    "biography": ["I fix lifts.", "I hum."],
    "paraphrasis_1": ["I repair lifts.", []],
    "paraphrasis_2": ["Lifts are what I mend.", "I am always humming."],
}


def test_a_character_becomes_a_persona(make_file):
    (rosa,) = read(make_file("characters.json", {"u1": ROSA}))
    assert (rosa.name, rosa.id, rosa.traits.mbti) == ("ROSA", "prodigy-u1", "INTJ")
    assert rosa.statements == ("I fix lifts.", "I hum.")
    assert rosa.attributes == {"gender": "female", "movie": "an unmade film"}
    assert rosa.card == ROSA
    assert paraphrases(rosa) == (
        ("I repair lifts.",),
        ("Lifts are what I mend.", "I am always humming."),
    )


def test_four_words_make_a_type():
    assert mbti_type("extrovert, sensor, feeler, perceiver") == "ESFP"
    for wrong in ("", "extrovert", "sensor, extrovert, feeler, judger", "e, s, t, j, x"):
        with pytest.raises(ValueError, match="not an MBTI type"):
            mbti_type(wrong)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"u1": {**ROSA, "mbti": "tall"}}, "'u1'.*'tall'"),
        ({"u1": {**ROSA, "biography": "I fix lifts."}}, "'biography' is a string"),
        ({"u1": [ROSA]}, "'u1' is not an object"),
        ([ROSA], "a list, not an object"),
        ({"u1": {key: value for key, value in ROSA.items() if key != "character_name"}}, "missing"),
        ('{"u1": {', "not JSON"),
        (b'{"u1": "caf\xe9"}', "UTF-8"),
    ],
)
def test_broken_files_are_refused(make_file, content, reason):
    with pytest.raises(FormatError, match=reason):
        list(read(make_file("characters.json", content)))


def test_the_head_is_recognised_even_when_it_is_cut(make_file):
    file = make_file("characters.json", {"u1": ROSA})
    assert detects(file.read_bytes()[:300], file)
    assert not detects(b'[{"character_name": 1}]', file)


def test_the_published_file_has_339_personas_of_16_types(dataset_dir):
    personas = list(read(dataset_dir("prodigy-characters") / "characters.json"))
    types = [persona.traits.mbti for persona in personas]
    assert len(personas) == 339
    assert len(set(types)) == 16
    assert (types.count("ISTP"), types.count("ESTJ")) == (37, 8)
    assert len({persona.id for persona in personas}) == 339
