"""perplexity is exp of the mean negative log-likelihood per token of the corpus."""

from __future__ import annotations

import math

import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.evaluate.score import NoModel
from personae.metrics.perplexity import perplexity
from personae.metrics.types import Scores

SCENE = Scene(persona=Persona(name="Ana"))


def sample(name: str, total: float | None, tokens: int, reference: str = "abcd") -> Sample:
    return Sample(
        id=name,
        scene=SCENE,
        reference=reference,
        reply="x",
        reference_log_likelihood=total,
        reference_tokens=tokens,
    )


def score(*samples: Sample) -> Scores:
    return perplexity()(samples, Kit(lm=NoModel()))


def test_tokens_are_weighed_over_the_corpus_not_samples():
    scores = score(
        sample("1", 10 * math.log(1 / 2), 10),
        sample("2", 2 * math.log(1 / 8), 2),
        sample("3", None, 0),
    )
    # Σ log p = −10·ln 2 − 6·ln 2 = −16·ln 2 over 12 tokens
    assert scores.total == pytest.approx(2 ** (16 / 12))
    assert scores.values[0] == pytest.approx(2)
    assert scores.values[1] == pytest.approx(8)
    assert scores.values[2] is None
    assert scores.resample is not None
    assert scores.resample([1, 1]) == pytest.approx(8)
    assert scores.resample([0, 1]) == scores.total


def test_bits_per_byte_are_those_of_the_utf8_text():
    scores = score(sample("1", 12 * math.log(1 / 2), 3, reference="épée"))
    assert scores.detail["bits_per_byte"] == pytest.approx(12 / 6)


def test_without_likelihoods_there_is_no_figure():
    scores = score(sample("1", None, 0))
    assert math.isnan(scores.total)
    assert scores.detail["bits_per_byte"] is None


@pytest.mark.parametrize("bad", [-math.inf, math.nan])
def test_a_likelihood_that_is_not_finite_is_left_out_and_counted(bad):
    scores = score(sample("1", -2.0, 2), sample("2", bad, 2))
    assert scores.total == pytest.approx(math.e)
    assert scores.detail["not_finite"] == 1


def test_an_absurd_likelihood_is_infinite_perplexity_not_a_crash():
    assert score(sample("1", -1e300, 1)).total == math.inf
    assert math.isnan(score(sample("1", -1.0, 10**300)).total)
