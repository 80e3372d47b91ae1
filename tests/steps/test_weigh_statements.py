"""weigh-statements: the weightiest last, or alone."""

from __future__ import annotations

import numpy as np
import pytest

from personae.draft import Draft, Kit
from personae.encoders import statement_weights
from personae.lm.scripted import ScriptedModel
from personae.steps.weigh_statements import weigh_statements

STATEMENTS = ("I am a nurse.", "I have two dogs.", "I live in Oslo.")


class Weights:
    def prior(self, message, statements):
        assert message == "Any pets?"
        return np.array([{"I am a nurse.": 0.3, "I have two dogs.": 0.6}.get(one, 0.1)
                         for one in statements])  # fmt: skip


@pytest.fixture
def weighed(monkeypatch, dialogue_scene):
    monkeypatch.setattr(statement_weights, "open_statement_weights", lambda embedder: Weights())

    def run(count, *texts, statements=STATEMENTS) -> Draft:
        scene = dialogue_scene(*texts, statements=statements)
        return weigh_statements(count=count)(Draft(scene), Kit(ScriptedModel()))

    return run


def test_the_weightiest_comes_last(weighed):
    draft = weighed(0, "Any pets?")
    assert draft.scene.persona.statements == (STATEMENTS[2], STATEMENTS[0], STATEMENTS[1])
    assert (draft.evidence[0].text, draft.evidence[0].score) == (STATEMENTS[1], 0.6)


def test_only_so_many_are_told(weighed):
    assert weighed(1, "Any pets?").scene.persona.statements == (STATEMENTS[1],)
    assert weighed(2, "Any pets?").scene.persona.statements == (STATEMENTS[0], STATEMENTS[1])
    assert len(weighed(9, "Any pets?").scene.persona.statements) == 3


def test_nothing_changes_without_a_choice_or_a_message(weighed):
    assert weighed(1, "Any pets?", statements=STATEMENTS[:1]).evidence == ()
    assert weighed(1).scene.persona.statements == STATEMENTS
