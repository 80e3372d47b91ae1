"""choose: the best candidate."""

from __future__ import annotations

import pytest

from personae.data import Persona, Scene
from personae.draft import Candidate, Draft, Kit
from personae.errors import PersonaeError
from personae.lm.scripted import ScriptedModel
from personae.steps.choose import choose

SCENE = Scene(persona=Persona(name="Ana"))
KIT = Kit(ScriptedModel())
FAULTY = {"faults": ["empty"]}


@pytest.mark.parametrize(
    ("candidates", "by", "chosen"),
    [
        ([Candidate("a"), Candidate("b")], "", 0),
        ([Candidate("a", detail=FAULTY), Candidate("b")], "", 1),
        ([Candidate("a", scores={"s": 0.1}), Candidate("b", scores={"s": 0.9})], "s", 1),
        ([Candidate("a", scores={"s": 0.9}, detail=FAULTY), Candidate("b")], "s", 1),
        ([Candidate("a", scores={"s": 0.5}), Candidate("b", scores={"s": 0.5})], "s", 0),
        ([Candidate("a", scores={"s": -1.0}), Candidate("b", scores={"s": -0.5})], "s", 1),
    ],
)
def test_the_best_candidate_is_chosen(candidates, by, chosen):
    assert choose(by=by)(Draft(SCENE, candidates=tuple(candidates)), KIT).chosen == chosen


def test_without_candidates_there_is_nothing_to_choose():
    with pytest.raises(PersonaeError, match="no step made a candidate"):
        choose()(Draft(SCENE), KIT)
