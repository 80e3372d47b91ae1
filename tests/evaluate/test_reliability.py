"""Alpha, halves, and the same people asked again."""

from __future__ import annotations

import pytest

from personae.errors import InvalidOption
from personae.evaluate.reliability import consistency, cronbach_alpha, split_half, stability
from personae.formats.questionnaire import load_questionnaire
from personae.questionnaires.types import Answer

# The example of Cronbach's alpha that R's psych and pingouin document agree on is not at hand;
# this one is worked by hand: item variances 2/3 each (sum 2), sums 3, 6, 9 with variance 6.
ROWS = [[1, 1, 1], [2, 2, 2], [3, 3, 3]]


def person(*values: float):
    sheet = load_questionnaire("ipip-50")
    return [Answer(item.id, values[at % len(values)]) for at, item in enumerate(sheet.items)]


def test_alpha_is_one_for_items_that_say_the_same():
    assert cronbach_alpha(ROWS) == pytest.approx(1.0)


def test_alpha_is_the_one_worked_by_hand():
    # Item variances 2/3, 2/3 and 14/9; sums 5, 6, 10 with variance 14/3.
    rows = [[1, 1, 3], [2, 2, 2], [3, 3, 4]]
    of_items = 2 / 3 + 2 / 3 + 2 / 3
    of_sums = ((5 - 7) ** 2 + (6 - 7) ** 2 + (10 - 7) ** 2) / 3
    assert cronbach_alpha(rows) == pytest.approx(1.5 * (1 - of_items / of_sums))


def test_alpha_is_below_zero_for_a_scale_with_a_wrong_key():
    rows = [[1, 5, 1.5], [3, 3, 3], [5, 1, 5]]
    assert cronbach_alpha(rows) < 0
    assert cronbach_alpha([[a, 6 - b, c] for a, b, c in rows]) > 0.9


def test_nothing_is_said_where_nobody_varies():
    assert cronbach_alpha([[3, 3], [3, 3]]) is None
    assert split_half([[3, 3], [3, 3], [3, 3]]) is None


def test_halves_agree_where_the_items_do_and_the_seed_repeats_them():
    rows = [[level + bump for bump in (0, 0.1, -0.1, 0.2)] for level in (1, 2, 3, 4)]
    assert split_half(rows) == pytest.approx(1.0)
    noisy = [[1, 2, 2, 1], [2, 4, 1, 3], [4, 3, 5, 3], [5, 5, 3, 4]]
    assert split_half(noisy, 1) == split_half(noisy, 1)
    assert 0 < split_half(noisy) < 1


@pytest.mark.parametrize("rows", [[], [[1, 2]], [[1], [2]], [[1, 2], [1, 2, 3]]])
def test_what_cannot_be_told_is_refused(rows):
    with pytest.raises(InvalidOption):
        cronbach_alpha(rows)


def test_each_scale_is_judged_over_the_people_who_answered_it_all():
    sheet = load_questionnaire("ipip-50")
    people = [person(1, 5, 2), person(3, 3, 3), person(4, 2, 5), person(2, 2, 1)[:-1]]
    found = consistency(sheet, people)
    assert found["E"].people == 4
    assert found["O"].people == 3  # the last item is one of openness
    assert found["O"].items == 10


def test_the_same_people_in_another_mood_correlate_and_shift():
    sheet = load_questionnaire("ipip-50")
    keyed = {key: sign for scale in sheet.scales for key, sign in scale.keys.items()}
    first = [
        [Answer(key, level if sign > 0 else 6 - level) for key, sign in keyed.items()]
        for level in (1.0, 2.0, 4.0)
    ]
    second = [
        [Answer(key, level if sign > 0 else 6 - level) for key, sign in keyed.items()]
        for level in (1.5, 2.5, 4.5)
    ]
    one = stability(sheet, first, second)["A"]
    assert one.r == pytest.approx(1.0)
    assert one.shift == pytest.approx(0.5)
    assert stability(sheet, first, [second[0]] * 3)["A"].r is None
    with pytest.raises(InvalidOption, match="cannot be compared"):
        stability(sheet, first, second[:1])
