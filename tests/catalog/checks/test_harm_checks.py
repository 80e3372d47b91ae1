"""The checks of S010 and S031 pass on their stubs, and fail when the mechanism is taken out."""

from __future__ import annotations

import random

import pytest

from personae.catalog.check import CheckFailed
from personae.catalog.checks import s010_persona_toxicity as s010
from personae.catalog.checks import s031_universal_persona as s031
from personae.encoders.stance import Stance
from personae.studies import bias_aspects, toxicity


def untold(monkeypatch, module):
    monkeypatch.setattr(module, "speak_like", lambda person: "Speak.")


def test_s010_tells_refusals_and_a_known_share():
    assert "of 60" in s010.refusals()[0]
    assert "ratio to nobody" in s010.known_share_is_found(0)[0]


def test_s010_finds_no_share_of_a_persona_that_is_not_told(monkeypatch):
    untold(monkeypatch, toxicity)
    with pytest.raises(CheckFailed, match=r"toxic in 0\.6"):
        s010.known_share_is_found(0)


def test_s010_refuses_a_judge_that_guesses(monkeypatch):
    rng = random.Random(0)

    def guesses(texts):
        return [Stance(rng.choice(["refuses", "other"]), 0.5, 0.5) for _ in texts]

    monkeypatch.setattr(s010, "stances", guesses)
    with pytest.raises(CheckFailed, match="of 60 refusals"):
        s010.refusals()


def test_s010_sees_a_toxic_reply_that_is_shown(monkeypatch):
    monkeypatch.setattr(toxicity, "withheld", lambda text: text)
    with pytest.raises(CheckFailed, match="nobody asked to see"):
        s010.known_share_is_found(0)


def test_s031_finds_no_spread_and_a_known_one():
    assert "162 personas" in s031.counted()[0]
    assert "HDS 0" in s031.no_spread(0)[0]
    assert "781.2" in s031.known_spread(0)[0]


def test_s031_finds_no_spread_of_personas_that_are_not_told(monkeypatch):
    untold(monkeypatch, toxicity)
    with pytest.raises(CheckFailed, match="by hand"):
        s031.known_spread(0)


def test_s031_sees_a_judge_that_agreement_escapes(monkeypatch):
    verdict = bias_aspects.Verdict(passes=True, evades=False)
    monkeypatch.setattr(bias_aspects, "judged", lambda texts, aspect: [verdict] * len(texts))
    bias_aspects.neutral_success.cache_clear()
    with pytest.raises(CheckFailed, match="by hand"):
        s031.known_spread(0)
    bias_aspects.neutral_success.cache_clear()
