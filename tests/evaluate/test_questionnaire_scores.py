"""Scoring: the golden values of S096 and S044, and answers that cannot be."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import InvalidOption
from personae.evaluate.questionnaire_scores import acquiescence, score
from personae.formats.questionnaire import load_questionnaire
from personae.questionnaires.types import Answer, Item, Questionnaire, Scale

# The key of the BFI-44 by item number (S096, S044); its sentences have an owner and do not ship.
KEYS = {
    "E": (1, -6, 11, 16, -21, 26, -31, 36),
    "A": (-2, 7, -12, 17, 22, -27, 32, -37, 42),
    "C": (3, -8, 13, -18, -23, 28, 33, 38, -43),
    "N": (4, -9, 14, 19, -24, 29, -34, 39),
    "O": (5, 10, 15, 20, 25, 30, -35, 40, -41, 44),
}
BFI = Questionnaire(
    name="bfi", title="", language="en", low=1, high=5, options=(),
    items=tuple(Item(str(at), f"Sentence {at}.") for at in range(1, 45)),
    scales=tuple(Scale(name, name, {str(abs(k)): (1 if k > 0 else -1) for k in keys})
                 for name, keys in KEYS.items()),
)  # fmt: skip


def always(value: float) -> list[Answer]:
    return [Answer(item.id, value) for item in BFI.items]


def test_the_golden_sums_of_s044():
    threes = {key: one.sum for key, one in score(BFI, always(3)).items()}
    fives = {key: one.sum for key, one in score(BFI, always(5)).items()}
    assert list(threes.values()) == [24, 27, 27, 24, 30]
    assert list(fives.values()) == [28, 29, 29, 28, 42]


def test_the_golden_means_of_s096():
    assert {one.mean for one in score(BFI, always(3)).values()} == {3}
    assert score(BFI, always(5))["E"].mean == pytest.approx(3.5)


def test_the_key_of_the_shared_bfi_is_the_golden_one(dataset_dir):
    from personae.formats.questionnaire import read_questionnaire

    theirs = read_questionnaire(dataset_dir("incharacter") / "BFI.json")
    assert {s.id[0]: dict(s.keys) for s in theirs.scales} == {
        s.id: dict(s.keys) for s in BFI.scales
    }


@given(st.lists(st.integers(1, 5), min_size=50, max_size=50))
def test_turning_every_answer_round_turns_every_score_round(values):
    sheet = load_questionnaire("ipip-50")
    answers = [Answer(item.id, float(v)) for item, v in zip(sheet.items, values, strict=True)]
    turned = [Answer(one.item, 6 - one.value) for one in answers]
    for key, one in score(sheet, answers).items():
        assert score(sheet, turned)[key].mean == pytest.approx(6 - one.mean)
    assert acquiescence(sheet, turned) == pytest.approx(-acquiescence(sheet, answers))


def test_yes_to_everything_is_acquiescence_and_a_trait_is_none():
    sheet = load_questionnaire("ipip-50")
    assert acquiescence(sheet, [Answer(item.id, 5) for item in sheet.items]) == 2
    keys = {key: sign for scale in sheet.scales for key, sign in scale.keys.items()}
    told = [Answer(key, 5.0 if sign > 0 else 1.0) for key, sign in keys.items()]
    assert acquiescence(sheet, told) == pytest.approx(0)
    assert {one.mean for one in score(sheet, told).values()} == {5}


def test_unanswered_items_are_left_out_and_counted():
    answers = [Answer("1", 5.0), Answer("6", None)]
    found = score(BFI, answers)
    assert (found["E"].mean, found["E"].answered, found["E"].sum) == (5, 1, 40)
    assert found["A"].mean is None
    assert acquiescence(BFI, answers) is None


def test_norms_give_z_scores():
    sheet = load_questionnaire("ipip-neo-120")
    norm = sheet.norms["women-21-40"]["E"]
    answers = [Answer(item.id, 3.0) for item in sheet.items]
    z = score(sheet, answers, "women-21-40")["E"].z
    assert z == pytest.approx((3 - norm.mean) / norm.deviation)
    assert score(sheet, answers)["E"].z is None
    with pytest.raises(InvalidOption, match="no norms of 'men'; it has: men-under-21"):
        score(sheet, answers, "men")


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ([Answer("99", 3.0)], "no item '99'"),
        ([Answer("1", 3.0), Answer("1", 3.0)], "answered twice"),
        ([Answer("1", 6.0)], "not from 1 to 5"),
        ([Answer("1", math.nan)], "is no number"),
    ],
)
def test_answers_that_cannot_be_are_refused(answers, sentence):
    with pytest.raises(InvalidOption, match=sentence):
        score(BFI, answers)
