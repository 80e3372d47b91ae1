"""persona-f1 and persona-recall: shared content words, as PLATO counts them."""

from __future__ import annotations

import math
import string

import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel
from personae.metrics.persona_f1 import persona_f1
from personae.metrics.persona_recall import persona_recall
from personae.metrics.persona_words import overlap
from personae.metrics.stopwords import STOPWORDS, content_words

KIT = Kit(ScriptedModel())
STATEMENTS = ("I have two dogs.", "I love to bake bread.")


def sample(reply: str, *statements: str, error: str = "") -> Sample:
    scene = Scene(persona=Persona(name="Ana", statements=statements)).said("Bo", "Hi?")
    return Sample(id=reply, scene=scene, reply=reply, error=error)


def plato(reply: str, statements: tuple[str, ...]) -> tuple[float, float]:
    """PLATO's sums for texts that are in tokens: recall and F1."""
    stop = STOPWORDS | set(string.ascii_lowercase) | {".", ","}
    words = {word for one in statements for word in one.split()} - stop
    said = set(reply.split()) - stop
    both = len(words & said)
    if not both:
        return 0.0, 0.0
    recall, precision = both / len(words), both / len(said)
    return recall, 2 * recall * precision / (recall + precision)


def test_stopwords_and_contractions_are_no_content():
    assert content_words("I'm sure you don't love the dogs, it's great") == {"dogs"}


def test_figures_are_platos_on_texts_in_tokens():
    statements = ("i have two dogs .", "i love to bake bread .")
    reply = "my dogs eat the bread that bakers sell ."
    recall, f1 = plato(reply, statements)
    assert 0 < recall < 1
    assert persona_recall()([sample(reply, *statements)], KIT).total == recall
    assert persona_f1()([sample(reply, *statements)], KIT).total == pytest.approx(f1)


def test_the_values_can_be_worked_out_by_hand():
    # Said: dogs, eat, bread. Wanted: two, dogs, bake, bread.
    found = overlap("The dogs eat bread.", STATEMENTS)
    assert (found.recall, found.precision) == (2 / 4, 2 / 3)
    assert found.f1 == pytest.approx(4 / 7)
    assert overlap("The dogs eat.", STATEMENTS, "statement").f1 == pytest.approx(2 / 4)


def test_the_statement_that_shares_most_is_named():
    scores = persona_f1()([sample("Two dogs and bread.", *STATEMENTS)], KIT)
    (best,) = scores.detail["best"]
    assert best["statement"] == "I have two dogs."
    assert best["shared"] == ["bread", "dogs", "two"]


def test_no_shared_word_is_zero_and_no_persona_is_no_value():
    samples = [sample("Hello!", *STATEMENTS), sample("Dogs."), sample("", "x dogs", error="it")]
    scores = persona_recall()(samples, KIT)
    assert scores.values == (0.0, None, None)
    assert scores.detail["without_overlap"] == 1
    assert scores.detail["best"] == []
    assert math.isnan(persona_f1()([sample("Dogs.")], KIT).total)
