"""The decisions of Othello: their lines stand in the play, in order, and what explains them before.

The text of the play is a data set, and the tests that need it skip where it is not there.
"""

from __future__ import annotations

import json

import pytest

from personae.errors import FormatError
from personae.novels.plays import Play, as_read, othello, place_of, play_text


def test_there_are_thirty_two_decisions_with_four_different_options():
    moments = [one for role in othello().roles for one in role.moments]
    assert len(moments) == 32
    for one in moments:
        assert len(set(one.options)) == 4
        assert one.evidence
        assert one.kind in ("personality", "emotion", "relationships", "values", "desires")


def test_each_decision_and_its_evidence_stand_in_the_play(dataset_dir):
    text = play_text(othello(), dataset_dir("coser-public").parent)
    for role in othello().roles:
        places = [place_of(one.at, text) for one in role.moments]
        assert places == sorted(places)
        for one, end in zip(role.moments, places, strict=True):
            assert end > 0, one.at
            for line in one.evidence:
                assert 0 <= place_of(line, text) < end, line


def test_a_printed_text_loses_line_numbers_stray_spaces_and_curly_quotes():
    assert as_read("Not I , I must be found :  [30]\n\n ’Tis  so .") == (
        "Not I, I must be found:\n'Tis so."
    )


def test_a_line_is_found_across_line_breaks():
    assert place_of("must be found", "Not I, I must\nbe found:") == 9
    assert place_of("nowhere", "Not I") == -1


def test_a_file_with_too_few_plots_is_refused(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"plots": [{"text": "Hello."}]}))
    with pytest.raises(FormatError, match="only 1 plots"):
        play_text(Play("A", "a.json", (0, 1), ()), tmp_path)
    assert play_text(Play("A", "a.json", (0,), ()), tmp_path) == "Hello."
