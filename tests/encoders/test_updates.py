"""The shipped head of updates: what takes the place of what was said before."""

from __future__ import annotations

import json
import shutil

import pytest

from personae.encoders.nli import open_nli
from personae.encoders.updates import SHIPPED, THRESHOLDS, open_updates
from personae.errors import CapabilityError, FormatError


@pytest.fixture(scope="module")
def nli():
    return open_nli()


def said(nli, text, before, clashes="strict"):
    there = nli.classify([(text, one) for one in before])
    back = nli.classify([(one, text) for one in before])
    return open_updates(nli).takes_place(text, before, there, back, clashes)


def test_what_changed_is_told_from_what_still_holds(nli):
    before = ["I have two dogs.", "I work as a baker.", "I drive a red truck."]
    assert said(nli, "I have three dogs now.", before) == [True, False, False]
    assert said(nli, "I got a new job as a pilot.", before) == [False, True, False]
    assert said(nli, "I play the cello.", before) == [False] * 3
    assert said(nli, "I play the cello.", []) == []


def test_studying_takes_no_work_away(nli):
    before = ["I work as a baker."]
    assert nli.classify([("I study chemistry.", before[0])])[0][2] > 0.9
    assert said(nli, "I study chemistry.", before, "lenient") == [False]


def test_the_lenient_threshold_lets_more_through(nli):
    thresholds = open_updates(nli).thresholds
    assert thresholds["lenient"] < thresholds["strict"]


def test_another_inference_model_is_refused():
    with pytest.raises(CapabilityError, match=r"another inference model than .*make it anew"):
        open_updates(open_nli(name="second"))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"nli": 1}', '{"nli": "x", "strict": NaN, "lenient": 1.0}']
)
def test_broken_thresholds_are_refused(nli, tmp_path, text):
    shutil.copytree(SHIPPED, tmp_path / "head")
    (tmp_path / "head" / THRESHOLDS).write_text(text, encoding="utf-8")
    with pytest.raises(FormatError):
        open_updates(nli, folder=tmp_path / "head")


def test_thresholds_must_be_there(nli, tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "head")
    (tmp_path / "head" / THRESHOLDS).unlink()
    with pytest.raises(FormatError, match="no file of thresholds"):
        open_updates(nli, folder=tmp_path / "head")


def test_the_shipped_thresholds_are_read(nli):
    told = json.loads((SHIPPED / THRESHOLDS).read_text("utf-8"))
    assert told["nli"] == nli.fingerprint
