"""Statements told to their persona."""

import pytest

from personae.text.second_person import second_person


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("I love my dog.", "You love your dog."),
        ("i am a nurse", "you are a nurse"),
        ("I'm 30 years old. My wife left me.", "You are 30 years old. Your wife left you."),
        ("i've three kids and i like myself", "you have three kids and you like yourself"),
        ("The house is mine.", "The house is yours."),
        ("Mimi likes ice in it.", "Mimi likes ice in it."),
    ],
)
def test_i_becomes_you(own, told):
    assert second_person(own) == told
