"""The grounding set, its items, and replies to two z."""

from __future__ import annotations

import pytest

from personae.commonsense import worth
from personae.commonsense.expanding import untrained
from personae.data import Persona, Scene, Turn
from personae.errors import FormatError
from personae.evaluate.persona_grounding import (
    Swapped,
    firsts,
    items_of,
    nearer,
    read_grounding,
    swapped,
)
from personae.lm.scripted import ScriptedModel

HEAD = "utterance,persona_sentence,label\n"
ROWS = "".join(f"i said word{n} .,i own word{n} .,positive\n" for n in range(8))


def test_positive_pairs_are_read_as_people_write(tmp_path):
    file = tmp_path / "set.csv"
    file.write_text(HEAD + "i ' m fine .,i am well,positive\nx,y,negative\n", encoding="utf-8")
    assert read_grounding(file) == [("I'm fine.", "I am well.")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a,b\n", "first line is not utterance"),
        (HEAD + "a,b\n", "2 columns"),
        (HEAD, "no positive pairs"),
        ("", "no positive pairs"),
    ],
)
def test_another_file_is_refused(tmp_path, content, reason):
    file = tmp_path / "set.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(FormatError, match=reason):
        read_grounding(file)


def test_items_hide_the_right_sentence_among_four_others(tmp_path, word_embedder):
    file = tmp_path / "set.csv"
    file.write_text(HEAD + ROWS, encoding="utf-8")
    pairs = read_grounding(file)
    items = items_of(pairs, 6, 0)
    assert len(items) == 6
    for one in items:
        assert len(set(one.sentences)) == 5
        assert (one.said, one.sentences[one.right]) in pairs
    assert items_of(pairs, 6, 0) == items != items_of(pairs, 6, 1)
    assert all(firsts(items, untrained(word_embedder)))
    with pytest.raises(FormatError, match="only 3 sentences"):
        items_of(pairs[:3], 1, 0)


def test_two_z_of_a_scene_give_two_replies(monkeypatch, word_embedder, word_nli):
    class Worth:
        fingerprint = "none"

        def fits(self, triples):
            import numpy

            return numpy.zeros(len(triples))

    monkeypatch.setattr(worth, "open_fact_worth", lambda embedder: Worth())

    def echo(request, *_):
        return request.messages[0].content.partition("- ")[2].partition("\n")[0]

    lm = ScriptedModel(echo)
    persona = Persona(name="Ana", statements=("My tea is hot.", "My drum is loud."))
    scene = Scene(persona=persona, user="Bo", turns=(Turn(speaker="Bo", text="Is tea hot?"),))
    found = swapped(lm, word_embedder, word_nli, scene, 0)
    assert found == Swapped(*persona.statements, *persona.statements)
    assert found.changes
    assert nearer([found], word_embedder) == [True]
    crossed = Swapped(*persona.statements, *reversed(persona.statements))
    assert nearer([crossed, found], word_embedder) == [False, True]
    assert nearer([], word_embedder) == []
    lone = scene.model_copy(update={"persona": Persona(name="Ana", statements=("Tea.",))})
    assert swapped(lm, word_embedder, word_nli, lone, 0) is None
