"""Ids sort by time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from personae.store.ids import id_maker

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_ids_of_one_millisecond_rise_strictly():
    new_id = id_maker(lambda: NOON)
    made = [new_id() for _ in range(1000)]
    assert made == sorted(set(made))
    assert {len(one) for one in made} == {26}


def test_ids_rise_when_the_clock_is_set_back():
    times = iter([NOON, NOON - timedelta(days=1), NOON - timedelta(days=2)])
    new_id = id_maker(lambda: next(times))
    made = [new_id() for _ in range(3)]
    assert made == sorted(set(made))


def test_ids_of_different_makers_sort_by_their_clocks_and_differ():
    early, late = id_maker(lambda: NOON), id_maker(lambda: NOON + timedelta(milliseconds=1))
    assert early() < late()
    assert id_maker(lambda: NOON)() != id_maker(lambda: NOON)()


def test_the_first_ten_characters_are_the_time_as_the_ulid_specification_encodes_it():
    # 1469918176385 ms is the specification's own example: 01ARYZ6S41.
    moment = datetime.fromtimestamp(1469918176.385, UTC)
    assert id_maker(lambda: moment)().startswith("01ARYZ6S41")
