"""Rows made block by block survive an interruption."""

import pytest

from personae.recipes.kept_rows import kept_rows, whole_rows


def test_rows_come_in_order_and_no_block_is_made_twice(tmp_path):
    made = []

    def make(block):
        made.append(block)
        return [{"block": block, "text": "ä\u2028b"}] * block

    rows = kept_rows(tmp_path / "r.jsonl", [2, 0, 1], make)
    assert [row["block"] for row in rows] == [2, 2, 1]
    assert rows[0]["text"] == "ä\u2028b"
    assert kept_rows(tmp_path / "r.jsonl", [2, 0, 1], make) == rows
    assert made == [2, 0, 1]


@pytest.mark.parametrize("left", [b"", b'{"block": 9}\n', b'{"blo'])
def test_what_an_interruption_left_is_made_again(tmp_path, left):
    file = tmp_path / "r.jsonl"

    def make(block):
        if block == 3 and not resumed:
            raise KeyboardInterrupt
        return [{"block": block}]

    resumed = False
    with pytest.raises(KeyboardInterrupt):
        kept_rows(file, [1, 2, 3], make)
    with file.open("ab") as out:
        out.write(left)
    resumed = True
    assert kept_rows(file, [1, 2, 3], make) == [{"block": 1}, {"block": 2}, {"block": 3}]


def test_rows_are_whole_when_the_last_block_is_done(tmp_path):
    file = tmp_path / "r.jsonl"

    def make(block):
        if block == 2:
            raise KeyboardInterrupt
        return [{"block": block}]

    assert whole_rows(file) is None
    with pytest.raises(KeyboardInterrupt):
        kept_rows(file, [1, 2], make)
    assert whole_rows(file) is None
    rows = kept_rows(file, [1, 3], make)
    assert whole_rows(file) == rows == [{"block": 1}, {"block": 3}]
