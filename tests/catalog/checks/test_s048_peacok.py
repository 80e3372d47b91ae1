"""The check of S048 can fail: without the discriminator, with no choice, and with loose links."""

from __future__ import annotations

import pytest

from personae.catalog.check import CheckFailed
from personae.catalog.checks import s048_peacok as s048
from personae.commonsense import linking
from personae.commonsense.building import Judges
from personae.commonsense.facts import graph_of
from personae.commonsense.files import people
from personae.commonsense.worth import open_fact_worth
from personae.encoders.embedder import open_embedder
from personae.encoders.nli import open_nli
from personae.lm.scripted import ScriptedModel
from personae.recipes.fact_worth import split


@pytest.fixture(scope="module")
def models():
    embedder = open_embedder()
    return embedder, open_nli(), open_fact_worth(embedder)


def test_a_small_graph_fails():
    with pytest.raises(CheckFailed, match="180 facts of 10 heads"):
        s048.sized(graph_of(people().facts[:180]))


def test_the_plain_cosine_in_place_of_the_discriminator_fails(models):
    embedder, nli, worth = models
    held = split(people())[1]
    line = s048.told_apart(held, nli, embedder, lambda triples: worth.fits(triples).tolist())
    assert "29 unseen heads" in line
    with pytest.raises(CheckFailed, match=r"was to be 0\.85"):
        s048.told_apart(held, nli, embedder, lambda triples: s048.cosines(triples, embedder))


def test_a_vote_that_takes_the_first_fails(models):
    embedder, nli, worth = models
    trained, held = split(people())
    lm = ScriptedModel(["hate all of it.", "rest.", "go on with it.", "be left alone."])
    asked = (trained, held, lm, embedder, open_nli(name="second"))
    with pytest.raises(CheckFailed, match="does not help"):
        s048.reranked(*asked, lambda head, relation, tails: tails[0])
    vote = s048.by_vote(Judges(lm, embedder, nli, worth, trained))
    tails = ["hate my patients", "help my patients", "help my patients"]
    assert vote("I am a nurse", "goal_plan", tails) == "help my patients"
    silent = ScriptedModel([""])
    with pytest.raises(CheckFailed, match="too little"):
        s048.reranked(trained, held, silent, embedder, nli, vote)


def test_links_without_entailment_fail(models, monkeypatch):
    embedder, nli, worth = models
    assert "5 personas" in s048.kept_to_heads(people(), embedder, nli, worth)
    monkeypatch.setattr(linking, "ENTAILED", 0.0)
    monkeypatch.setattr(linking, "NEAR", 0.3)
    with pytest.raises(CheckFailed, match="is linked to"):
        s048.kept_to_heads(people(), embedder, nli, worth)
