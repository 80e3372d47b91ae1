"""The check of S020 can fail: by chance, by nonsense, without a pull, and where z is not heard."""

from __future__ import annotations

import pytest

from personae.catalog.check import CheckFailed
from personae.catalog.checks import s020_compac as s020
from personae.commonsense.expanding import Expansion, expansions
from personae.evaluate.persona_grounding import Swapped
from personae.recipes.expansion_prior import open_judges

FEW = (s020.TITLE, "I hate spiders.", "I play the drums.")


@pytest.fixture(scope="module")
def judges():
    return open_judges()


def test_choosing_by_chance_fails():
    assert "0.900" in s020.grounded({"cosine": [True] * 9 + [False], "trained": [True] * 10})
    with pytest.raises(CheckFailed, match=r"was to be 0\.6"):
        s020.grounded({"cosine": [True, False, False, False, False] * 4})


def test_expansions_that_contradict_or_miss_the_title_fail(judges):
    made = {one: expansions([one], judges, ("rules", "graph")) for one in FEW}
    assert "3 statements (0 without any)" in s020.sensible(made, judges.nli)
    rules = {one: expansions([one], judges, ("rules",)) for one in FEW}
    with pytest.raises(CheckFailed, match="none is about nature"):
        s020.sensible(rules, judges.nli)
    denied = ("I hate hiking and nature.", "I love spiders.", "I do not play the drums.")
    wrong = {
        one: [Expansion(text, "persona", one, "x")] for one, text in zip(FEW, denied, strict=True)
    }
    with pytest.raises(CheckFailed, match=r"was to be 0\.7"):
        s020.sensible(wrong, judges.nli)


def test_replies_that_do_not_change_fail(word_embedder):
    same = Swapped("tea", "drum", "well", "well")
    with pytest.raises(CheckFailed, match=r"was to be 0\.6"):
        s020.controlled([same] * 25, word_embedder)
    deaf = Swapped("tea", "drum", "my drum", "my tea")
    with pytest.raises(CheckFailed, match="do not follow"):
        s020.controlled([deaf] * 25, word_embedder)
    heard = Swapped("tea", "drum", "my tea", "my drum")
    assert "p 0.000" in s020.controlled([heard] * 25, word_embedder)
    with pytest.raises(CheckFailed, match="may be chance"):
        s020.controlled([heard] * 14 + [deaf] * 11, word_embedder)
    with pytest.raises(CheckFailed, match="too few"):
        s020.controlled([Swapped("tea", "drum", "my tea", "my drum")] * 9, word_embedder)
