"""MCC, F1, RMSE and MAE against values worked out as scikit-learn has them."""

from __future__ import annotations

import math

import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel
from personae.registry import build

KIT = Kit(lm=ScriptedModel(["x"]))
SCENE = Scene(persona=Persona(name="Ana"))
SIGN = {"+": "positive", "-": "negative", "?": ""}


def signs(said, so):
    return [
        Sample(
            id=str(at), scene=SCENE, reply=SIGN[a], reference=SIGN[b],
            record={"options": ["positive", "negative"]},
        )
        for at, (a, b) in enumerate(zip(said, so, strict=True))
    ]  # fmt: skip


def numbers(said, so):
    return [
        Sample(id=str(at), scene=SCENE, reply=a, reference=b)
        for at, (a, b) in enumerate(zip(said, so, strict=True))
    ]


# sklearn's documentation: matthews_corrcoef([+1, +1, +1, -1], [+1, -1, +1, +1]) is -0.33.
@pytest.mark.parametrize(
    ("said", "so", "mcc", "f1"),
    [
        ("+-++", "+++-", -1 / 3, 2 / 3),
        ("++--", "++--", 1.0, 1.0),
        ("--++", "++--", -1.0, 0.0),
        ("++++", "++--", 0.0, 2 / 3),
        ("----", "++--", 0.0, 0.0),
        ("+++--", "++---", 2 / 3, 0.8),
        ("?+--", "++--", 1 / math.sqrt(3), 2 / 3),
    ],
)
def test_two_classes(said, so, mcc, f1):
    samples = signs(said, so)
    assert build("metric", "mcc")(samples, KIT).total == pytest.approx(mcc)
    assert build("metric", "positive-f1")(samples, KIT).total == pytest.approx(f1)


def test_they_resample_by_counts():
    scores = build("metric", "mcc")(signs("+-+-", "+--+"), KIT)
    assert scores.total == 0
    assert scores.resample([0, 1]) == 1
    assert scores.resample([2, 3, 3]) == -1


def test_distances_of_numbers():
    samples = numbers(["I guess 7", "-3", "none", "2 or 4"], ["5", "-3.5", "1", "4"])
    mae, rmse = (build("metric", name)(samples, KIT) for name in ("mae", "rmse"))
    assert mae.values == (2.0, 0.5, None, 0.0)
    assert mae.total == pytest.approx(2.5 / 3)
    assert rmse.total == pytest.approx(math.sqrt(4.25 / 3))
    assert rmse.resample([0, 0]) == 2
    assert mae.detail == {"unread": 1}


def test_nothing_to_read_is_no_figure():
    assert math.isnan(build("metric", "rmse")(numbers(["?"], ["1"]), KIT).total)
    assert math.isnan(build("metric", "mcc")([], KIT).total)
