"""The checks of S052, S074 and S106 fail when what they check is taken away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from personae.catalog.check import CheckFailed
from personae.catalog.checks import s052_persona_variability as s052
from personae.catalog.checks import s074_principled_personas as s074
from personae.catalog.checks import s106_persona_bias as s106
from personae.evaluate.bootstrap import Interval
from personae.evaluate.spread import variance_ratio
from personae.methods import principled
from personae.studies import bias, grid


def untold(monkeypatch):
    monkeypatch.setattr(principled, "persona_line", lambda scene: "")


@pytest.mark.slow
def test_s052_finds_no_spread_of_personas_that_are_not_told(monkeypatch):
    monkeypatch.setattr(s052, "SYNTHETIC_ITEMS", 12)
    untold(monkeypatch)
    with pytest.raises(CheckFailed, match="are not told from paraphrases"):
        s052.spread_is_found(0)


def test_s052_counts_intervals_that_are_too_narrow(monkeypatch):
    def narrow(first, second, *, seed):
        found = variance_ratio(first, second, seed=seed, resamples=100)
        reach = found.interval
        middle = (reach.low * reach.high) ** 0.5
        parts = [(end / middle) ** 0.4 * middle for end in (reach.low, reach.high)]
        return replace(found, interval=Interval(*parts))

    monkeypatch.setattr(s052, "variance_ratio", narrow)
    with pytest.raises(CheckFailed, match="of 100 intervals hold 1"):
        s052.intervals_are_right()


def test_s074_keeps_to_the_fixtures(monkeypatch):
    assert s074.fixtures()
    monkeypatch.setattr(s074, "sign_p", lambda wins, losses: 0.05)
    with pytest.raises(CheckFailed, match="8 wins and 2 losses"):
        s074.fixtures()


@pytest.mark.slow
@pytest.mark.parametrize("mechanism", ["instructed", "persona_line"])
def test_s074_misses_the_constraints_and_the_personas(monkeypatch, mechanism):
    monkeypatch.setattr(s074, "MITIGATIONS", ("none", "instruction"))
    if mechanism == "instructed":
        monkeypatch.setattr(principled, "instructed", lambda line: line)
    else:
        untold(monkeypatch)
    with pytest.raises(CheckFailed, match=r"names got better with|has the advantage"):
        s074.known_principles_are_found(0)


def test_s106_finds_a_bias_and_nothing_in_personas_that_are_not_told(monkeypatch):
    assert s106.statistics()
    assert s106.finds_a_bias(0)
    untold(monkeypatch)
    with pytest.raises(CheckFailed, match="is not found"):
        s106.finds_a_bias(0)


def test_s106_tells_abstention_only_where_letters_are_read_by_the_rule(monkeypatch):
    assert s106.tells_abstention()
    monkeypatch.setattr(bias, "was_read", lambda sample, reader: True)
    with pytest.raises(CheckFailed, match="not told as abstentions"):
        s106.tells_abstention()


def test_s106_reads_the_authors_answers_as_they_did(monkeypatch, dataset_dir, tmp_path):
    folder = dataset_dir("persona-bias-sample")
    assert "12 of 99" in s106.reads_as_the_authors(folder)[0]
    assert "not compared" in s106.reads_as_the_authors(tmp_path)[0]
    monkeypatch.setattr(bias, "bias_letter", lambda text, options: "A")
    with pytest.raises(CheckFailed, match="the authors have 12 of 99"):
        s106.reads_as_the_authors(folder)


def test_a_grid_is_asked_by_the_method_that_tells_the_line():
    assert grid.ask_grid.__kwdefaults__["method"] == "principled"
