"""The check of S073: it passes what works, and says no when the mechanism is taken out."""

from __future__ import annotations

import json

import pytest

from personae.catalog.check import CheckFailed
from personae.catalog.checks import s073_carecall as s073
from personae.encoders.role_selection import Mix, RoleSelector
from personae.encoders.selection import open_selector
from personae.formats.role_file import open_role
from personae.formats.role_turns import LabelledTurn
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Likelihood

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


def test_a_selector_that_ignores_the_bounds_fails_and_so_does_none():
    turns = s073.held_out(open_role("phone-companion"), by_people=True)[:120]
    known = {turn.reply: float(turn.is_out) for turn in turns}
    right = (lambda replies: [0.1 + 0.8 * known[one] for one in replies], 0.5)
    plain = open_selector()
    better = s073.select(RoleSelector(plain, Mix(0.5, 0.5, 0.2)), (right[0], 0.95), turns)
    assert len(better) == 2
    with pytest.raises(CheckFailed, match="does not beat it"):
        s073.select(RoleSelector(plain, Mix(1.0, 0.0, 0.0)), right, turns)
    with pytest.raises(CheckFailed, match="No selector"):
        s073.select(None, right, turns)


class Scoring(ScriptedModel):
    """Replies in and out of bounds cost as told, with and without the adapter."""

    adapters = ("role-phone-companion",)

    def __init__(self, costs):
        super().__init__()
        self.costs = costs

    def score(self, request, continuations):
        ((_, weight),) = request.adapters
        numbers = [int(one.split()[-1]) for one in continuations]
        return tuple(Likelihood((-self.costs[weight, n % 2 == 0],)) for n in numbers)


def test_an_adapter_must_make_what_is_out_less_likely_and_spare_what_is_in():
    role = open_role("phone-companion")
    costs = {(0.0, False): 3.0, (0.0, True): 3.0, (1.0, False): 2.9, (1.0, True): 3.4}
    (line,) = s073.unlearned(Scoring(costs), role, TURNS)
    assert "3.000 nats a token without, 2.900 with; out of bounds 0.050 a token and 0.033" in line
    with pytest.raises(CheckFailed, match="no less likely"):
        s073.unlearned(Scoring(costs | {(1.0, True): 2.9}), role, TURNS)
    with pytest.raises(CheckFailed, match="no less likely"):
        s073.unlearned(Scoring(costs | {(1.0, True): 3.001}), role, TURNS)
    with pytest.raises(CheckFailed, match="costs more than 2%"):
        s073.unlearned(Scoring(costs | {(1.0, False): 3.1}), role, TURNS)
    assert "skipped" in s073.unlearned(ScriptedModel(), role, TURNS)[0]
    without = Scoring(costs)
    without.adapters = ("another",)
    with pytest.raises(CheckFailed, match="no adapter 'role-phone-companion'"):
        s073.unlearned(without, role, TURNS)


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
    assert "skipped" in s073.carecall([file])[0]
    file.write_text(json.dumps(calls(100)))
    assert s073.carecall([tmp_path / "none", file]) == [
        "CareCall: 200 calls, 100 turns out of bounds"
    ]
    file.write_text(json.dumps(calls(99)))
    with pytest.raises(CheckFailed, match="not 200 and 100"):
        s073.carecall([tmp_path / "none", file])
    moved = calls(100)
    moved[3]["data"].append({"role": "user", "utterance": "Is it?"})
    file.write_text(json.dumps(moved))
    with pytest.raises(CheckFailed, match="misplaced"):
        s073.carecall([tmp_path / "none", file])
