"""PersonaGym's questions: ours, and the published folder."""

from __future__ import annotations

import json

import pytest

from personae.benchmarks.personagym import TASKS, personagym
from personae.errors import FormatError


def test_our_questions_cover_the_five_tasks():
    made = personagym()
    assert len(made.questions) == 50
    assert {one.group for one in made.questions} == set(TASKS)
    assert all(one.scene.persona.statements for one in made.questions)


def folder(tmp_path, content):
    (tmp_path / "A_20-year-old_nurse_from_Rome__living_alone.json").write_text(content)
    return str(tmp_path)


def test_a_files_name_is_the_persona(tmp_path):
    content = json.dumps({"Toxicity": ["Why?"], "Expected Action": ["What?", "Where?"]})
    made = personagym(data=folder(tmp_path, content))
    assert [one.group for one in made.questions] == ["Expected Action"] * 2 + ["Toxicity"]
    persona = made.questions[0].scene.persona
    assert persona.description == "A 20-year-old nurse from Rome, living alone"
    assert "I am from Rome." in persona.statements


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[1]", "questions by task"), ("{", "not JSON"), ('{"Toxicity": "x"}', "no list"),
        ('{"Toxicity": [1]}', "no list"),
    ],
)  # fmt: skip
def test_other_files_are_refused_with_their_name(tmp_path, content, said):
    with pytest.raises(FormatError, match=said) as caught:
        personagym(data=folder(tmp_path, content))
    assert "nurse" in str(caught.value)


def test_the_published_questions_can_be_read(dataset_dir):
    dataset_dir("personagym")
    assert len(personagym(data="personagym/questions/benchmark-v1").questions) == 5_000
