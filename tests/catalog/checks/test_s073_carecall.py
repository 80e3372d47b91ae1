"""The check of S073: it passes what works, and says no when the mechanism is taken out."""

from __future__ import annotations

import json

import pytest

from personae.catalog.check import CheckFailed
from personae.catalog.checks import s073_carecall as s073
from personae.formats.role_file import open_role
from personae.formats.role_turns import LabelledTurn
from personae.lm.scripted import ScriptedModel

TURNS = [
    LabelledTurn(f"g{n}", (("user", f"Hello {n}"),), f"reply {n}", is_out=n % 2 == 0)
    for n in range(20)
]


def judge(*wrong):
    def tell(replies):
        numbers = [int(reply.split()[-1]) for reply in replies]
        return [float((n % 2 == 0) != (n in wrong)) for n in numbers]

    return tell, 0.5


def test_a_good_classifier_passes_and_the_line_has_the_baseline():
    (line,) = s073.classify(judge(), TURNS)
    assert "F1 1.000" in line
    assert "all called so: F1 0.667" in line


def test_a_classifier_that_knows_too_little_fails():
    with pytest.raises(CheckFailed, match=r"below 0\.8"):
        s073.classify(judge(*range(0, 10)), TURNS)
    with pytest.raises(CheckFailed, match=r"below 0\.8"):
        s073.classify((lambda replies: [1.0] * len(replies), 0.5), TURNS)


def test_calling_everything_out_of_bounds_is_no_classifier_however_high_its_f1():
    mostly = [turn for turn in TURNS if turn.is_out] + TURNS[1:3]
    with pytest.raises(CheckFailed, match="no better than the majority"):
        s073.classify((lambda replies: [1.0] * len(replies), 0.5), mostly)


def test_a_method_that_prevents_nothing_fails():
    bad = ScriptedModel(["I had soup with my husband at home."])
    everything_out = (lambda replies: [1.0] * len(replies), 0.5)
    with pytest.raises(CheckFailed, match="not halved"):
        s073.rates(bad, everything_out, TURNS[:2])
    with pytest.raises(CheckFailed, match="nothing to prevent"):
        s073.rates(bad, (lambda replies: [0.0] * len(replies), 0.5), TURNS[:2])


def test_both_ends_of_theta_hold_with_any_model():
    (line,) = s073.both_ends(ScriptedModel(["I am only a voice."]), TURNS)
    assert "all 4" in line


def test_held_out_turns_are_those_called_test():
    role = open_role("phone-companion")
    written, collected = (s073.held_out(role, by_people=side) for side in (True, False))
    assert (len(written), len(collected)) == (300, 83)
    assert {turn.part for turn in (*written, *collected)} == {"test"}


def test_what_the_model_wrote_is_told_but_not_required():
    (line,) = s073.tell_collected((lambda replies: [0.0] * len(replies), 0.5), TURNS)
    assert "F1 0.000" in line
    assert line.endswith("(written by the model; not required)")


def calls(count):
    marked = [
        {"guid": f"validated-{n}", "data": [
            {"role": "system", "utterance": "It is cold.", "out-of-bounds": True}]}
        for n in range(count)
    ]  # fmt: skip
    fixed = [
        {"guid": f"fixed-{n}", "data": [{"role": "system", "utterance": "Hm"}]} for n in range(100)
    ]
    return marked + fixed


def test_carecalls_counts_are_exact_where_the_file_is(tmp_path):
    file = tmp_path / "c.json"
    assert "not here" in s073.carecall(file)[0]
    file.write_text(json.dumps(calls(100)))
    assert s073.carecall(file) == ["CareCall: 200 calls, 100 turns out of bounds"]
    file.write_text(json.dumps(calls(99)))
    with pytest.raises(CheckFailed, match="not 200 and 100"):
        s073.carecall(file)
    moved = calls(100)
    moved[3]["data"].append({"role": "user", "utterance": "Is it?"})
    file.write_text(json.dumps(moved))
    with pytest.raises(CheckFailed, match="misplaced"):
        s073.carecall(file)
