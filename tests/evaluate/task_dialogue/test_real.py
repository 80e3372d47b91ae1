"""Beliefs of real people: files of bAbI's task 6, and what modules make of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.evaluate.task_dialogue import dst, nlu
from personae.evaluate.task_dialogue.domain import open_domain
from personae.evaluate.task_dialogue.real import read_calls, right_calls, with_values

TEXT = (
    "1 <SILENCE>\tHello , how may I help you ?\n"
    "2 cheap thai food\tWhat part of town do you have in mind?\n"
    "3 dont care\tapi_call thai R_location cheap\n"
    "4 a_place R_phone a_phone\n"
    "5 <SILENCE>\tSorry there is no thai restaurant\n"
    "6 north_american then\tapi_call north_american R_location cheap\n"
    "\n"
    "1 indian in the north\tapi_call indian south R_price\n"
)
CANDIDATES = "1 api_call thai south cheap\n1 api_call north_american R_location R_price\n" \
    "1 api_call indian north moderate\n1 Hello , how may I help you ?\n"  # fmt: skip


@pytest.fixture
def files(tmp_path):
    (tmp_path / "d.txt").write_text(TEXT)
    (tmp_path / "c.txt").write_text(CANDIDATES)
    return tmp_path / "d.txt", tmp_path / "c.txt"


def test_calls_have_what_was_said_before_and_facts_are_left_out(files):
    first, second, third = read_calls(files[0])
    assert first.wanted == {"food": "thai", "price": "cheap"}
    assert [user for user, _ in first.exchanges] == ["", "cheap thai food", "dont care"]
    assert second.wanted["food"] == "north american"
    assert len(second.exchanges) == 5
    assert [user for user, _ in third.exchanges] == ["indian in the north"]


def test_beliefs_are_compared_slot_by_slot(files):
    town = with_values(open_domain(), files[1])
    found = list(right_calls(read_calls(files[0]), nlu.by_rules(town), dst.by_rules(town)))
    assert [whole for whole, _ in found] == [True, True, False]
    assert found[2][1] == {"food": True, "area": False, "price": True}
    last = list(right_calls(read_calls(files[0]), nlu.by_rules(town), dst.forgetful(town)))
    assert [whole for whole, _ in last] == [False, False, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello\n", "line 1: A line is no 'N user"),
        ("1 hi\tapi_call thai\n", "line 1: An api_call has 1 values"),
        ("1 hi\thello\n", "There is no api_call"),
        ("", "There is no api_call"),
    ],
)
def test_other_files_are_refused(tmp_path, text, message):
    file = tmp_path / "d.txt"
    file.write_text(text)
    with pytest.raises(FormatError, match=message):
        read_calls(file)
    with pytest.raises(FormatError):
        with_values(open_domain(), file)


@settings(deadline=None)
@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("d") / "d.txt"
    file.write_bytes(content)
    with pytest.raises(FormatError):
        read_calls(file)


def test_rules_understand_real_people_far_better_than_nothing(dataset_dir):
    folder = dataset_dir("babi-dialog")
    town = with_values(open_domain(), folder / "dialog-babi-task6-dstc2-candidates.txt")
    calls = read_calls(folder / "dialog-babi-task6dev.txt")[:200]
    found = [whole for whole, _ in right_calls(calls, nlu.by_rules(town), dst.by_rules(town))]
    assert sum(found) / 200 > 0.6
    assert sum(not one.wanted for one in calls) / 200 < 0.15
