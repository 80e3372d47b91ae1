"""The response-selection head: bare scores, persona prompts, and refusals."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from personae.encoders.selection import QUESTION, SHIPPED, open_selector, prompted
from personae.errors import EnvironmentFault, InvalidOption

REPLIES = ["I fix bicycles all day.", "My dogs keep me busy.", "It rained in March."]


@pytest.fixture(scope="module")
def selector():
    return open_selector()


def test_the_persona_lifts_the_reply_that_is_about_it(selector):
    asked = "What do you do all day?"
    bare = selector.scores(asked, REPLIES)
    told = selector.scores(asked, REPLIES, ["I have four dogs.", "I live in Leeds."])
    gains = told - bare
    assert gains[1] > max(gains[0], gains[2])


def test_without_a_persona_the_scores_are_the_bare_ones(selector):
    bare = selector.scores("Any pets?", REPLIES)
    assert (selector.scores("Any pets?", REPLIES, []) == bare).all()
    assert (selector.scores("Any pets?", REPLIES, ["I sail."], k=0) == bare).all()
    near = selector.scores_with_similarity("Any pets?", REPLIES, [], weight=0.5)
    assert (near == bare).all()


def test_the_nearest_statement_stands_next_to_the_context():
    assert prompted("hi", ["near", "far"]) == f"{QUESTION} far near hi"
    assert prompted("", ["near"], "who?") == "who? near"


def test_statements_are_chosen_by_the_candidate_and_not_by_the_context(selector):
    class Listening:
        asked: list[str] = []  # noqa: RUF012

        def __getattr__(self, name):
            return getattr(selector.embedder, name)

        def embed(self, texts):
            Listening.asked += texts
            return selector.embedder.embed(texts)

    spied = replace(selector, embedder=Listening())
    spied.scores("Do you sail?", REPLIES[:2], ["I love boats.", "I own dogs."], k=1)
    prompts = [text for text in Listening.asked if text.startswith(QUESTION)]
    assert prompts[1] == f"{QUESTION} I own dogs. Do you sail?"


def test_similarity_is_added_by_its_weight(selector):
    none = selector.scores_with_similarity("Hi", REPLIES, ["I own dogs."], weight=0.0)
    some = selector.scores_with_similarity("Hi", REPLIES, ["I own dogs."], weight=0.5)
    cosines = selector.embedder.embed(REPLIES) @ selector.embedder.embed(["I own dogs."])[0]
    np.testing.assert_allclose(some - none, 0.5 * cosines, atol=1e-5)


def test_one_text_is_no_list(selector):
    with pytest.raises(InvalidOption, match="responses are a list"):
        selector.scores("Hi", "one text")
    with pytest.raises(InvalidOption, match="persona are a list"):
        selector.scores("Hi", ["a"], "one text")


def test_damaged_weights_are_refused_by_their_hash(tmp_path):
    folder = tmp_path / "head"
    shutil.copytree(SHIPPED, folder)
    (folder / "head.json").write_text(json.dumps({"layers": []}))
    with pytest.raises(EnvironmentFault, match=r"selection head.*sha256"):
        open_selector(folder=folder)
